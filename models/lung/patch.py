"""The cubes that the network sees: 40 mm wide at 1.25 mm, HU -1000…400 as 0…1."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from models.lung.grid import Grid

SIZE = 32
SPACING_MM = 1.25
LOW_HU, HIGH_HU = -1000.0, 400.0


def scaled(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """HU as the network takes them, in [0, 1]."""
    return np.asarray(np.clip((hu - LOW_HU) / (HIGH_HU - LOW_HU), 0, 1), np.float32)


def corners(grid: Grid, centers_mm: NDArray[np.float64]) -> NDArray[np.int_]:
    """The first voxel (N, 3) of each cube; voxel SIZE / 2 of a cube is the one nearest to its centre."""
    return np.asarray(np.rint(grid.to_voxel(centers_mm)).astype(int) - SIZE // 2)


def cut(grid: Grid, centers_mm: NDArray[np.float64]) -> torch.Tensor:
    """Cubes (N, 1, SIZE, SIZE, SIZE) in [0, 1] around `centers_mm` (N, 3) LPS; beyond the grid its edge is repeated."""
    cubes = np.empty((len(centers_mm), 1, SIZE, SIZE, SIZE), np.float32)
    for n, corner in enumerate(corners(grid, centers_mm)):
        index = [np.clip(np.arange(first, first + SIZE), 0, size - 1) for first, size in zip(corner, grid.hu.shape, strict=True)]
        cubes[n, 0] = scaled(np.asarray(grid.hu[np.ix_(*index)], np.float32))
    return torch.from_numpy(cubes)
