"""A chest CT in blocks of about 3 mm with its lungs found by their CT numbers: what is needed to lay one exam on another.

Slices are read a few at a time, so that a large scan is never in memory as a whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.errors import Rejected
from core.imaging.volume import Volume
from core.words import N_

BLOCK_MM = 3.0
AIR_BELOW_HU = -400
POCKET_ML = 100.0  # smaller pockets of air are not lung
LEAST_LUNG_ML, LEAST_HEIGHT_MM = 600.0, 80.0
LUNG_HU = (-975.0, -500.0)  # median of a pocket that is lung and not stomach or colon

Slab = Callable[[int, int], NDArray[np.int16]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coarse:
    """`hu` (z, y, x) float32, slices from foot to head; `affine` (4, 4): block (k, j, i, 1) → LPS mm of its centre; `lung` where air is."""

    hu: NDArray[np.float32]
    affine: NDArray[np.float64]
    lung: Mask

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """(z, y, x)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def lung_ml(self) -> float:
        return float(self.lung.sum() * self.spacing_mm.prod() / 1000)

    def lung_centre_mm(self) -> NDArray[np.float64]:
        """(x, y, z) LPS mm."""
        return np.asarray(self.affine[:3, :3] @ np.argwhere(self.lung).mean(0) + self.affine[:3, 3])


def coarse_of(volume: Volume) -> Coarse:
    """A volume that is in memory anyway; Rejected as in `coarse`."""
    return coarse(lambda first, last: volume.hu[first:last], volume.hu.shape, volume.affine)


def coarse(slab: Slab, shape: Sequence[int], affine: NDArray[np.float64]) -> Coarse:
    """Block means of `slab(first, last)` (slices, Y, X) HU with their lungs; Rejected where no lungs are found."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    step = np.maximum(1, np.round(BLOCK_MM / spacing)).astype(int)
    count = np.array(shape) // step
    if (count < 8).any():
        raise Rejected(N_("The scan is too small to find the lungs in it"))
    hu = np.empty(count, np.float32)
    rows, columns = count[1:] * step[1:]
    for k in range(count[0]):
        block = np.clip(slab(k * step[0], (k + 1) * step[0])[:, :rows, :columns], -1024, 1500)
        hu[k] = block.reshape(step[0], count[1], step[1], count[2], step[2]).mean((0, 2, 4), dtype=np.float32)
    placed = affine.copy()
    placed[:3, :3] = affine[:3, :3] * step
    placed[:3, 3] = affine[:3, 3] + affine[:3, :3] @ ((step - 1) / 2)
    return Coarse(hu, placed, _lungs(hu, spacing * step))


def _lungs(hu: NDArray[np.float32], spacing_mm: NDArray[np.float64]) -> Mask:
    """Air inside the body in pockets with the size and the density of lungs; airways and all."""
    tissue = _largest(ndimage.binary_opening(hu > AIR_BELOW_HU))
    body = np.stack([ndimage.binary_fill_holes(plane) for plane in tissue])
    labels, count = ndimage.label((hu < AIR_BELOW_HU) & body)
    millilitres = np.bincount(labels.ravel(), minlength=count + 1) * spacing_mm.prod() / 1000
    kept = [label for label in range(1, count + 1) if millilitres[label] > POCKET_ML and _like_lung(hu[labels == label])]
    lung = np.isin(labels, kept)
    volume, height = float(lung.sum() * spacing_mm.prod() / 1000), float(lung.any((1, 2)).sum() * spacing_mm[0])
    if volume < LEAST_LUNG_ML or height < LEAST_HEIGHT_MM:
        raise Rejected(
            N_("No complete lungs were found ({volume} ml over {height} mm; at least {least} ml over {least_height} mm are expected)"),
            volume=round(volume), height=round(height), least=round(LEAST_LUNG_ML), least_height=round(LEAST_HEIGHT_MM),
        )  # fmt: skip
    return np.asarray(lung)


def _like_lung(hu: NDArray[np.float32]) -> bool:
    return LUNG_HU[0] < float(np.median(hu)) < LUNG_HU[1]


def _largest(mask: Mask) -> Mask:
    labels, count = ndimage.label(mask)
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])) if count else mask
