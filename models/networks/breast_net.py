"""The mammography network: what a view looks like at three contrasts, a backbone to stride 16, places that look like a lesion, and what
they and the whole breast say of cancer and density.

The cancer answer is the sum of local evidence, pooled over the breast, and of one answer from the breast as a whole; the map of the local
evidence is part of the answer and not a drawing made afterwards. One head is taught where lesions were drawn into healthy breasts
(`models.training.drawn_lesions`) and feeds the local evidence: the training set names no places. What is said of cancer in the end is read
off the finished features by a linear reader, which ranks women better than the heads that were trained step by step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from models import torchvision_ops  # noqa: F401

# isort: split
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.networks.thin_resnet import FEATURES, ThinResNet

STRIDE = 16
TASKS = ("cancer", "invasive")
DENSITIES = "ABCD"
THIN = "thin-resnet50"
HIDDEN, BIRADS = 128, 3
SURROUNDINGS = (17, 5)  # cells of 4 × 4 pixels a side that a pixel is compared with
FLOOR = 0.04  # standard deviation below which tissue counts as even
RARE = -4.0  # how unlikely a lesion is at a place before training, in logits


class Answers(NamedTuple):
    """What the network says of B views. BI-RADS, age and lesion are asked in training only."""

    tasks: Tensor  # (B, len(TASKS)) logits; the first is cancer
    density: Tensor  # (B, 4) logits for A, B, C, D
    local: Tensor  # (B, h, w) local evidence for cancer, in logits, on a grid of STRIDE pixels
    birads: Tensor  # (B, BIRADS) logits for 0, 1, 2
    age: Tensor  # (B,) in tens of years from 60
    lesion: Tensor  # (B, h, w) logits: something drawn in, or like it


class BreastNet(nn.Module):
    """Images (B, 1, H, W) in [0, 1] and breast field (B, H, W) of 0 and 1 → what `Answers` says.

    `backbone` is THIN or the name of any model of timm that has features at stride 16.
    """

    def __init__(self, backbone: str = THIN, *, dropout: float = 0.3) -> None:
        super().__init__()
        self.backbone, width = (ThinResNet(), FEATURES) if backbone == THIN else _by_timm(backbone)
        self.drop = nn.Dropout2d(dropout / 2)
        self.hidden = nn.Sequential(nn.Conv2d(width, HIDDEN, 1), nn.ReLU())
        self.lesion = nn.Conv2d(HIDDEN, 1, 1)
        nn.init.constant_(self.lesion.bias, RARE)  # type: ignore[arg-type]
        self.local = nn.Conv2d(HIDDEN, len(TASKS), 1)
        self.share = nn.Parameter(torch.full((len(TASKS),), 0.3))
        self.whole = nn.Sequential(
            nn.LayerNorm(2 * width), nn.Dropout(dropout), nn.Linear(2 * width, len(TASKS) + len(DENSITIES) + BIRADS + 1)
        )
        self.sharpness = nn.Parameter(torch.tensor(0.5))
        self.reader = nn.Linear(2 * width, 1 + len(DENSITIES)).requires_grad_(False)
        self.by_reader: Tensor
        self.register_buffer("by_reader", torch.zeros(1 + len(DENSITIES)))

    def forward(self, images: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Task logits, density logits and local evidence, as in `Answers`."""
        return self.told(self.planes(images, field), field)

    def answers(self, images: Tensor, field: Tensor) -> Answers:
        """Everything the network says, as it is trained."""
        return self._answers(self.planes(images, field), field)

    @staticmethod
    def planes(images: Tensor, field: Tensor) -> Tensor:
        """What of the network has to be computed in float32, also where the rest is not: differences of squares (see `contrasts`)."""
        return contrasts(images, field)

    def told(self, planes: Tensor, field: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, from the planes on; the reader (`models.training.mammography_reader`) has the share `by_reader` in it."""
        x, weight = self.backbone(planes), _weight(field)
        tasks, density, local, *_ = self._judged(x, weight)
        told = with_reader(torch.cat([tasks[:, :1], density], 1), self.reader(_moments(x.float(), weight)).float(), self.by_reader)
        return torch.cat([told[:, :1], tasks[:, 1:]], 1), told[:, 1:], local

    def moments(self, planes: Tensor, field: Tensor) -> Tensor:
        """(B, 2 C): what the reader reads, mean and standard deviation of every channel over the breast."""
        return _moments(self.backbone(planes).float(), _weight(field))

    def _answers(self, planes: Tensor, field: Tensor) -> Answers:
        return self._judged(self.backbone(planes), _weight(field))

    def _judged(self, features: Tensor, weight: Tensor) -> Answers:
        x = self.drop(features)  # (B, C, h, w)
        hidden = self.hidden(x)
        lesion = self.lesion(hidden).float()  # (B, 1, h, w)
        local = self.local(hidden).float() + self.share[:, None, None] * lesion  # (B, tasks, h, w)
        whole = self.whole(_moments(x.float(), weight)).float()
        pooled = _soft_maximum(local.flatten(2), weight, self.sharpness.exp())
        tasks, density, birads, age = torch.split(whole, [len(TASKS), len(DENSITIES), BIRADS, 1], 1)
        return Answers(pooled + tasks, density, local[:, 0], birads, age[:, 0], lesion[:, 0])


def with_reader(own: Tensor, read: Tensor, share: Tensor) -> Tensor:
    """Logits (B, 5) of cancer and density: the network's own, and for a share of them the reader's."""
    return (1 - share) * own + share * read


def contrasts(images: Tensor, field: Tensor) -> Tensor:
    """(B, 1, H, W), (B, H, W) → (B, 3, H, W) in [0, 1]: the grey value, and how far it stands out of wider and nearer surroundings.

    Distances from the mean of the surroundings' tissue, in their standard deviations: what machines and exposures change falls away.
    """
    inside = field[:, None]
    sums = functional.avg_pool2d(torch.cat([inside, images * inside, images * images * inside], 1), 4)
    planes = [images]
    for side in SURROUNDINGS:
        share, mean, square = torch.split(_box(sums, side), 1, 1)
        share = share.clamp(min=1e-3)
        mean = mean / share
        deviation = (square / share - mean * mean).clamp(min=0).sqrt()
        around = torch.cat([mean, 1 / (deviation * 3 + FLOOR)], 1)
        around = functional.interpolate(around, scale_factor=4.0, mode="bilinear", align_corners=False)
        mean, scale = torch.split(around, 1, 1)
        planes.append((((images - mean) * scale) * 0.5 + 0.5).clamp(0, 1) * inside)
    return torch.cat(planes, 1)


def _box(x: Tensor, side: int) -> Tensor:
    """Mean over `side` × `side` cells, zeros outside."""
    tall = functional.avg_pool2d(x, (side, 1), 1, (side // 2, 0))
    return functional.avg_pool2d(tall, (1, side), 1, (0, side // 2))


def _weight(field: Tensor) -> Tensor:
    """(B, H, W) → (B, h * w): the share of the breast that each cell of the grid holds."""
    share = functional.avg_pool2d(field[:, None], STRIDE)[:, 0]
    weight = (share * (share > 0.25)).flatten(1) + 1e-6
    return weight / weight.sum(1, keepdim=True)


def _moments(x: Tensor, weight: Tensor) -> Tensor:
    """Mean and standard deviation of every channel over the breast: (B, C, h, w), (B, h * w) → (B, 2 C)."""
    flat = x.flatten(2)
    mean = (flat * weight[:, None]).sum(2)
    variance = ((flat - mean[:, :, None]).square() * weight[:, None]).sum(2)
    return torch.cat([mean, (variance + 1e-4).sqrt()], 1)


def _soft_maximum(local: Tensor, weight: Tensor, sharpness: Tensor) -> Tensor:
    """log-mean-exp over the breast: between the mean (sharpness → 0) and the largest local evidence (sharpness → ∞)."""
    return torch.logsumexp(local * sharpness + weight.log()[:, None], 2) / sharpness


class _Timm(nn.Module):
    """A timm backbone's features at stride 16, its input moved to [-1, 1]."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.network(x * 2 - 1)[0]
        return features

    def front(self) -> tuple[nn.Module, ...]:
        return ()


def _by_timm(name: str) -> tuple[nn.Module, int]:
    levels: Any = timm.create_model(name, features_only=True, pretrained=False)
    wanted = levels.feature_info.reduction().index(STRIDE)
    network: Any = timm.create_model(name, features_only=True, pretrained=False, out_indices=(wanted,))
    return _Timm(network), int(network.feature_info.channels()[0])
