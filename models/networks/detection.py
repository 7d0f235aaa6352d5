"""Looks at a window of chest CT and says for every cell of 5 mm: is there a nodule's centre, where exactly, and how wide.

Without anchors: a heat map at a quarter of the resolution, with the offset from the cell's middle and the logarithm of the diameter.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

STRIDE = 4
NARROW_HU, WIDE_HU = (-1000.0, 400.0), (-200.0, 1000.0)
PRIOR = 0.01


class Block(nn.Module):
    """Two 3×3×3 convolutions with batch norm and a shortcut; the first may halve the grid."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm3d(outputs)
        self.second = nn.Conv3d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm3d(outputs)
        self.shortcut = nn.Conv3d(inputs, outputs, 1, stride, bias=False) if stride > 1 or inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.first(x)))
        y = self.norm2(self.second(y))
        return torch.relu(y + self.shortcut(x))


class DetectionNet(nn.Module):
    """(B, 1, Z, Y, X) in HU, sides multiples of 16 → (B, 5, Z/4, Y/4, X/4): logit, offset z y x in cells, log of the diameter in mm."""

    def __init__(self, width: int = 12) -> None:
        super().__init__()
        w = width
        self.stem = nn.Sequential(nn.Conv3d(2, w, 3, 1, 1, bias=False), nn.BatchNorm3d(w), nn.ReLU())
        self.halved = Block(w, 2 * w, 2)
        self.quarter = nn.Sequential(Block(2 * w, 4 * w, 2), Block(4 * w, 4 * w))
        self.eighth = nn.Sequential(Block(4 * w, 6 * w, 2), Block(6 * w, 6 * w))
        self.sixteenth = Block(6 * w, 8 * w, 2)
        self.up_eighth = nn.Conv3d(8 * w + 6 * w, 6 * w, 1)
        self.up_quarter = nn.Sequential(nn.Conv3d(6 * w + 4 * w, 4 * w, 3, 1, 1, bias=False), nn.BatchNorm3d(4 * w), nn.ReLU())
        self.head = nn.Conv3d(4 * w, 5, 1)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[:1], math.log(PRIOR / (1 - PRIOR)))

    def forward(self, hu: Tensor) -> Tensor:
        seen = torch.cat([_windowed(hu, NARROW_HU), _windowed(hu, WIDE_HU)], 1)
        half = self.halved(self.stem(seen))
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        up = torch.relu(self.up_eighth(torch.cat([_larger(self.sixteenth(eighth), eighth), eighth], 1)))
        told: Tensor = self.head(self.up_quarter(torch.cat([_larger(up, quarter), quarter], 1)))
        return told


def _windowed(hu: Tensor, window: tuple[float, float]) -> Tensor:
    low, high = window
    return ((hu - low) / (high - low)).clamp(0, 1)


def _larger(x: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(x, size=like.shape[2:], mode="nearest")
