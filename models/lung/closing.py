"""Closing of a mask by a ball: bays narrower than the ball's diameter and all holes become part of it.

Only distances up to the ball's radius matter, so they are built up axis by axis from a few shifts instead of over the whole volume.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Box = tuple[slice, slice, slice]


def closed(mask: Mask, radius: float) -> Mask:
    """`mask` (z, y, x) closed by a ball of `radius` voxels, holes filled; the mask itself always stays inside."""
    if not mask.any():
        return mask.copy()
    reach = int(np.ceil(radius)) + 1
    box = around(mask)
    padded = np.pad(mask[box], reach)
    shut = within(padded, radius)
    shut = ~within(~shut, radius)
    filled = ndimage.binary_fill_holes(shut | padded)
    out = np.zeros_like(mask)
    out[box] = filled[reach:-reach, reach:-reach, reach:-reach]
    return out


def around(mask: Mask) -> Box:
    """The smallest box that holds `mask`, not empty."""
    low, high = [], []
    for axis in range(mask.ndim):
        places = np.flatnonzero(mask.any(tuple(other for other in range(mask.ndim) if other != axis)))
        low.append(int(places[0]))
        high.append(int(places[-1]) + 1)
    return slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])


def within(mask: Mask, radius: float) -> Mask:
    """Voxels whose centre lies at most `radius` voxels (below 15) from one of `mask`."""
    limit = int(np.floor(radius**2 + 1e-9))
    far = np.uint8(limit + 1)
    squared = np.where(mask, np.uint8(0), far)
    for axis in range(mask.ndim):
        squared = _shifted_minimum(np.moveaxis(squared, axis, 0), int(radius), far, axis)
    return np.asarray(squared <= limit)


def _shifted_minimum(squared: NDArray[np.uint8], reach: int, far: np.uint8, axis: int) -> NDArray[np.uint8]:
    """The least of `squared` n voxels off along the first axis plus n², never above `far`."""
    out = squared.copy()
    for offset in range(1, min(reach, len(squared) - 1) + 1):
        step = np.minimum(squared, far - np.uint8(min(offset**2, int(far)))) + np.uint8(min(offset**2, int(far)))
        np.minimum(out[offset:], step[:-offset], out=out[offset:])
        np.minimum(out[:-offset], step[offset:], out=out[:-offset])
    return np.moveaxis(out, 0, axis)
