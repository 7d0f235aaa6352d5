"""Looks at the middle of a cube of chest CT and says: is it a nodule, which voxels, how suspicious, and how readers would rate it.

The front of a backbone trained on chest CT sees the cube in steps of a few millimetres; a small branch of its own keeps the full
resolution for the mask, in the inner part of the cube. Everything about the nodule is pooled inside its mask.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.networks.inflated import Front

FRONT_HU, NARROW_HU, WIDE_HU = (-1000.0, 200.0), (-1000.0, 400.0), (-300.0, 1500.0)
STATISTICS = 6
BORDER = 4
"""Voxels at each side of the cube that only the front sees: I = S - 2 BORDER."""
OUTSIDE = -12.0
RATINGS = ("malignancy", "spiculation", "texture", "lobulation", "margin", "calcification", "subtlety", "sphericity")


class Features(NamedTuple):
    """full (B, 16, I, I, I) and half (B, 32, I/2, …) of the inner part; fine (B, 256, S/2, S/4, S/4) and deep (B, 64, S/4, S/8, S/8)."""

    full: Tensor
    half: Tensor
    fine: Tensor
    deep: Tensor


class Decoded(NamedTuple):
    """`mask` logits (B, 1, S, S, S), OUTSIDE beyond the inner part, and the decoder's features (B, 32, I/2, I/2, I/2)."""

    mask: Tensor
    half: Tensor


class AppraisalNet(nn.Module):
    """Input (B, 1, S, S, S) in HU with our axes (z to the head, y to the back, x to the left), S a multiple of 8."""

    def __init__(self) -> None:
        super().__init__()
        self.front = Front(0)
        self.deep = nn.Sequential(_convolution(256, 64, size=1), _convolution(64, 64, 2), _convolution(64, 64))
        self.full = _convolution(2, 16)
        self.halved = nn.Sequential(_convolution(16, 32, 2), _convolution(32, 32))
        self.from_deep, self.from_fine = nn.Conv3d(64, 64, 1), nn.Conv3d(256, 64, 1)
        self.up_fine = _convolution(128, 64)
        self.narrow_fine, self.up_half = nn.Conv3d(64, 32, 1), _convolution(64, 32)
        self.narrow_half, self.up_full = nn.Conv3d(32, 16, 1), _convolution(32, 16)
        self.mask = nn.Conv3d(16, 1, 1)
        self.nodule = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * 64 + 2 * 256, 1))
        self.level = nn.BatchNorm1d(64 + 2 * 256 + 32, affine=False)
        self.by_size = nn.Linear(STATISTICS, 1 + len(RATINGS))
        last = nn.Linear(24, 1 + len(RATINGS))
        self.by_sight = nn.Sequential(nn.Dropout(0.5), nn.Linear(64 + 2 * 256 + 32, 24), nn.ReLU(), nn.Dropout(0.3), last)
        nn.init.zeros_(last.weight)  # at first the measurements speak alone

    def encode(self, hu: Tensor) -> Features:
        """HU → features."""
        inner = _inner(hu, BORDER)
        full = self.full(torch.cat([_windowed(inner, NARROW_HU), _windowed(inner, WIDE_HU)], 1))
        fine = self.front(_windowed(hu, FRONT_HU))
        return Features(full, self.halved(full), fine, self.deep(fine))

    def is_nodule(self, features: Features) -> Tensor:
        """Logit (B,) that the cube's middle is a nodule, from the middle and the maximum around it."""
        told: Tensor = self.nodule(torch.cat([part for f in (features.deep, features.fine) for part in _middle(f)], 1))
        return told.squeeze(1)

    def decode(self, features: Features) -> Decoded:
        """Features → mask logits and what the mask was drawn from."""
        full, half, fine, deep = features
        up = self.up_fine(torch.cat([_larger(self.from_deep(deep), fine), self.from_fine(fine)], 1))
        wide = nn.functional.interpolate(self.narrow_fine(up), scale_factor=(1.0, 2.0, 2.0), mode="nearest")  # (B, 32, S/2, S/2, S/2)
        up = self.up_half(torch.cat([_inner(wide, BORDER // 2), half], 1))
        out = self.up_full(torch.cat([_larger(self.narrow_half(up), full), full], 1))
        return Decoded(nn.functional.pad(self.mask(out), [BORDER] * 6, value=OUTSIDE), up)

    def judge(self, features: Features, decoded: Decoded, region: Tensor, statistics: Tensor) -> Tensor:
        """(B, 1 + 8) logits: malignant, then the readers' ratings scaled to 0…1 (`RATINGS`).

        Features are pooled in `region` (B, 1, S, S, S) in [0, 1]; `statistics` (B, 6) are standardised measurements of the nodule.
        """
        around = nn.functional.max_pool3d(nn.functional.avg_pool3d(region.float(), (2, 4, 4)), 3, 1, 1)
        pooled = [_pooled(features.deep, region), _pooled(features.fine, region), _pooled(features.fine, around)]
        seen = torch.cat([*pooled, _pooled(decoded.half, _inner(region, BORDER))], 1).float()
        told: Tensor = self.by_size(statistics) + self.by_sight(self.level(seen))
        return told

    def look(self, hu: Tensor) -> tuple[Tensor, Tensor]:
        """(nodule logit (B,), mask logits (B, 1, S, S, S))."""
        features = self.encode(hu)
        return self.is_nodule(features), self.decode(features).mask

    def forward(self, hu: Tensor, region: Tensor, statistics: Tensor) -> Tensor:
        """The logits of `judge` for a cube whose mask is known."""
        features = self.encode(hu)
        return self.judge(features, self.decode(features), region, statistics)


def _convolution(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv3d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm3d(outputs), nn.ReLU())


def _windowed(hu: Tensor, window: tuple[float, float]) -> Tensor:
    low, high = window
    return ((hu - low) / (high - low)).clamp(0, 1)


def _larger(x: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(x, size=like.shape[2:], mode="nearest")


def _inner(x: Tensor, border: int) -> Tensor:
    return x[:, :, border:-border, border:-border, border:-border]


def _middle(f: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of the innermost cells, and maximum of the inner half: (B, C) each."""
    inner = [slice((n - 1) // 2, n // 2 + 1) for n in f.shape[2:]]
    wider = [slice(n // 4, n - n // 4) for n in f.shape[2:]]
    return f[:, :, inner[0], inner[1], inner[2]].mean((2, 3, 4)), f[:, :, wider[0], wider[1], wider[2]].amax((2, 3, 4))


def _pooled(features: Tensor, where: Tensor) -> Tensor:
    """Mean of `features` (B, C, …) weighted by the region averaged down to their grid: (B, C)."""
    factor = [a // b for a, b in zip(where.shape[2:], features.shape[2:], strict=True)]
    weight = nn.functional.avg_pool3d(where.to(features.dtype), factor) + 1e-3
    return (features * weight).sum((2, 3, 4)) / weight.sum((2, 3, 4))
