"""The lumen of the trachea and the main bronchi, on the coarse grid of the lung field: air to calibrate by, and no lung.

The lung field leaves out the upper trachea only, because it may take in a little too much; a share of emptied lung may not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.field import SPACING_MM, Field

LUMEN_HU = -900
SEED_MM2, PART_MM2, MOST_MM2 = (40.0, 600.0), 20.0, 800.0
SEED_ASIDE_MM, ASIDE_MM, DEPTH_MM = 30.0, 55.0, 170.0
GAP = 2
Mask = NDArray[np.bool_]


def lumen(lung: Field) -> Mask:
    """(z, y, x) True inside trachea and main bronchi; empty where no trachea is seen in the upper half of the lungs."""
    air = np.asarray(lung.coarse.hu < LUMEN_HU)
    found = np.zeros_like(air)
    levels = np.flatnonzero(lung.mask.any((1, 2)))
    middle = (np.nonzero(lung.mask & lung.left)[2].mean() + np.nonzero(lung.mask & ~lung.left)[2].mean()) / 2
    rows = np.flatnonzero(lung.mask.any((0, 2)))
    for k in range(min(int(levels[-1]), len(air) - 1), int(levels[0] + len(levels) * 0.6), -1):
        seed = _seed(air[k], middle, rows)
        if seed is not None:
            _down(air, found, k, seed, middle)
            break
    return found


def carina(tube: Mask) -> int | None:
    """The slice where the windpipe parts in two and stays parted; None where it is not seen to."""
    parted = 0
    for k in np.flatnonzero(tube.any((1, 2)))[::-1]:
        labels, count = ndimage.label(tube[k])
        areas = np.bincount(labels.ravel(), minlength=count + 1)[1:] * SPACING_MM**2
        parted = parted + 1 if (areas > PART_MM2).sum() >= 2 else 0
        if parted == 2:
            return int(k) + 1
    return None


def _seed(plane: Mask, middle: float, rows: NDArray[np.int_]) -> Mask | None:
    """The pocket of `plane` that looks like a trachea: near the midline, compact, with something but air around it."""
    labels, count = ndimage.label(plane)
    for label in range(1, count + 1):
        part = labels == label
        y, x = np.nonzero(part)
        wide = max(np.ptp(y), np.ptp(x)) + 1
        compact = len(y) > 0.45 * wide**2
        central = abs(x.mean() - middle) * SPACING_MM < SEED_ASIDE_MM and rows[0] < y.mean() < rows[-1]
        if compact and central and SEED_MM2[0] <= len(y) * SPACING_MM**2 <= SEED_MM2[1]:
            return np.asarray(part)
    return None


def _down(air: Mask, found: Mask, start: int, seed: Mask, middle: float) -> None:
    """Mark the pockets below that overlap the pocket above, as long as they are as small as an airway and near the midline."""
    above, missed = seed, 0
    for k in range(start, max(start - int(DEPTH_MM / SPACING_MM), -1), -1):
        labels, _ = ndimage.label(air[k])
        touched = [label for label in np.unique(labels[above & air[k]]) if label]
        parts = [part for part in (labels == label for label in touched) if _airway(part, middle)]
        missed = 0 if parts else missed + 1
        if missed > GAP:
            return
        if parts:
            above = np.logical_or.reduce(parts)
            found[k] = above


def _airway(part: Mask, middle: float) -> bool:
    aside = np.abs(np.nonzero(part)[1] - middle).max() * SPACING_MM
    return bool(part.sum() * SPACING_MM**2 <= MOST_MM2 and aside < ASIDE_MM)
