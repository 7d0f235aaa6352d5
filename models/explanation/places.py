"""Soft places that cover a nodule's cube: hats on a lattice around the nodule whose weights add up to one everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIDE = 3  # places along each axis: the nodule's middle, and its rim with what lies beyond on either side
NEAREST, FARTHEST = 3.0, 14.0  # voxels between neighbouring places
NO_REGION = 6.0  # voxels between places where no mask says how large the nodule is
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """`offsets` (N, 3): where the place is strongest, in voxels (z, y, x) from the cube's middle; `hats` (3, S, n): its weights by axis.

    A place's weight falls to nothing at its neighbours; the outermost ones reach to the edge of the cube.
    """

    offsets: Floats
    hats: Tensor

    @classmethod
    def around(cls, region: Tensor, *, side: int = SIDE) -> Places:
        """Places `side` × `side` × `side` around the nodule drawn by `region` (S, S, S) in [0, 1]: the nearer, the smaller it is."""
        size = region.shape[0]
        steps = (np.arange(side) - (side - 1) / 2) * (_radius(region) / ((side - 1) / 2))
        along = np.arange(size) - (size - 1) / 2
        hats = np.stack([np.interp(along, steps, one) for one in np.eye(side)], 1)  # (S, n), rows add up to 1
        offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
        return cls(offsets, torch.from_numpy(np.stack([hats] * 3)).to(region.device, torch.float32))

    def spread(self, values: Tensor) -> Tensor:
        """(B, N) values of the places → (B, S, S, S): at each voxel the mean of the places there, by their weights."""
        side = self.hats.shape[2]
        z, y, x = self.hats
        lattice = values.reshape(-1, side, side, side)
        spread: Tensor = torch.einsum("nabc,za,yb,xc->nzyx", lattice, z, y, x)
        return spread


def _radius(region: Tensor) -> float:
    """Voxels from the middle to the rim, as a ball of the region's volume would have; a usual one where the region is empty."""
    volume = float((region > 0.5).sum())
    return float(np.clip((3 * volume / (4 * np.pi)) ** (1 / 3), NEAREST, FARTHEST)) if volume else NO_REGION
