"""From a place in the scan to a measured nodule: mask, centre, volume, diameters, suspicion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import patch
from models.lung.ensemble import Ensemble
from models.lung.grid import Grid
from models.lung.measure import Measurements, measure

Floats = NDArray[np.float64]
FEWEST_VOXELS = 4
REACH_MM = patch.SIZE * patch.SPACING_MM / 2 - 1


@dataclass(frozen=True)
class Assessed:
    """A nodule in the voxels of the native grid: `mask` is the block starting at voxel `low`."""

    center_mm: Floats
    probability: float
    mask: NDArray[np.bool_]
    low: NDArray[np.int_]
    measurements: Measurements
    logit: float
    malignancy: float


def assess(native: Grid, fine: Grid, centers_mm: Floats, ensemble: Ensemble) -> list[Assessed | None]:
    """For each centre (N, 3) LPS: the nodule there, or None where the networks draw no mask that could be measured.

    The cube is first centred on the given place, then on the mask drawn there, so that the answer depends little on where the search hit.
    """
    if not len(centers_mm):
        return []
    first = ensemble.masks(patch.cut(fine, centers_mm))
    centers = np.stack([_moved(fine, center, mask) for center, mask in zip(centers_mm, first, strict=True)])
    cubes = patch.cut(fine, centers)
    masks, probability = ensemble.masks(cubes), ensemble.nodule(cubes)
    parts = [_in_native_voxels(native, fine, center, mask) for center, mask in zip(centers, masks, strict=True)]
    measured = [n for n, part in enumerate(parts) if part is not None]
    found: list[Assessed | None] = [None] * len(parts)
    if measured:
        blocks = [part for part in parts if part is not None]
        sizes = [_measured(native, mask, low) for mask, low in blocks]
        statistics = np.stack([size.statistics() for size in sizes])
        logit = ensemble.suspicion(cubes[measured], masks[measured], statistics)
        malignancy = ensemble.malignancy(logit, statistics)
        for k, n in enumerate(measured):
            mask, low = blocks[k]
            center = native.to_lps((np.argwhere(mask).mean(0) + low)[None])[0]
            found[n] = Assessed(center, float(probability[n]), mask, low, sizes[k], float(logit[k]), float(malignancy[k]))
    return found


def _moved(fine: Grid, center_mm: Floats, mask: NDArray[np.float32]) -> Floats:
    """The centroid of the mask's part at the cube's middle; the given centre where there is none."""
    part = _middle_part(mask > 0.5)
    if not part.any():
        return center_mm
    voxel = patch.corners(fine, center_mm[None])[0] + np.argwhere(part).mean(0)
    return np.asarray(fine.to_lps(voxel[None])[0])


def _middle_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected part nearest to the block's middle, when it begins within 6 voxels of it; else nothing."""
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    middle = np.array(mask.shape) / 2
    places = np.argwhere(mask)
    distance = np.linalg.norm(places - middle, axis=1)
    nearest = int(np.argmin(distance))
    if distance[nearest] > 6:
        return np.zeros_like(mask)
    return np.asarray(labels == labels[tuple(places[nearest])])


def _in_native_voxels(
    native: Grid, fine: Grid, center_mm: Floats, mask: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.int_]] | None:
    """(mask block, its first voxel) on the scan's own grid: the probability interpolated there and cut at one half."""
    corner = patch.corners(fine, center_mm[None])[0]
    reach = REACH_MM / native.spacing_mm
    middle = native.to_voxel(center_mm[None])[0]
    low = np.maximum(np.ceil(middle - reach), 0).astype(int)
    high = np.minimum(np.floor(middle + reach) + 1, native.hu.shape).astype(int)
    lines = [np.arange(low[axis], high[axis]) for axis in range(3)]
    start = fine.to_voxel(native.to_lps(np.zeros((1, 3))))[0] - corner
    step = native.spacing_mm / fine.spacing_mm
    axes = [start[axis] + step[axis] * lines[axis] for axis in range(3)]
    where = np.stack(np.meshgrid(*axes, indexing="ij"))
    kept = np.where(_middle_part(mask > 0.5) | (mask <= 0.5), mask, 0)
    block = ndimage.map_coordinates(kept, where, order=1, mode="constant") > 0.5
    labels, count = ndimage.label(block)
    if not count:
        return None
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    if largest.sum() < FEWEST_VOXELS:
        return None
    places = np.argwhere(largest)
    first, last = places.min(0), places.max(0) + 1
    return largest[tuple(slice(a, b) for a, b in zip(first, last, strict=True))], low + first


def _measured(native: Grid, mask: NDArray[np.bool_], low: NDArray[np.int_]) -> Measurements:
    box = tuple(slice(a, a + n) for a, n in zip(low, mask.shape, strict=True))
    return measure(mask, native.hu[box], native.spacing_mm)
