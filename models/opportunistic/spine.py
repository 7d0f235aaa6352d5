"""The spinal canal followed from slice to slice, and the vertebral bodies in front of it, on the coarse grid of the lung field.

The canal is the one soft place that bone encloses in slice after slice. Pedicles close its sides at the upper half of each body and leave
them open at each disc, so they tell bodies from discs however little mineral there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from models.lung.field import SPACING_MM, Field
from models.refusal import NoResult

BONE_HU, SOFT_HU = 200, (-100, 130)
RAY_MM, ASIDE_MM, BEHIND_MM, STRAY_MM = 22.0, 40.0, 45.0, 9.0
CANAL_MM2 = (50.0, 700.0)
SHORTEST_MM, GAP_MM, LEVEL_MM, PROMINENCE_HU = 60.0, 15.0, 16.0, 50.0
DEEPEST_MM, SHALLOWEST_MM, FORWARD = 45.0, 18.0, 0.55
RAYS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Canal:
    """Slices `first`, `first` + 1, … of the coarse grid: `middle` (n, 2) is (y, x) of the canal's centre, `front` (n,) its front edge."""

    first: int
    middle: NDArray[np.float64]
    front: NDArray[np.float64]


@dataclass(frozen=True)
class Vertebra:
    """One body: voxel of its middle (z, y, x) on the coarse grid, and its depth from front to back in mm."""

    middle: tuple[float, float, float]
    depth_mm: float


def canal(lung: Field) -> Canal:
    """The spinal canal of the scan. Raises NoResult where none can be followed over SHORTEST_MM."""
    hu, corner = _behind_the_heart(lung)
    inside = (_enclosed(hu) >= 6) & (hu > SOFT_HU[0]) & (hu < SOFT_HU[1])
    path = _followed(inside) if inside.any() else {}
    if len(path) * SPACING_MM < SHORTEST_MM:
        raise NoResult(
            f"The spinal canal could be followed over {len(path) * SPACING_MM:.0f} mm only; at least {SHORTEST_MM:.0f} mm are needed to "
            "tell one vertebra from the next. The sender has to send a scan with the whole spine in its field of view."
        )
    levels = sorted(path)
    every = np.arange(levels[0], levels[-1] + 1)
    columns = [np.interp(every, levels, [path[k][n] for k in levels]) for n in range(3)]
    y, x, front = (ndimage.median_filter(column, 5, mode="nearest") for column in columns)
    return Canal(int(every[0]), np.stack([y + corner[0], x + corner[1]], 1), front + corner[0])


def vertebrae(lung: Field, found: Canal) -> tuple[Vertebra, ...]:
    """The bodies along the canal from the lowest up, those whose front and pedicles can be told."""
    hu = np.asarray(lung.coarse.hu, np.float32)
    beside = ndimage.gaussian_filter1d([_pedicles(hu, found, n) for n in range(len(found.front))], 1.0, mode="nearest")
    peaks, _ = signal.find_peaks(beside, distance=LEVEL_MM / SPACING_MM, prominence=PROMINENCE_HU)
    bodies = (_body(hu, found, int(n)) for n in peaks)
    return tuple(body for body in bodies if body is not None)


def _behind_the_heart(lung: Field) -> tuple[Array, tuple[int, int]]:
    """The column of the scan in which the spine lies, (z, y, x), and the (y, x) of its corner."""
    y = np.nonzero(lung.mask.any((0, 2)))[0]
    middle = (np.nonzero(lung.mask & lung.left)[2].mean() + np.nonzero(lung.mask & ~lung.left)[2].mean()) / 2
    aside = int(ASIDE_MM / SPACING_MM)
    top, left = int(y.mean()), max(int(middle) - aside, 0)
    bottom = int(y.max() + BEHIND_MM / SPACING_MM)
    return np.asarray(lung.coarse.hu[:, top:bottom, left : int(middle) + aside], np.float32), (top, left)


def _enclosed(hu: Array) -> NDArray[np.int8]:
    """In how many of eight directions within the slice bone is met within RAY_MM."""
    bone = hu > BONE_HU
    count = np.zeros(hu.shape, np.int8)
    for dy, dx in RAYS:
        met = np.zeros_like(bone)
        for n in range(1, int(RAY_MM / SPACING_MM / np.hypot(dy, dx)) + 1):
            met |= _shifted(bone, -dy * n, -dx * n)
        count += met
    return count


def _shifted(mask: NDArray[np.bool_], dy: int, dx: int) -> NDArray[np.bool_]:
    """`mask` moved by (dy, dx) within each slice; what comes in from outside is False."""
    height, width = mask.shape[1:]
    moved = np.zeros_like(mask)
    moved[:, max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = mask[
        :, max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)
    ]
    return moved


def _followed(inside: NDArray[np.bool_]) -> dict[int, tuple[float, float, float]]:
    """Slice → (y, x, front edge) of the canal, from the slices of the longest piece on, up and down."""
    labels, _ = ndimage.label(inside)
    longest = max(enumerate(ndimage.find_objects(labels), 1), key=lambda one: int(one[1][0].stop - one[1][0].start))[0]
    piece = labels == longest
    start = int(np.median(np.flatnonzero(piece.any((1, 2)))))
    path: dict[int, tuple[float, float, float]] = {}
    for way in (range(start, -1, -1), range(start + 1, len(inside))):
        near = tuple(np.argwhere(piece[start]).mean(0))
        missed = 0.0
        for k in way:
            found = _nearest(inside[k], near)
            missed = 0.0 if found else missed + SPACING_MM
            if missed > GAP_MM:
                break
            if found:
                path[k], near = found, found[:2]
    return path


def _nearest(plane: NDArray[np.bool_], near: tuple[float, ...]) -> tuple[float, float, float] | None:
    """(y, x, front edge) of the pocket of `plane` around `near`, if one of the size of a canal lies there."""
    labels, count = ndimage.label(plane)
    best: tuple[float, tuple[float, float, float]] | None = None
    for label in range(1, count + 1):
        rows, columns = np.nonzero(labels == label)
        y, x = float(rows.mean()), float(columns.mean())
        away = float(np.hypot(y - near[0], x - near[1])) * SPACING_MM
        if CANAL_MM2[0] <= len(rows) * SPACING_MM**2 <= CANAL_MM2[1] and away < STRAY_MM and (best is None or away < best[0]):
            best = away, (y, x, float(rows.min()))
    return best[1] if best else None


def _pedicles(hu: Array, found: Canal, n: int) -> float:
    """How dense the denser voxels on the less dense side of the canal's front half are, in HU: high where pedicles close it."""
    y, x = round(found.front[n]), round(found.middle[n, 1])
    rows = hu[found.first + n, max(y, 0) : y + 4]
    left, right = rows[:, max(x - 8, 0) : max(x - 2, 1)], rows[:, x + 3 : x + 9]
    return float(min(left.max(1).mean(), right.max(1).mean())) if left.size and right.size else 0.0


def _body(hu: Array, found: Canal, n: int) -> Vertebra | None:
    """The body in front of the canal at one pair of pedicles; None where its front is not seen or lies at an unlikely depth."""
    k, x, back = found.first + n, round(found.middle[n, 1]), round(found.front[n])
    reach = int(DEEPEST_MM / SPACING_MM)
    strip = hu[max(k - 2, 0) : k + 1, max(back - reach, 0) : back, x - 2 : x + 3]
    front = _front(strip.mean((0, 2))[::-1]) if strip.size else None
    if front is None:
        return None
    depth_mm = front * SPACING_MM
    return Vertebra((k - 1.5, back - depth_mm * FORWARD / SPACING_MM, float(found.middle[n, 1])), depth_mm)


def _front(profile: Array) -> int | None:
    """How many voxels in front of the canal the body ends: at the first soft place with cortex just behind it."""
    for n in range(int(SHALLOWEST_MM / SPACING_MM), len(profile)):
        if profile[n] < SOFT_HU[1] - 20 and profile[n - 3 : n].max() > SOFT_HU[1] + 10:
            return n
    return None
