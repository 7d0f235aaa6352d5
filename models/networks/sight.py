"""What the frozen front of a chest-CT backbone sees in, around and beside a nodule: 768 numbers for a cube and its mask."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.networks.inflated import Front

FRONT_HU = (-1000.0, 200.0)
SEEN = 3 * 256


class Sight(nn.Module):
    """Cube (B, 1, S, S, S) in HU and region (B, 1, S, S, S) in [0, 1] → (B, 768): features of layer 1 averaged inside the region, inside
    and just around it, and over the cube, as log(1 + x)."""

    def __init__(self) -> None:
        super().__init__()
        self.front = Front(0)

    def forward(self, hu: Tensor, region: Tensor) -> Tensor:
        low, high = FRONT_HU
        features = self.front(((hu - low) / (high - low)).clamp(0, 1))  # (B, 256, S/2, S/4, S/4), ≥ 0
        inside = nn.functional.avg_pool3d(region.to(features.dtype), (2, 4, 4)) + 1e-3
        around = nn.functional.max_pool3d(inside, 3, 1, 1)
        parts = [(features * weight).sum((2, 3, 4)) / weight.sum((2, 3, 4)) for weight in (inside, around)]
        return torch.log1p(torch.cat([*parts, features.mean((2, 3, 4))], 1).float())
