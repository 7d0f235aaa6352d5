"""A CT volume in a fixed reading order, and its resampled copies.

Every array is (Z, Y, X) with z towards the head, y towards the back and x towards the patient's left (DICOM's LPS), whatever order the
slices came in; `affine` takes voxel (k, j, i, 1) of that array to LPS millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

AIR_HU, CEILING_HU = -1000, 1000
BAND = 24
Array = NDArray[np.float32]
Bands = list[tuple[int, int, torch.Tensor]]
"""First and last (exclusive) source voxel of each group of results, and its weights (group, source)."""


@dataclass(frozen=True)
class Grid:
    """`hu` (Z, Y, X) in HU and the affine (4, 4) from voxel (k, j, i, 1) to LPS mm."""

    hu: NDArray[np.int16] | Array
    affine: NDArray[np.float64]

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Millimetres between neighbouring voxels along z, y, x."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    def to_lps(self, voxels: NDArray[np.float64]) -> NDArray[np.float64]:
        """LPS mm (N, 3) of voxel positions (N, 3)."""
        return np.asarray(voxels @ self.affine[:3, :3].T + self.affine[:3, 3])

    def to_voxel(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Voxel positions (N, 3) of LPS mm (N, 3)."""
        return np.asarray((points_mm - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T)


@dataclass(frozen=True)
class Order:
    """How the given volume was turned: `axes` of the given array in our order, and which of them run backwards."""

    axes: tuple[int, int, int]
    backwards: tuple[bool, bool, bool]
    shape: tuple[int, int, int]

    def given_voxel(self, voxel: NDArray[np.float64]) -> NDArray[np.float64]:
        """The position (3,) in the given array of a position (3,) in ours."""
        turned = [self.shape[n] - 1 - voxel[n] if self.backwards[n] else voxel[n] for n in range(3)]
        given = np.empty(3)
        given[list(self.axes)] = turned
        return given

    def given_block(self, block: NDArray[np.bool_], low: NDArray[np.int_]) -> tuple[NDArray[np.bool_], NDArray[np.int_]]:
        """A block of our array and its first voxel, as a block of the given array and its first voxel."""
        turned = np.flip(block, tuple(n for n in range(3) if self.backwards[n]))
        first = [self.shape[n] - low[n] - block.shape[n] if self.backwards[n] else low[n] for n in range(3)]
        back = np.argsort(self.axes)
        return turned.transpose(back), np.array(first)[back]


def in_reading_order(hu: NDArray[np.int16], affine: NDArray[np.float64]) -> tuple[Grid, Order]:
    """The same volume (no copy) with its axes turned to z, y, x of LPS, and how it was turned."""
    directions = np.abs(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0))  # rows x, y, z; columns k, j, i
    axes = _assign(directions)
    turned, matrix = hu.transpose(axes), affine[:, [*axes, 3]].astype(np.float64)
    backwards = tuple(bool(matrix[2 - n, n] < 0) for n in range(3))
    for n, flip in enumerate(backwards):
        if flip:
            turned = np.flip(turned, n)
            matrix[:3, 3] += matrix[:3, n] * (turned.shape[n] - 1)
            matrix[:3, n] *= -1
    a, b, c = turned.shape
    return Grid(turned, matrix), Order(axes, (backwards[0], backwards[1], backwards[2]), (a, b, c))


def _assign(directions: NDArray[np.float64]) -> tuple[int, int, int]:
    """Which given axis runs most along z, y and x: the permutation with the greatest sum of cosines."""
    choices = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    return max(choices, key=lambda axes: float(sum(directions[2 - n, axes[n]] for n in range(3))))


def isotropic(grid: Grid, spacing_mm: float, box: tuple[slice, slice, slice] | None = None, batch: int = 16) -> Grid:
    """`grid` (or its `box`) at `spacing_mm` in all directions, in float32 clipped to [-1000, 1000] HU.

    In plane with an antialiased linear filter; along z linear, averaged first where many slices fall on one. `batch` slices are read at a
    time, so that beside the given volume only the result and little more is held.
    """
    box = box or (slice(0, grid.hu.shape[0]), slice(0, grid.hu.shape[1]), slice(0, grid.hu.shape[2]))
    part = grid.hu[box]
    steps = spacing_mm / grid.spacing_mm
    size = [max(1, int(np.floor((part.shape[n] - 1) / steps[n])) + 1) for n in range(3)]
    start = np.array([part_slice.start for part_slice in box], float)
    affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ start
    affine[:3, :3] = affine[:3, :3] * steps
    along = _weights(part.shape[0], size[0], float(steps[0]))
    across = (_bands(_weights(part.shape[1], size[1], float(steps[1]))), _bands(_weights(part.shape[2], size[2], float(steps[2]))))
    out = torch.zeros(size, dtype=torch.float32)
    for first in range(0, part.shape[0], batch):
        _add(out, part[first : first + batch], along[:, first : first + batch], across)
    return Grid(out.numpy(), affine)


def _add(out: torch.Tensor, slices: NDArray[np.int16] | Array, along: torch.Tensor, across: tuple[Bands, Bands]) -> None:
    """Adds to `out` (z, y, x) what `slices` (B, Y, X) contribute; `along` (z, B). The cheaper axis comes first: the sums commute."""
    rows = torch.nonzero(along.any(1))[:, 0]
    if not len(rows):
        return
    low, high = int(rows[0]), int(rows[-1]) + 1
    weights = along[low:high]  # (z', B)
    piece = torch.from_numpy(np.clip(slices, AIR_HU, CEILING_HU, order="C")).float()  # (B, Y, X)
    if high - low < len(piece):
        piece = _in_plane((weights @ piece.flatten(1)).reshape(-1, *piece.shape[1:]), across)  # (z', y, x)
        out[low:high] += piece
    else:
        out[low:high] += (weights @ _in_plane(piece, across).flatten(1)).reshape(-1, *out.shape[1:])


def _in_plane(slices: torch.Tensor, across: tuple[Bands, Bands]) -> torch.Tensor:
    """(B, Y, X) → (B, y, x)."""
    rows = torch.cat([weights @ slices[:, low:high] for low, high, weights in across[0]], 1)  # (B, y, X)
    return torch.cat([rows[:, :, low:high] @ weights.T for low, high, weights in across[1]], 2)


def _bands(weights: torch.Tensor) -> Bands:
    """`weights` (size, source) in groups of rows, each with only the source it needs: nearly all of the rest is zero."""
    bands = []
    for first in range(0, len(weights), BAND):
        part = weights[first : first + BAND]
        used = torch.nonzero(part.any(0))[:, 0]
        low, high = int(used[0]), int(used[-1]) + 1
        bands.append((low, high, part[:, low:high].contiguous()))
    return bands


def _weights(source: int, size: int, step: float) -> torch.Tensor:
    """(size, source): triangles of half-width max(step, 1) around n * step, each row adding up to 1."""
    distance = (torch.arange(size)[:, None] * step - torch.arange(source)[None]).abs() / max(step, 1.0)
    weights = (1 - distance).clamp(min=0)
    return weights / weights.sum(1, keepdim=True)
