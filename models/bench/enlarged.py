"""The procedural thorax in the size of a real scan, made in a second: each voxel is repeated. It stands for the work, not for findings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.bench.phantom import thorax

FACTOR = 4


def full_size(slices: int, size: int = 512) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """(hu (slices, size, size), affine (4, 4) voxel (k, j, i, 1) → LPS mm) of the same 320 × 360 × 360 mm; both multiples of 4."""
    small, affine = thorax(slices // FACTOR, size // FACTOR)
    hu = small.repeat(FACTOR, 0).repeat(FACTOR, 1).repeat(FACTOR, 2)
    step = affine[:3, :3] / FACTOR
    affine[:3, 3] -= step @ np.full(3, (FACTOR - 1) / 2)  # the middle of the first four small voxels is that of the first large one
    affine[:3, :3] = step
    return hu, affine
