"""Reads cubes of any size and spacing straight from the voxels of a scan, so that nothing has to be resampled as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lung.grid import Grid

LOW_HU, HIGH_HU = -1050.0, 2000.0
Floats = NDArray[np.float64]
Values = NDArray[np.int16] | NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A cube of `size` voxels along each side, `spacing_mm` apart, around a point between its two middle voxels."""

    size: int
    spacing_mm: float

    @property
    def width_mm(self) -> float:
        return self.size * self.spacing_mm

    def zoomed(self, times: float) -> Frame:
        """The same number of voxels over `times` the width."""
        return Frame(self.size, self.spacing_mm * times)


APPRAISAL = Frame(40, 0.8)
"""What the appraisal network sees; zoomed where a nodule fills more than WIDEST_MM of it."""
DETECTION = Frame(40, 1.25)
"""The windows the detection network was trained on."""
WIDEST_MM = 18.0


def zoom(diameter_mm: float) -> float:
    """How many times wider the appraisal cube is for a nodule of that effective diameter."""
    return max(1.0, diameter_mm / WIDEST_MM)


@cache
def offsets(frame: Frame) -> Floats:
    """(size³, 3): millimetres z y x of each voxel of the cube from its middle."""
    line = (np.arange(frame.size) - (frame.size - 1) / 2) * frame.spacing_mm
    return np.stack(np.meshgrid(line, line, line, indexing="ij"), -1).reshape(-1, 3)


def places(shape: tuple[int, ...], turn: Floats, center: Floats, frame: Frame) -> Tensor:
    """(1, size, size, size, 3): where each voxel of a cube lies in a volume of `shape`, x y z as -1…1 between its outermost voxel centres.

    `turn` (3, 3) takes millimetres z y x from the cube's middle to voxels z y x, `center` (3,) is the middle's voxel.
    """
    scale = 2 / np.maximum(np.array(shape) - 1, 1)
    half_mm = (frame.size - 1) / 2 * frame.spacing_mm
    matrix = np.concatenate([(turn * half_mm * scale[:, None])[::-1, ::-1], (center * scale - 1)[::-1, None]], 1)
    return torch.nn.functional.affine_grid(
        torch.from_numpy(np.ascontiguousarray(matrix, np.float32))[None], [1, 1, *(frame.size,) * 3], align_corners=True
    )


def interpolated(volume: Tensor, where: Tensor, *, beyond: str = "border") -> NDArray[np.float32]:
    """`volume` (Z, Y, X) float32 at `places`, linear between voxels; `beyond` "border" repeats the edge, "zeros" fades to 0."""
    found = torch.nn.functional.grid_sample(volume[None, None], where, "bilinear", beyond, align_corners=True)
    return np.asarray(found[0, 0].numpy())


def outside_mm(where: Tensor, shape: tuple[int, ...], step_mm: Floats) -> NDArray[np.float32]:
    """(size, size, size): how far each of `places` lies beyond the volume's outermost voxels' faces; negative inside. `step_mm` z y x."""
    half = torch.from_numpy(np.maximum(np.array(shape) - 1, 1)[::-1] / 2 * step_mm[::-1]).float()
    beyond = (where[0].abs() - 1) * half - torch.from_numpy(step_mm[::-1] / 2).float()
    return np.asarray(beyond.amax(-1).numpy())


def cubes(scan: Scan, centers_mm: Floats, frames: list[Frame]) -> Tensor:
    """HU (N, 1, size, size, size) around `centers_mm` (N, 3) LPS, each in its frame, all of one size; beyond the scan its edge goes on."""
    size = frames[0].size if frames else APPRAISAL.size
    found = np.empty((len(frames), 1, size, size, size), np.float32)
    for n, frame in enumerate(frames):
        found[n, 0] = scan.cube(centers_mm[n], frame)
    return torch.from_numpy(found)


@dataclass(frozen=True)
class Scan:
    """A grid in reading order whose axes run along LPS (z, y, x), ready to be sampled. `values` float32 (Z, Y, X) in LOW_HU…HIGH_HU."""

    grid: Grid
    values: Tensor

    @classmethod
    def of(cls, grid: Grid, box: tuple[slice, slice, slice] | None = None) -> Scan:
        """All of `grid`, or its `box` (slices with a start)."""
        if box is not None:
            affine = grid.affine.copy()
            affine[:3, 3] += affine[:3, :3] @ np.array([part.start for part in box], float)
            part: Values = grid.hu[box]
            grid = Grid(part, affine)
        return cls(grid, torch.from_numpy(np.asarray(grid.hu, np.float32).clip(LOW_HU, HIGH_HU)))

    def cube(self, center_mm: Floats, frame: Frame) -> NDArray[np.float32]:
        """HU (size, size, size) of a cube around a point in LPS mm."""
        turn = np.asarray(np.linalg.inv(self.grid.affine[:3, :3])[:, ::-1], np.float64)  # from mm z y x
        where = places(self.values.shape, turn, self.grid.to_voxel(center_mm[None])[0], frame)
        return interpolated(self.values, where)
