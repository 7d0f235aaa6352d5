"""Takes the trachea and the main bronchi out of the lung field by following them down from the top."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
TRACHEA_MM2 = (60.0, 900.0)
SEARCH_MM, DEPTH_MM = 80.0, 220.0


def without_trachea(lung: Mask, spacing_mm: float) -> Mask:
    """`lung` (z, y, x) without the trachea; unchanged where none is recognised.

    The trachea is a compact pocket of air near the middle that goes on from slice to slice; following ends where it opens into lung.
    """
    removed = np.zeros_like(lung)
    top = int(np.flatnonzero(lung.any((1, 2)))[-1]) if lung.any() else 0
    middle = float(np.nonzero(lung)[2].mean()) if lung.any() else 0.0
    for start in range(top, max(top - int(SEARCH_MM / spacing_mm), 0), -1):
        seed = _seed(lung[start], middle, spacing_mm)
        if seed is not None:
            _follow(lung, removed, start, seed, spacing_mm)
            break
    grown = ndimage.binary_dilation(removed, iterations=1)
    return np.asarray(lung & ~grown)


def _seed(plane: Mask, middle: float, spacing_mm: float) -> Mask | None:
    """The one pocket of `plane` that looks like a trachea: right size, compact, within 35 mm of the middle."""
    labels, count = ndimage.label(plane)
    for label in range(1, count + 1):
        part = labels == label
        area = part.sum() * spacing_mm**2
        rows, columns = np.nonzero(part)
        wide = max(np.ptp(rows), np.ptp(columns)) + 1
        round_enough = part.sum() > 0.5 * wide**2 * np.pi / 4
        if TRACHEA_MM2[0] <= area <= TRACHEA_MM2[1] and round_enough and abs(columns.mean() - middle) * spacing_mm < 35:
            return np.asarray(part)
    return None


def _follow(lung: Mask, removed: Mask, start: int, seed: Mask, spacing_mm: float) -> None:
    """Mark the pockets that overlap the pocket above, slice by slice down, until they open into the lung."""
    above = seed
    removed[start] = seed
    for level in range(start - 1, max(start - int(DEPTH_MM / spacing_mm), -1), -1):
        labels, _ = ndimage.label(lung[level])
        touched = np.unique(labels[above & lung[level]])
        parts = [labels == label for label in touched if label]
        small = [part for part in parts if part.sum() * spacing_mm**2 <= TRACHEA_MM2[1]]
        if not small:
            return
        above = np.logical_or.reduce(small)
        removed[level] = above
