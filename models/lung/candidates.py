"""Places in the lung field that are brighter than their surroundings in all three directions: where a nodule could be.

Made to miss little and to cost little: maxima of the scale-normalised Laplacian of Gaussian over sizes from 3 to 40 mm, kept where the
Hessian is bright in every direction, so that vessels (bright across, even along) mostly fall out. The network does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.field import Field
from models.lung.grid import Grid
from models.lung.sampling import DETECTION

SIGMAS_MM = (1.3, 1.9, 2.8, 4.2, 6.3, 9.0)
COARSE_FROM_MM = 4.0
QUIET_LUNG_HU = -850.0
MIN_RESPONSE_HU, MIN_ROUNDNESS = 55.0, 0.12
LIMITS = (1500, 400)
"""How many places are kept of the fine and of the coarse scales."""
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Candidates:
    """`centers_mm` (N, 3) in LPS mm, `radius_mm` (N,) from the scale, `strength` (N,) without unit; fine scales first, strongest first."""

    centers_mm: NDArray[np.float64]
    radius_mm: NDArray[np.float64]
    strength: NDArray[np.float64]


def find(grid: Grid, field: Field, limits: tuple[int, int] = LIMITS) -> Candidates:
    """The candidates of a scan; `grid` is the lung's box at DETECTION.spacing_mm, `field` the lung field."""
    inside = sample_mask(field, grid)
    fine = np.where(inside, np.clip(grid.hu, -1000, 200), QUIET_LUNG_HU).astype(np.float32)
    coarse = fine[: fine.shape[0] // 2 * 2, : fine.shape[1] // 2 * 2, : fine.shape[2] // 2 * 2]
    coarse = coarse.reshape(coarse.shape[0] // 2, 2, coarse.shape[1] // 2, 2, coarse.shape[2] // 2, 2).mean((1, 3, 5))
    kept = []
    for factor, image, limit in ((1, fine, limits[0]), (2, coarse, limits[1])):
        found = []
        for sigma in (sigma for sigma in SIGMAS_MM if (sigma >= COARSE_FROM_MM) == (factor == 2)):
            places, strength = _maxima(image, sigma / (DETECTION.spacing_mm * factor), MIN_ROUNDNESS if factor == 1 else 0.0)
            found.append(np.column_stack([places * factor + (factor - 1) / 2, strength, np.full(len(places), sigma * np.sqrt(3))]))
        kept.append(_strongest(grid, np.concatenate(found), limit))
    return Candidates(
        np.concatenate([part.centers_mm for part in kept]),
        np.concatenate([part.radius_mm for part in kept]),
        np.concatenate([part.strength for part in kept]),
    )


def sample_mask(field: Field, grid: Grid) -> NDArray[np.bool_]:
    """The field's mask on the voxels of `grid` (nearest neighbour; both run along the same axes)."""
    start = field.coarse.to_voxel(grid.to_lps(np.zeros((1, 3))))[0]
    step = grid.spacing_mm / field.coarse.spacing_mm
    places = [start[axis] + step[axis] * np.arange(grid.hu.shape[axis]) for axis in range(3)]
    index = [np.clip(np.rint(line).astype(int), 0, size - 1) for line, size in zip(places, field.mask.shape, strict=True)]
    return np.asarray(field.mask[np.ix_(*index)])


def _maxima(image: Array, sigma: float, min_roundness: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions (N, 3) and responses (N,) of round bright maxima at one scale (sigma in voxels)."""
    smooth = ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=3.0)
    response = -(sigma**2) * ndimage.laplace(smooth, mode="nearest")
    peaks = (response > MIN_RESPONSE_HU) & (response == ndimage.maximum_filter(response, 3))
    places = np.argwhere(peaks)
    places = places[np.all((places > 0) & (places < np.array(image.shape) - 1), axis=1)]
    curvature = np.linalg.eigvalsh(_hessians(smooth, places))  # (N, 3), ascending: the most negative first
    roundness = curvature[:, 2] / np.minimum(curvature[:, 0], -1e-6)
    round_enough = (curvature[:, 2] < 0) & (roundness > min_roundness)
    strength = np.sqrt(response[tuple(places.T)]) * np.clip(roundness, 0.02, 1)
    return places[round_enough].astype(float), strength[round_enough].astype(float)


def _hessians(image: Array, places: NDArray[np.intp]) -> Array:
    """Second differences (N, 3, 3) of `image` at `places` (N, 3)."""
    unit = np.eye(3, dtype=int)

    def at(offset: NDArray[np.int_]) -> Array:
        return np.asarray(image[tuple((places + offset).T)])

    hessian = np.empty((len(places), 3, 3), np.float32)
    for a in range(3):
        hessian[:, a, a] = at(unit[a]) - 2 * at(0 * unit[a]) + at(-unit[a])
        for b in range(a):
            mixed = at(unit[a] + unit[b]) - at(unit[a] - unit[b]) - at(unit[b] - unit[a]) + at(-unit[a] - unit[b])
            hessian[:, a, b] = hessian[:, b, a] = mixed / 4
    return hessian


def _strongest(grid: Grid, found: NDArray[np.float64], limit: int) -> Candidates:
    """The strongest places, one per neighbourhood (within 0.7 of the stronger one's radius)."""
    found = found[np.argsort(-found[:, 3])]
    centers, radius = grid.to_lps(found[:, :3]), found[:, 4]
    kept: list[int] = []
    for n in range(len(found)):
        if len(kept) == limit:
            break
        distance = np.linalg.norm(centers[kept] - centers[n], axis=1)
        if np.all(distance > 0.7 * np.maximum(np.minimum(radius[kept], 1.5 * radius[n]), 2.0)):
            kept.append(n)
    return Candidates(centers[kept], radius[kept], found[kept, 3])
