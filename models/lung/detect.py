"""Where nodules could be: the detection networks run over overlapping windows inside the lung field, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from models import windows
from models.lung.candidates import sample_mask
from models.lung.field import Field
from models.lung.grid import Grid
from models.networks.detection import STRIDE

WINDOW, OVERLAP, AT_ONCE = 16, 4, 16
"""Side and overlap of the windows in cells of STRIDE voxels, and how many are handed over together."""
LEAST_LOGIT = -4.0
MOST = 120
BEYOND_FIELD = 1
"""Cells by which the lung field is widened: nodules on the pleura have their centre in the wall."""
Floats = NDArray[np.float64]
Heat = Callable[[Tensor], NDArray[np.float32]]


@dataclass(frozen=True)
class Marks:
    """`centers_mm` (N, 3) LPS, `diameter_mm` (N,), `logit` (N,) of the detection networks; strongest first."""

    centers_mm: Floats
    diameter_mm: Floats
    logit: Floats


def detect(coarse: Grid, lung: Field | None, heat: Heat) -> Marks:
    """The marks of a scan; `coarse` is the lung's box at 1.25 mm, `heat` the networks' mean answer (Ensemble.heat).

    Without a lung field everything is searched.
    """
    cells = _cells(coarse, lung)
    corners = windows.plan(cells.shape, cells, WINDOW, OVERLAP)
    low, high = windows.central(corners, cells.shape, WINDOW, OVERLAP)
    told = np.full((5, *cells.shape), -20.0, np.float32)
    parts = windows.batches(np.asarray(coarse.hu), corners * STRIDE, WINDOW * STRIDE, AT_ONCE, lambda hu: hu)
    answers = (heat(batch) for (batch,) in parts)
    for n, answer in enumerate(one for batch in answers for one in batch):
        there = tuple(slice(a, b) for a, b in zip(low[n], high[n], strict=True))
        here = tuple(slice(a - c, b - c) for a, b, c in zip(low[n], high[n], corners[n], strict=True))
        told[(slice(None), *there)] = answer[(slice(None), *here)]
    return _marks(coarse, told, cells)


def _cells(coarse: Grid, lung: Field | None) -> NDArray[np.bool_]:
    """(z, y, x) cells of STRIDE voxels that lie in or next to the lung field."""
    z, y, x = (-(-n // STRIDE) for n in coarse.hu.shape)
    if lung is None:
        return np.ones((z, y, x), bool)
    inside = np.pad(sample_mask(lung, coarse), [(0, c * STRIDE - n) for c, n in zip((z, y, x), coarse.hu.shape, strict=True)])
    cells = inside.reshape(z, STRIDE, y, STRIDE, x, STRIDE).any((1, 3, 5))
    return np.asarray(ndimage.binary_dilation(cells, iterations=BEYOND_FIELD))


def _marks(coarse: Grid, told: NDArray[np.float32], cells: NDArray[np.bool_]) -> Marks:
    """Maxima of the heat map in the lung field, one per nodule."""
    logit = np.where(cells, told[0], -20.0)
    peaks = np.argwhere((logit > LEAST_LOGIT) & (logit == ndimage.maximum_filter(logit, 3)))
    found = told[:, peaks[:, 0], peaks[:, 1], peaks[:, 2]].astype(np.float64)  # (5, N)
    voxels = (peaks + 0.5 + np.clip(found[1:4].T, -1.5, 1.5)) * STRIDE - 0.5
    centers, diameter = coarse.to_lps(np.asarray(voxels, np.float64)), np.exp(np.clip(found[4], 0.7, 3.9))
    kept = windows.suppress(centers, diameter / 2, found[0], 1.0)[:MOST]
    return Marks(centers[kept], diameter[kept], found[0][kept])
