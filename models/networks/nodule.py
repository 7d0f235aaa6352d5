"""A small 3D network that answers three questions about the middle of a patch: is it a nodule, which voxels, how suspicious."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

STATISTICS = 6
ATTRIBUTES = 4


class Features(NamedTuple):
    """Encoder outputs at 1, 1/2, 1/4 and 1/8 of the patch's resolution, (B, C, S/n, S/n, S/n)."""

    full: Tensor
    half: Tensor
    quarter: Tensor
    deepest: Tensor


class Decoded(NamedTuple):
    """`mask` logits (B, 1, S, S, S) and the decoder's features at 1/2, 1/4 and 1/8."""

    mask: Tensor
    half: Tensor
    quarter: Tensor
    deepest: Tensor


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


class NoduleNet(nn.Module):
    """Encoder of four resolutions, a nodule head on it, a light decoder for the mask, and a suspicion head that also sees measurements."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        w = width
        self.stem = nn.Sequential(nn.Conv3d(1, w, 3, 1, 1, bias=False), nn.BatchNorm3d(w), nn.ReLU())
        self.down1 = Block(w, 2 * w, 2)
        self.down2 = Block(2 * w, 4 * w, 2)
        self.down3 = Block(4 * w, 8 * w, 2)
        self.nodule = nn.Sequential(nn.Dropout(0.2), nn.Linear(16 * w, 1))
        self.up2 = nn.Conv3d(12 * w, 4 * w, 3, 1, 1)
        self.up1 = nn.Conv3d(6 * w, 2 * w, 3, 1, 1)
        self.narrow = nn.Conv3d(2 * w, w // 2, 1)
        self.up0 = nn.Conv3d(w // 2 + w, w // 2, 3, 1, 1)
        self.mask = nn.Conv3d(w // 2, 1, 1)
        self.suspicion = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(14 * w + STATISTICS, 48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 1 + ATTRIBUTES)
        )

    def encode(self, patch: Tensor) -> Features:
        """(B, 1, S, S, S) in [0, 1] → features."""
        full = self.stem(patch)  # (B, w, S, S, S)
        half = self.down1(full)  # (B, 2w, S/2, …)
        quarter = self.down2(half)  # (B, 4w, S/4, …)
        return Features(full, half, quarter, self.down3(quarter))  # (B, 8w, S/8, …)

    def is_nodule(self, features: Features) -> Tensor:
        """Logit (B,) that the patch's middle is a nodule, from the middle and the maximum of the deepest features."""
        deepest = features.deepest
        middle = deepest[:, :, 1:-1, 1:-1, 1:-1].mean((2, 3, 4))
        logit: Tensor = self.nodule(torch.cat([middle, deepest.amax((2, 3, 4))], 1))
        return logit.squeeze(1)

    def decode(self, features: Features) -> Decoded:
        """Features → mask logits and the features to judge the nodule by."""
        full, half, quarter, deepest = features
        up2 = torch.relu(self.up2(torch.cat([_larger(deepest, quarter), quarter], 1)))
        up1 = torch.relu(self.up1(torch.cat([_larger(up2, half), half], 1)))
        up0 = torch.relu(self.up0(torch.cat([_larger(self.narrow(up1), full), full], 1)))
        return Decoded(self.mask(up0), up1, up2, deepest)

    def judge(self, decoded: Decoded, region: Tensor, statistics: Tensor) -> Tensor:
        """(B, 1 + 4) logits: malignancy, then rating, spiculation, texture, lobulation in [0, 1].

        Features are pooled in `region` (B, 1, S, S, S) in [0, 1]; `statistics` (B, 6) are standardised measurements of the nodule.
        """
        pooled = [_pooled(part, region) for part in (decoded.half, decoded.quarter, decoded.deepest)]
        told: Tensor = self.suspicion(torch.cat([*pooled, statistics.to(pooled[0].dtype)], 1))
        return told


def _larger(x: Tensor, like: Tensor) -> Tensor:
    return nn.functional.interpolate(x, size=like.shape[2:], mode="nearest")


def _pooled(features: Tensor, where: Tensor) -> Tensor:
    """Mean of `features` (B, C, …) weighted by the region (B, 1, S, S, S) averaged down to their grid: (B, C)."""
    weight = nn.functional.adaptive_avg_pool3d(where.to(features.dtype), (features.shape[2], features.shape[3], features.shape[4])) + 1e-3
    return (features * weight).sum((2, 3, 4)) / weight.sum((2, 3, 4))
