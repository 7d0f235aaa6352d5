"""Fat in a nodule, a sign of a hamartoma.

Fat lies between -120 and -40 HU, and so does every edge between tissue and lung: only what is well inside tissue and in one piece counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.solid import smoothed

LOW_HU, HIGH_HU, AIR_BELOW_HU = -120.0, -40.0, -180.0
CLEAR_OF_AIR_MM, LEAST_MM3 = 3.0, 20.0
FROM_MM, SLICE_MM = 10.0, 2.5
Mask = NDArray[np.bool_]


def is_there(mask: Mask, hu: NDArray[np.int16] | NDArray[np.float32], spacing_mm: NDArray[np.float64]) -> bool | None:
    """Whether `mask` (Z, Y, X) holds fat; None where it is too small (10 mm) or the slices too thick (2.5 mm) to tell fat from an edge."""
    diameter = float((6 * mask.sum() * np.prod(spacing_mm) / np.pi) ** (1 / 3))
    if diameter < FROM_MM or spacing_mm[0] > SLICE_MM:
        return None
    smooth = smoothed(hu, spacing_mm)
    aerated = ~mask | (smooth < AIR_BELOW_HU)
    clear = ndimage.distance_transform_edt(np.pad(~aerated, 1), sampling=spacing_mm)[1:-1, 1:-1, 1:-1] > CLEAR_OF_AIR_MM
    fatty = clear & (smooth > LOW_HU) & (smooth < HIGH_HU)
    labels, count = ndimage.label(fatty)
    thick = ndimage.binary_erosion(fatty, np.ones((1, 3, 3)))
    pieces = [labels == n for n in np.unique(labels[thick])] if count else []
    return any(piece.sum() * np.prod(spacing_mm) >= LEAST_MM3 for piece in pieces)
