"""What every measure beside the nodules starts from: the scan, its lung field, the blood and the air in it and how noisy they are.

Noise decides what may be measured, so it is measured in the patient, not read from the name of a kernel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import field as lung_field
from models.lung.coverage import CONTRAST_HU
from models.lung.field import Field
from models.lung.grid import Grid, in_reading_order
from models.opportunistic import windpipe

MOST_SLICES, FEWEST = 24, 12
NORMAL_MAD = 1.4826
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Attenuation of one tissue in HU: mean, and standard deviation from voxel to voxel without slow changes."""

    mean_hu: float
    sd_hu: float


@dataclass(frozen=True)
class Chest:
    """`grid` is the scan in reading order; masks (z, y, x) are on the coarse grid of `lung`.

    `hull` is what lies in or between the lungs in each slice, `airway` the lumen of trachea and main bronchi, `core` that of heart and
    great vessels; `blood` and `air` are what they measure, where seen.
    """

    grid: Grid
    lung: Field
    hull: Mask
    airway: Mask
    core: Mask
    blood: Sample | None
    air: Sample | None

    @property
    def contrast(self) -> bool:
        """Whether blood is brighter than blood without a contrast agent is."""
        return self.blood is not None and self.blood.mean_hu > CONTRAST_HU


def look(hu: NDArray[np.int16], affine: NDArray[np.float64], lung: Field | None = None) -> Chest:
    """The chest of one scan: `hu` (Z, Y, X) in HU, `affine` (4, 4) from voxel (k, j, i, 1) to LPS mm.

    Raises NoResult when no lung is found in it.
    """
    grid, _ = in_reading_order(hu, affine)
    lung = lung or lung_field.find(grid)
    airway, core = windpipe.lumen(lung), _blood(lung)
    return Chest(grid, lung, hull(lung.mask), airway, core, sample(grid, lung, core), sample(grid, lung, _lumen(airway)))


def hull(mask: Mask) -> Mask:
    """The convex hull of `mask` in each axial slice, from its support in 32 directions."""
    height, width = mask.shape[1:]
    y, x = np.mgrid[:height, :width]
    places = np.stack([y.ravel(), x.ravel()]).astype(np.float32)
    angles = np.linspace(0, np.pi, 16, endpoint=False)
    along = np.stack([np.sin(angles), np.cos(angles)], 1).astype(np.float32) @ places  # (16, Y * X)
    out = np.zeros(mask.shape, bool)
    for k in np.flatnonzero(mask.any((1, 2))):
        own = along[:, mask[k].ravel()]
        low, high = own.min(1)[:, None], own.max(1)[:, None]
        out[k] = ((along >= low) & (along <= high)).all(0).reshape(height, width)
    return out


def in_scan(grid: Grid, coarse: Grid, mask: NDArray[Any], k: int) -> NDArray[Any]:
    """`mask` of the coarse grid at slice `k` of the scan: (Y, X) by the nearest voxel."""
    steps = coarse.spacing_mm / grid.spacing_mm
    index = [np.minimum(np.rint(np.arange(grid.hu.shape[n]) / steps[n]).astype(int), mask.shape[n] - 1) for n in (1, 2)]
    plane = mask[min(round(k / steps[0]), mask.shape[0] - 1)]
    return np.asarray(plane[np.ix_(*index)])


def _blood(lung: Field) -> Mask:
    """The core of the heart and great vessels: soft tissue between and before the middle of the lungs, away from its edges."""
    z, y, x = (np.flatnonzero(lung.mask.any(tuple(a for a in range(3) if a != axis))) for axis in range(3))
    box = slice(z[0] + len(z) // 4, z[-1]), slice(y[0], y[0] + int(0.6 * len(y))), slice(x[0] + len(x) // 4, x[-1] - len(x) // 4)
    core = np.zeros(lung.mask.shape, bool)
    hu = lung.coarse.hu[box]
    core[box] = ndimage.binary_erosion((hu > 0) & (hu < 700), iterations=3)
    return core


def _lumen(airway: Mask) -> Mask:
    """`airway` away from its wall."""
    return np.asarray(ndimage.binary_erosion(airway, np.ones((1, 3, 3), bool)))


def sample(grid: Grid, lung: Field, place: Mask) -> Sample | None:
    """Mean and noise of `grid`'s own voxels in `place`, over at most MOST_SLICES slices; None where there are too few."""
    last = grid.hu.shape[0] - 1
    levels = np.flatnonzero(place.any((1, 2))) * lung.coarse.spacing_mm[0] / grid.spacing_mm[0]
    slices = np.unique(np.minimum(np.rint(levels).astype(int), last)).tolist()
    masks = ((k, np.asarray(in_scan(grid, lung.coarse, place, k), bool)) for k in slices[:: max(1, len(slices) // MOST_SLICES)])
    return measured(((grid.hu[k], mask) for k, mask in masks), float(grid.spacing_mm[1]))


def measured(slices: Iterable[tuple[NDArray[Any], Mask]], spacing_mm: float) -> Sample | None:
    """Mean and noise in pairs of a slice (Y, X) in HU and where the tissue is in it; None where no slice holds FEWEST pixels of it."""
    values, means = [], []
    for plane, mask in slices:
        if mask.sum() < FEWEST:
            continue
        box = ndimage.find_objects(mask.astype(np.int8))[0]
        hu, own = np.asarray(plane[box], np.float32), mask[box]
        values.append((hu - _slow(hu, own, spacing_mm))[own])
        means.append(hu[own])
    if not values:
        return None
    spread = np.concatenate(values)
    return Sample(float(np.median(np.concatenate(means))), NORMAL_MAD * float(np.median(np.abs(spread - np.median(spread)))))


def _slow(plane: NDArray[np.float32], own: Mask, spacing_mm: float) -> NDArray[np.float32]:
    """The mean of `plane` within `own` over 20 mm around each pixel."""
    size = max(3, round(20 / spacing_mm))
    weight = ndimage.uniform_filter(own.astype(np.float32), size, mode="constant")
    total = ndimage.uniform_filter(np.where(own, plane, 0), size, mode="constant")
    return np.asarray(total / np.maximum(weight, 1e-6), np.float32)
