"""A median of 3 × 3 pixels in each slice, by comparisons of whole slices: exact, and many times faster than sorting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.int16]


def median_3x3(hu: NDArray[np.int16]) -> NDArray[np.int16]:
    """The median of each voxel of (Z, Y, X) and its eight neighbours in the slice; the edge is repeated outwards."""
    out = np.empty(hu.shape, hu.dtype)
    for k, plane in enumerate(hu):
        out[k] = _median(np.pad(plane, 1, mode="edge"))
    return out


def _median(plane: Plane) -> Plane:
    """(Y + 2, X + 2) → (Y, X): of three sorted columns the median of the highest low, the middle middle and the lowest high."""
    low, middle, high = _sorted(plane[:-2], plane[1:-1], plane[2:])
    lows = np.maximum(np.maximum(low[:, :-2], low[:, 1:-1]), low[:, 2:])
    highs = np.minimum(np.minimum(high[:, :-2], high[:, 1:-1]), high[:, 2:])
    middles = _sorted(middle[:, :-2], middle[:, 1:-1], middle[:, 2:])[1]
    return _sorted(lows, middles, highs)[1]


def _sorted(a: Plane, b: Plane, c: Plane) -> tuple[Plane, Plane, Plane]:
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.minimum(low, c), np.maximum(low, np.minimum(high, c)), np.maximum(high, c)
