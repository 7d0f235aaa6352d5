"""The mammography network: an EfficientNet-Lite0 cut in two, local evidence for cancer, and heads on the whole breast.

The first part (`front`) keeps its ImageNet filters, so its output can be computed once and kept while the second part (`tail`) is
trained. Cancer is decided by local evidence that is pooled over the breast and by the breast as a whole; the map of the local evidence
is part of the score and not a drawing made afterwards. Batch norms are folded into the convolutions before them: training and scoring
are faster without. (Taking their statistics anew from mammograms was tried: grey images leave colour channels without variance, the
norms then amplify rounding noise, and bfloat16 and float32 answers drift apart.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import torchvision_ops  # noqa: F401

# isort: split
import timm
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

BACKBONE = "tf_efficientnet_lite0"
STRIDE, WIDTH = 32, 192  # grid and channels of the front's output, and of the tail's
MEAN, SCALE = 0.5, 0.5  # normalisation of the ImageNet start
TASKS = ("cancer", "invasive")
DENSITIES = "ABCD"
NORMS = {
    "DepthwiseSeparableConv": (("conv_dw", "bn1"), ("conv_pw", "bn2")),
    "InvertedResidual": (("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")),
}
"""Convolutions of timm's blocks and the norm that follows each."""


@dataclass(frozen=True)
class Evidence:
    """What the network says of a batch of views."""

    logits: Tensor  # (B, len(TASKS)); the first is cancer
    density: Tensor  # (B, 4) logits for A, B, C, D
    local: Tensor  # (B, h, w) local evidence for cancer, in logits, on a grid of STRIDE pixels


class Front(nn.Module):
    """Stem to the first block of stride 32: (B, 3, H, W) in [0, 1] → (B, 192, H/32, W/32)."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        blocks = list(whole.blocks)
        self.layers = nn.Sequential(whole.conv_stem, whole.bn1, *blocks[:5], blocks[5][0])

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.layers((images - MEAN) / SCALE)
        return features


class Tail(nn.Module):
    """(B, 192, h, w) of the front and the breast field (B, h, w) → Evidence."""

    def __init__(self, whole: Any, *, hidden: int = 96, dropout: float = 0.3) -> None:
        super().__init__()
        self.layers = nn.Sequential(*list(whole.blocks)[5][1:])
        self.drop = nn.Dropout2d(dropout)
        self.local = nn.Sequential(nn.Conv2d(WIDTH, hidden, 1), nn.ReLU(inplace=True), nn.Conv2d(hidden, len(TASKS), 1))
        self.whole = nn.Sequential(nn.LayerNorm(2 * WIDTH), nn.Dropout(dropout), nn.Linear(2 * WIDTH, len(TASKS) + len(DENSITIES)))
        self.sharpness = nn.Parameter(torch.tensor(1.0))

    def forward(self, features: Tensor, field: Tensor) -> Evidence:
        x = self.drop(self.layers(features))  # (B, 192, h, w)
        weight = (field * (field > 0.25)).flatten(1) + 1e-6
        weight = weight / weight.sum(1, keepdim=True)  # (B, cells)
        local = self.local(x).float()  # (B, tasks, h, w)
        whole = self.whole(_moments(x.float(), weight)).float()  # (B, tasks + 4)
        pooled = _soft_maximum(local.flatten(2), weight, self.sharpness.exp())  # (B, tasks)
        tasks = len(TASKS)
        return Evidence(pooled + whole[:, :tasks], whole[:, tasks:], local[:, 0])


class BreastNet(nn.Module):
    """Front and tail together: images (B, 3, H, W) in [0, 1] and field (B, H, W) in [0, 1] → Evidence."""

    def __init__(self) -> None:
        super().__init__()
        whole = fold_norms(backbone())
        self.front, self.tail = Front(whole), Tail(whole)

    def take(self, whole: nn.Module) -> None:
        """Copy the weights of a backbone (its norms not folded yet) into front and tail; the heads stay."""
        folded = fold_norms(whole)
        self.front.load_state_dict(Front(folded).state_dict())
        self.tail.layers.load_state_dict(Tail(folded).layers.state_dict())

    def forward(self, images: Tensor, field: Tensor) -> Evidence:
        evidence: Evidence = self.tail(self.front(images), field_at_stride(field))
        return evidence


def backbone() -> nn.Module:
    """An EfficientNet-Lite0 with timm's names and without weights."""
    network: nn.Module = timm.create_model(BACKBONE, pretrained=False)
    return network


def fold_norms(whole: Any) -> nn.Module:
    """Put every batch norm of a backbone into the convolution before it, in place: the same answer to rounding."""
    whole.eval()
    whole.conv_stem, whole.bn1 = fuse_conv_bn_eval(whole.conv_stem, whole.bn1), whole.bn1.act
    for block in whole.modules():
        for convolution, norm in NORMS.get(type(block).__name__, ()):
            following = getattr(block, norm)
            setattr(block, convolution, fuse_conv_bn_eval(getattr(block, convolution), following))
            setattr(block, norm, following.act)
    network: nn.Module = whole
    return network


def field_at_stride(field: Tensor) -> Tensor:
    """The breast field (B, H, W) on the front's grid (B, H/32, W/32): the share of each cell that is breast."""
    return nn.functional.avg_pool2d(field[:, None], STRIDE)[:, 0]


def _moments(x: Tensor, weight: Tensor) -> Tensor:
    """Mean and standard deviation of every channel over the breast: (B, C, h, w), (B, h * w) → (B, 2 C)."""
    flat = x.flatten(2)  # (B, C, cells)
    mean = (flat * weight[:, None]).sum(2)
    variance = ((flat - mean[:, :, None]).square() * weight[:, None]).sum(2)
    return torch.cat([mean, (variance + 1e-4).sqrt()], 1)


def _soft_maximum(local: Tensor, weight: Tensor, sharpness: Tensor) -> Tensor:
    """log-mean-exp over the breast: between the mean (sharpness → 0) and the largest local evidence (sharpness → ∞)."""
    return torch.logsumexp(local * sharpness + weight.log()[:, None], 2) / sharpness
