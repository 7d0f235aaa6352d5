"""Calcium in a nodule, and its pattern where size and slices allow one to be told.

Diffuse, central, laminated and popcorn calcification count as benign (Lung-RADS v2022, category 1), so a pattern is named only when it is
plain; otherwise the answer is "present". Calcium is what exceeds 200 HU after smoothing, 300 HU where contrast may have been given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.solid import SOLID_HU, smoothed

NONE, PRESENT = "none", "present"
DIFFUSE, CENTRAL, LAMINATED, POPCORN, ECCENTRIC = "diffuse", "central", "laminated", "popcorn", "eccentric"
BENIGN = (DIFFUSE, CENTRAL, LAMINATED, POPCORN)
CALCIUM_HU, CALCIUM_WITH_CONTRAST_HU = 200.0, 300.0
LEAST_MM3, CHUNK_MM3 = 3.0, 8.0
DIFFUSE_FROM, DIFFUSE_CORE, DIFFUSE_FROM_MM = 0.3, 0.8, 3.0
PATTERN_FROM_MM, PATTERN_SLICE_MM, PLAIN_HU = 8.0, 2.0, 400.0
ABSENT_FROM, SURE_BELOW = 5.5, 4.0  # on the readers' scale; 6 is absent
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calcium:
    """`nodule`: its dense part (Z, Y, X); `voxels`: the calcium in it; `depth`: below the surface of the dense part, 0…1;
    `peak_hu`: the brightest smoothed voxel."""

    nodule: Mask
    voxels: Mask
    depth: Floats
    spacing_mm: Floats
    peak_hu: float

    @property
    def share(self) -> float:
        """Calcium as a share of the dense part."""
        return float(self.voxels.sum() / self.nodule.sum())

    @property
    def chunks_mm3(self) -> Floats:
        """Volumes of the separate pieces, largest first."""
        labels, _ = ndimage.label(self.voxels, np.ones((3, 3, 3)))
        return np.sort(np.bincount(labels.ravel())[1:] * np.prod(self.spacing_mm))[::-1]

    @property
    def diameter_mm(self) -> float:
        """Of the ball with the volume of the dense part."""
        return float((6 * self.nodule.sum() * np.prod(self.spacing_mm) / np.pi) ** (1 / 3))

    @property
    def offset(self) -> float:
        """From the centre of the dense part to that of the calcium, in radii of the dense part."""
        apart = (np.argwhere(self.voxels).mean(0) - np.argwhere(self.nodule).mean(0)) * self.spacing_mm
        return float(np.linalg.norm(apart) / (self.diameter_mm / 2))

    def filled(self, low: float, high: float) -> float:
        """Share of the dense part between two depths that is calcium."""
        layer = self.nodule & (self.depth > low) & (self.depth <= high)
        return float(self.voxels[layer].mean()) if layer.any() else 0.0


def pattern(mask: Mask, hu: NDArray[np.int16] | NDArray[np.float32], spacing_mm: Floats, contrast: bool) -> str:
    """The word for the calcium in `mask` (Z, Y, X), not empty, in `hu` of the same shape; `contrast`: whether some may have been given."""
    smooth = smoothed(hu, spacing_mm)
    nodule = mask & (smooth > SOLID_HU)
    voxels = nodule & (smooth > (CALCIUM_WITH_CONTRAST_HU if contrast else CALCIUM_HU))
    found = Calcium(nodule, voxels, _depth(nodule, spacing_mm), spacing_mm, float(smooth[mask].max()))
    if not voxels.any() or found.chunks_mm3[0] < LEAST_MM3:
        return NONE
    return _named(found)


def _depth(nodule: Mask, spacing_mm: Floats) -> Floats:
    depth = ndimage.distance_transform_edt(np.pad(nodule, 1), sampling=spacing_mm)[1:-1, 1:-1, 1:-1]
    return np.asarray(depth / max(float(depth.max()), 1e-6))


def _named(found: Calcium) -> str:
    if found.diameter_mm >= DIFFUSE_FROM_MM and found.share >= DIFFUSE_FROM and found.filled(0.6, 1.0) > DIFFUSE_CORE:
        return DIFFUSE
    if found.diameter_mm < PATTERN_FROM_MM or found.spacing_mm[0] > PATTERN_SLICE_MM or found.peak_hu < PLAIN_HU:
        return PRESENT
    if _laminated(found):
        return LAMINATED
    chunks = found.chunks_mm3
    if (chunks >= CHUNK_MM3).sum() >= 3 and chunks[0] < 0.7 * chunks.sum() and found.share > 0.08:
        return POPCORN
    if chunks[0] < 0.8 * chunks.sum():
        return PRESENT
    if found.offset < 0.25 and found.filled(0.8, 1.0) > 0.7 and found.filled(0.0, 0.25) < 0.05:
        return CENTRAL
    return ECCENTRIC if found.offset > 0.4 else PRESENT


def _laminated(found: Calcium) -> bool:
    """A shell of calcium all around a layer without: the depths from surface to centre are little, much, little filled."""
    layers = np.array([found.filled(low, low + 0.2) for low in (0.0, 0.2, 0.4, 0.6, 0.8)])
    peak = int(np.argmax(layers[:4]))
    return bool(layers[peak] > 0.7 and layers[peak + 1 :].min() < 0.3 and found.offset < 0.2)


def agreed(word: str, rating: float | None) -> str | None:
    """`word` in the light of the network's rating (1 popcorn … 6 absent).

    A benign pattern that the network does not see is not named, calcium that only the network sees is None: not told.
    """
    if rating is None:
        return word
    if word in BENIGN and rating > ABSENT_FROM:
        return PRESENT
    return None if word == NONE and rating < SURE_BELOW else word
