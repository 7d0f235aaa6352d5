"""The box of a scan that holds the lungs with a margin: nothing outside it is resampled or searched."""

from __future__ import annotations

import numpy as np

from models.lung.field import Field
from models.lung.grid import Grid

MARGIN_MM = 22.0
Box = tuple[slice, slice, slice]


def lung_box(grid: Grid, field: Field, margin_mm: float = MARGIN_MM) -> Box:
    """Slices of `grid` around the lung field plus `margin_mm`."""
    first, last = [], []
    for axis in range(3):
        places = np.flatnonzero(field.mask.any(tuple(other for other in range(3) if other != axis)))
        first.append(float(places[0]))
        last.append(float(places[-1]))
    ends = grid.to_voxel(field.coarse.to_lps(np.array([first, last])))
    margin = margin_mm / grid.spacing_mm
    low = np.maximum(np.floor(ends[0] - margin), 0).astype(int)
    high = np.minimum(np.ceil(ends[1] + margin) + 1, grid.hu.shape).astype(int)
    return slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])
