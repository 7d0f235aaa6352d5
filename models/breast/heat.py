"""The network's local evidence, put back onto the view it came from: a heat map of the whole image and at most three marks.

Both come from one map, so a mark's evidence is what the heat map shows there. Cells that hardly hold any breast carry what the network
makes of the background; they take the evidence of the breast beside them before anything is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.breast.field import Mask
from models.breast.view import Prepared

Heat = NDArray[np.uint8]
Evidence = NDArray[np.float32]

LONGER_SIDE = 96  # cells of the heat map along the longer side of the view
SPREAD = 0.6  # cells of the network's grid over which evidence is smoothed, inside the breast only
HELD = 0.25  # share of a cell that must be breast for its evidence to count
MARKS = 3
APART = 0.08  # least distance of two marks, as a share of the longer side
FAINT = 0.35  # evidence, as a share of the view's strongest, below which no mark is made


@dataclass(frozen=True)
class Mark:
    """A place of high evidence in the original view: column and row as shares of width and height, evidence as a probability."""

    x: float
    y: float
    evidence: float


@dataclass(frozen=True)
class Seen:
    """The evidence on a grid over the whole original view, in [0, 1], and which of its cells are breast."""

    evidence: Evidence  # (rows, columns), beside the breast continued from its rim
    inside: Mask


def to_view(local: Evidence, prepared: Prepared, shape: tuple[int, int]) -> Seen:
    """Evidence (h, w) in [0, 1] on the crop → on a grid over the original view of `shape` (Y, X)."""
    local = _within(local, prepared.crop > 0)
    rows, columns = _grid(shape)
    top, bottom, left, right = prepared.box
    y = ((np.arange(rows) + 0.5) / rows - top) / (bottom - top) * local.shape[0] - 0.5
    x = ((np.arange(columns) + 0.5) / columns - left) / (right - left) * local.shape[1] - 0.5
    if prepared.field.chest_wall_right:
        x = local.shape[1] - 1 - x
    places = np.stack(np.meshgrid(y, x, indexing="ij"))
    spread = ndimage.map_coordinates(local, places, order=1, mode="nearest")
    return Seen(np.asarray(spread, np.float32), resized(prepared.field.mask, (rows, columns)))


def as_bytes(seen: Seen) -> Heat:
    """Evidence → 0..255, 0 outside of the breast."""
    return np.asarray(np.rint(np.clip(seen.evidence * seen.inside, 0, 1) * 255), np.uint8)


def marks(seen: Seen, without: Mask | None = None) -> tuple[Mark, ...]:
    """The highest separate peaks inside the breast, strongest first, none in `without` (any grid over the same view).

    A slope that goes on rising into `without` is no peak. None where there is no evidence at all.
    """
    allowed = seen.inside if without is None else seen.inside & ~resized(without, seen.inside.shape)
    found: list[Mark] = []
    for mark in sorted(_peaks(seen.evidence, allowed), key=lambda mark: -mark.evidence):
        if len(found) < MARKS and mark.evidence >= FAINT * float(seen.evidence[allowed].max()) and _apart(mark, found, allowed.shape):
            found.append(mark)
    return tuple(found)


def resized(mask: Mask, size: tuple[int, int]) -> Mask:
    """A mask on another grid over the same view, by the nearest cell."""
    rows = (np.arange(size[0]) + 0.5) / size[0] * mask.shape[0]
    columns = (np.arange(size[1]) + 0.5) / size[1] * mask.shape[1]
    return mask[np.ix_(rows.astype(int), columns.astype(int))]


def _within(local: Evidence, breast: Mask) -> Evidence:
    """Evidence smoothed over the cells that hold breast; the others take that of the nearest of them."""
    held = _share(breast, local.shape)
    counts = held > HELD
    if not counts.any():
        return np.zeros_like(local)
    weight = np.where(counts, held, 0)
    total = ndimage.gaussian_filter(weight, SPREAD, mode="constant")
    smooth = ndimage.gaussian_filter(np.where(counts, local, 0) * weight, SPREAD, mode="constant") / np.maximum(total, 1e-6)
    nearest = ndimage.distance_transform_edt(~counts, return_distances=False, return_indices=True)
    return np.asarray(smooth[tuple(nearest)], np.float32)


def _share(breast: Mask, size: tuple[int, int]) -> NDArray[np.float64]:
    """How much of each cell of a grid over the crop is breast."""
    height, width = breast.shape[0] // size[0], breast.shape[1] // size[1]
    cells = breast[: size[0] * height, : size[1] * width].reshape(size[0], height, size[1], width)
    return np.asarray(cells.mean((1, 3)))


def _peaks(evidence: Evidence, allowed: Mask) -> list[Mark]:
    """Places where the evidence is not exceeded by a neighbour; of a plateau the middle of what is allowed of it."""
    highest = (evidence == ndimage.maximum_filter(evidence, 3, mode="nearest")) & (evidence > 0)
    parts, _ = ndimage.label(highest, np.ones((3, 3)))
    found = []
    for number in np.unique(parts[highest & allowed]):
        cells = np.argwhere((parts == number) & allowed)
        row, column = cells[np.argmin(((cells - cells.mean(0)) ** 2).sum(1))]
        found.append(Mark((column + 0.5) / evidence.shape[1], (row + 0.5) / evidence.shape[0], float(evidence[row, column])))
    return found


def _apart(mark: Mark, others: list[Mark], size: tuple[int, int]) -> bool:
    """Whether a mark keeps its distance from all others."""
    least = APART * max(size)
    return all(np.hypot((mark.x - other.x) * size[1], (mark.y - other.y) * size[0]) >= least for other in others)


def _grid(shape: tuple[int, int]) -> tuple[int, int]:
    scale = LONGER_SIDE / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
