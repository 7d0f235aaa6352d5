"""Calcium in the wall of the ascending aorta, known by its shape: an arc of a circle as wide as an aorta with nothing but blood inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lung.grid import Grid

RADIUS_MM, MISFIT_MM, ARC_DEGREES, FEWEST = (11.0, 25.0), 1.8, 60.0, 8
INSIDE_HU, INSIDE_SHARE, INNER_MM = (-20.0, 130.0), 0.9, 4.0
WALL_MM, REACH_MM = 4.0, 25.0
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Circle:
    """The wall in one slice of a grid: slice number, centre (y, x) and radius in mm of the grid's own axes."""

    k: int
    y_mm: float
    x_mm: float
    radius_mm: float


def walls(grid: Grid, pieces: Iterable[tuple[int, Floats]]) -> list[Circle]:
    """Circles of the aorta among `pieces`, each a slice number and the pixels (n, 2) as (y, x) of calcium that hangs together in it."""
    fitted = ((k, points, _fit(points * grid.spacing_mm[1:])) for k, points in pieces if len(points) >= FEWEST)
    return [Circle(k, *circle) for k, points, circle in fitted if circle and _is_aorta(grid, k, points, circle)]


def in_wall(grid: Grid, found: Iterable[Circle], middle: Floats) -> bool:
    """Whether a place (z, y, x) of the grid lies in the wall of one of the circles, in its slice or not far above or below."""
    z, y, x = middle * grid.spacing_mm
    return any(
        abs(z - one.k * grid.spacing_mm[0]) <= REACH_MM and abs(np.hypot(y - one.y_mm, x - one.x_mm) - one.radius_mm) <= WALL_MM
        for one in found
    )


def slices_of(box: tuple[slice, slice, slice], mask: Mask) -> Iterator[tuple[int, Floats]]:
    """The pixels of a spot in each slice, as (slice number, (n, 2) of (y, x))."""
    for n, plane in enumerate(mask):
        if plane.any():
            yield box[0].start + n, np.argwhere(plane) + np.array([box[1].start, box[2].start], float)


def _fit(points_mm: Floats) -> tuple[float, float, float] | None:
    """(y, x, radius) of the circle with the least squares through points (n, 2); None where they fit none (Kasa's method)."""
    y, x = (points_mm - points_mm.mean(0)).T
    matrix = np.stack([2 * y, 2 * x, np.ones_like(y)], 1)
    (a, b, c), _, rank, _ = np.linalg.lstsq(matrix, y**2 + x**2, rcond=None)
    square = c + a**2 + b**2
    if rank < 3 or square <= 0 or not RADIUS_MM[0] <= np.sqrt(square) <= RADIUS_MM[1]:
        return None
    misfit = np.hypot(y - a, x - b) - np.sqrt(square)
    if np.sqrt(np.mean(misfit**2)) > MISFIT_MM:
        return None
    return float(a + points_mm[:, 0].mean()), float(b + points_mm[:, 1].mean()), float(np.sqrt(square))


def _is_aorta(grid: Grid, k: int, points: Floats, circle: tuple[float, float, float]) -> bool:
    """An arc long enough, around blood alone."""
    y_mm, x_mm, radius_mm = circle
    angles = np.sort(np.arctan2(points[:, 0] * grid.spacing_mm[1] - y_mm, points[:, 1] * grid.spacing_mm[2] - x_mm))
    widest_gap = max(float(np.diff(angles).max(initial=0)), float(angles[0] + 2 * np.pi - angles[-1]))
    if 360 - np.degrees(widest_gap) < ARC_DEGREES:
        return False
    y, x = (np.arange(n) * mm for n, mm in zip(grid.hu.shape[1:], grid.spacing_mm[1:], strict=True))
    inner = (y[:, None] - y_mm) ** 2 + (x[None] - x_mm) ** 2 < max(radius_mm - INNER_MM, 3.0) ** 2
    values = np.asarray(grid.hu[k])[inner]
    return bool(values.size and np.mean((values > INSIDE_HU[0]) & (values < INSIDE_HU[1])) >= INSIDE_SHARE)
