"""The network's local evidence, put back onto the view it came from: a heat map of the whole image and at most three marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.breast.view import Prepared

Heat = NDArray[np.uint8]

LONGER_SIDE = 96  # cells of the heat map along the longer side of the view
MARKS = 3
APART = 0.08  # least distance of two marks, as a share of the longer side
FAINT = 0.35  # evidence, as a share of the view's strongest, below which no mark is made


@dataclass(frozen=True)
class Mark:
    """A place of high evidence in the original view: column and row as shares of width and height, evidence as a probability."""

    x: float
    y: float
    evidence: float


def to_view(local: NDArray[np.float32], prepared: Prepared, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Evidence (h, w) in [0, 1] on the crop → on a grid over the whole original view of `shape` (Y, X); 0 outside the breast."""
    rows, columns = _grid(shape)
    top, bottom, left, right = prepared.box
    y = ((np.arange(rows) + 0.5) / rows - top) / (bottom - top) * local.shape[0] - 0.5
    x = ((np.arange(columns) + 0.5) / columns - left) / (right - left) * local.shape[1] - 0.5
    if prepared.field.chest_wall_right:
        x = local.shape[1] - 1 - x
    places = np.stack(np.meshgrid(y, x, indexing="ij"))
    spread = ndimage.map_coordinates(local, places, order=1, mode="nearest")
    return np.asarray(spread * _inside(prepared, (rows, columns)), np.float32)


def as_bytes(evidence: NDArray[np.float32]) -> Heat:
    """Evidence in [0, 1] → 0..255."""
    return np.asarray(np.rint(np.clip(evidence, 0, 1) * 255), np.uint8)


def marks(evidence: NDArray[np.float32]) -> tuple[Mark, ...]:
    """The strongest separate places, strongest first; none where there is no evidence at all."""
    left = evidence.astype(np.float32)
    found: list[Mark] = []
    strongest = float(evidence.max())
    rows, columns = np.indices(left.shape)
    while len(found) < MARKS and left.max() > FAINT * strongest and left.max() > 0:
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        found.append(Mark((column + 0.5) / left.shape[1], (row + 0.5) / left.shape[0], float(left[row, column])))
        left[np.hypot(rows - row, columns - column) < APART * max(left.shape)] = 0
    return tuple(found)


def _grid(shape: tuple[int, int]) -> tuple[int, int]:
    scale = LONGER_SIDE / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _inside(prepared: Prepared, size: tuple[int, int]) -> NDArray[np.bool_]:
    mask = prepared.field.mask
    rows = (np.arange(size[0]) + 0.5) / size[0] * mask.shape[0]
    columns = (np.arange(size[1]) + 0.5) / size[1] * mask.shape[1]
    return mask[np.ix_(rows.astype(int), columns.astype(int))]
