"""Where the nipple lies: the point of the breast farthest from the chest wall. Nothing else of a breast can be told in both views.

Found on the small copy of the view (`field.SMALL`) from the outline alone: on CC from the edge at the chest wall, on MLO from the line
along the pectoral muscle where that is known, else from the edge too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.breast.field import Field, Mask

TIP = 0.01  # share of the depth below the farthest point that counts as the tip of the breast: its middle is taken
LOWEST = 0.85  # share of the field's height below which the fold under the breast and the belly lie, not the nipple
LEAST_ROWS = 8  # of pectoral muscle, on the small copy, that a line is laid along

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Nipple:
    """Its place, and the nearest place of the chest wall or pectoral line: columns and rows as shares of width and height of the view."""

    x: float
    y: float
    wall_x: float
    wall_y: float
    from_muscle: bool  # whether the chest wall is the line along the pectoral muscle, else the edge of the image


def find(field: Field, muscle: Mask | None = None) -> Nipple | None:
    """The nipple of a view from its field and its pectoral muscle (h, w) on the same small copy.

    None where the breast runs out of the image opposite to the chest wall: then its farthest point is not on the image.
    """
    mask = field.mask[:, ::-1] if field.chest_wall_right else field.mask
    turned = None if muscle is None else (muscle[:, ::-1] if field.chest_wall_right else muscle)
    line = None if turned is None else _along(turned, mask)
    tip = _tip(mask, line)
    if tip is None:
        return None
    x, y = tip
    wall_x, wall_y = _foot(x, y, line) if line is not None else (_edge(mask), y)
    height, width = mask.shape
    across = [(width - column) / width if field.chest_wall_right else column / width for column in (x, wall_x)]
    return Nipple(across[0], y / height, across[1], wall_y / height, line is not None)


def _tip(mask: Mask, line: Floats | None) -> tuple[float, float] | None:
    """Column and row (pixel edges) of the middle of those places that are farthest; the chest wall is on the left."""
    rows, columns = np.nonzero(mask)
    if columns.max() >= mask.shape[1] - 1:
        return None
    x, y = np.asarray(columns + 0.5, np.float64), np.asarray(rows + 0.5, np.float64)
    far = x - _edge(mask) if line is None else _distance(x, y, line)
    candidate = y < rows.min() + LOWEST * (np.ptp(rows) + 1)
    farthest = far[candidate].max()
    tip = candidate & (far > farthest - max(1.0, TIP * farthest))
    return float(x[tip].mean()), float(y[tip].mean())


def _edge(mask: Mask) -> float:
    """The column at which the field begins: the chest wall."""
    return float(np.flatnonzero(mask.any(0))[0])


def _along(muscle: Mask, breast: Mask) -> Floats | None:
    """The line x = a·y + b (pixel edges) along the muscle's rim where there is breast beside it; None where that is short or no muscle."""
    rows = np.flatnonzero(muscle.any(1))
    rim = muscle.shape[1] - np.argmax(muscle[rows, ::-1], 1)
    beside = breast[rows, np.minimum(rim + 1, breast.shape[1] - 1)]
    if beside.sum() < LEAST_ROWS:
        return None
    slope, start = np.polyfit(rows[beside] + 0.5, rim[beside], 1)
    return np.array([slope, start]) if slope < 0 else None  # a muscle that widens downwards is none


def _distance(x: Floats, y: Floats, line: Floats) -> Floats:
    """Pixels from the line, positive on the side of the breast."""
    return np.asarray((x - line[0] * y - line[1]) / np.hypot(1, line[0]))


def _foot(x: float, y: float, line: Floats) -> tuple[float, float]:
    """The point of the line nearest to (x, y)."""
    away = float(_distance(np.array(x), np.array(y), line))
    normal = np.array([1, -line[0]]) / np.hypot(1, line[0])
    return float(x - away * normal[0]), float(y - away * normal[1])
