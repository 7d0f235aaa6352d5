"""The outline of a nodule: how much of its hull it leaves empty, in the slices where it is large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

Mask = NDArray[np.bool_]


def irregularity(mask: Mask) -> float:
    """0 for any convex outline, larger for notches and spikes (0.1: a tenth of the hull is empty); mean over the slices of at least half
    the largest area.

    Counted in pixels, not measured: the pixels of a digitised convex shape fill their hull exactly, at any size and spacing.
    """
    areas = mask.sum((1, 2))
    return float(np.mean([_empty(plane) for plane in mask[areas >= 0.5 * areas.max()]]))


def _empty(plane: Mask) -> float:
    """Share of the pixels in the convex hull of `plane` (Y, X), not empty, that do not belong to it."""
    points = np.argwhere(plane)
    try:
        sides = ConvexHull(points).equations  # (sides, 3): normal and offset, at most 0 inside
    except (QhullError, ValueError):
        return 0.0  # a line of pixels
    first, last = points.min(0), points.max(0) + 1
    lattice = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(first, last, strict=True)), indexing="ij"), -1)
    inside = np.all(lattice @ sides[:, :2].T + sides[:, 2] < 1e-9, axis=-1)
    return float(1 - len(points) / inside.sum())
