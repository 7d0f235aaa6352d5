"""The mammography network: an EfficientNet-Lite0 cut in two, local evidence for cancer, and heads on the whole breast.

The first part (`front`) keeps its ImageNet filters, so its output can be computed once and kept while the second part (`tail`) is
trained. Cancer is decided by local evidence that is pooled over the breast and by the breast as a whole; the map of the local evidence
is part of the score and not a drawing made afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import torchvision_ops  # noqa: F401

# isort: split
import timm
import torch
from torch import Tensor, nn

BACKBONE = "tf_efficientnet_lite0"
STRIDE = 16  # of the front's output; the evidence lies on half of that grid
MEAN, SCALE = 0.5, 0.5  # normalisation of the ImageNet start
TASKS = ("cancer", "invasive")
DENSITIES = "ABCD"


@dataclass(frozen=True)
class Evidence:
    """What the network says of a batch of views."""

    logits: Tensor  # (B, len(TASKS)); the first is cancer
    density: Tensor  # (B, 4) logits for A, B, C, D
    local: Tensor  # (B, h, w) local evidence for cancer, in logits, on the grid of STRIDE * 2 pixels


class Front(nn.Module):
    """All but the last stages: (B, 3, H, W) in [0, 1] → (B, 112, H/16, W/16)."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.layers = nn.Sequential(whole.conv_stem, whole.bn1, *list(whole.blocks)[:5])

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.layers((images - MEAN) / SCALE)
        return features


class Tail(nn.Module):
    """(B, 112, h, w) of the front and the breast field (B, h, w) → Evidence."""

    def __init__(self, whole: Any, *, width: int = 192, hidden: int = 96, dropout: float = 0.3) -> None:
        super().__init__()
        self.layers = nn.Sequential(*list(whole.blocks)[5])
        self.drop = nn.Dropout2d(dropout)
        self.local = nn.Sequential(nn.Conv2d(width, hidden, 1), nn.ReLU(inplace=True), nn.Conv2d(hidden, len(TASKS), 1))
        self.whole = nn.Sequential(nn.LayerNorm(2 * width), nn.Dropout(dropout), nn.Linear(2 * width, len(TASKS) + len(DENSITIES)))
        self.sharpness = nn.Parameter(torch.tensor(1.0))

    def forward(self, features: Tensor, field: Tensor) -> Evidence:
        x = self.drop(self.layers(features))  # (B, 192, h/2, w/2)
        inside = nn.functional.adaptive_avg_pool2d(field[:, None], x.shape[-2:])[:, 0]  # (B, h/2, w/2) in [0, 1]
        weight = (inside * (inside > 0.25)).flatten(1) + 1e-6
        weight = weight / weight.sum(1, keepdim=True)  # (B, cells)
        local = self.local(x).float()  # (B, tasks, h/2, w/2)
        whole = self.whole(_moments(x.float(), weight))  # (B, tasks + 4)
        pooled = _soft_maximum(local.flatten(2), weight, self.sharpness.exp())  # (B, tasks)
        tasks = len(TASKS)
        return Evidence(pooled + whole[:, :tasks], whole[:, tasks:], local[:, 0])


def backbone() -> nn.Module:
    """An EfficientNet-Lite0 with ImageNet's names and without weights."""
    network: nn.Module = timm.create_model(BACKBONE, pretrained=False)
    return network


class BreastNet(nn.Module):
    """Front and tail together: images (B, 3, H, W) in [0, 1] and field (B, H, W) in [0, 1] → Evidence."""

    def __init__(self) -> None:
        super().__init__()
        whole = backbone()
        self.front, self.tail = Front(whole), Tail(whole)

    def take(self, whole: nn.Module) -> None:
        """Copy the weights of a backbone with the same blocks (an ImageNet start) into front and tail; the heads stay."""
        self.front.load_state_dict(Front(whole).state_dict())
        self.tail.layers.load_state_dict(Tail(whole).layers.state_dict())

    def forward(self, images: Tensor, field: Tensor) -> Evidence:
        evidence: Evidence = self.tail(self.front(images), field_at_stride(field))
        return evidence


def field_at_stride(field: Tensor) -> Tensor:
    """The breast field (B, H, W) on the front's grid (B, H/16, W/16): the share of each cell that is breast."""
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
