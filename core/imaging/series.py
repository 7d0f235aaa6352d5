"""CT slices → a stack in order, by geometry and never by file name or number. A stack that would measure wrongly is refused with the
reason: no volume is better than a wrong one. All lengths in millimetres, patient coordinates LPS (PS3.3 C.7.6.2.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import Rejected
from core.imaging.geometry import Plane
from core.words import N_, Sentence, say

FEWEST_SLICES = 16
SAME_DIRECTION = 1e-3  # largest difference of direction cosines, about 0.06 degrees
STEEPEST = 0.9  # smallest head component of the normal: up to 25 degrees of obliqueness count as axial
SAME_PLACE_MM = 0.01
UNEQUAL = 0.10  # share of the spacing that a step may differ; above it is refused
JITTER = 0.02  # above this share it is named
TILT_LARGEST = 0.5  # degrees between the stacking direction and the normal
SIDEWAYS_PIXELS = 1.0  # a slice may lie this far beside the straight line through the others

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stack:
    """Planes from foot to head. `affine` (4, 4): voxel (k, j, i, 1) → LPS mm; `spacing_mm`: (z, y, x)."""

    planes: tuple[Plane, ...]
    affine: Array
    spacing_mm: tuple[float, float, float]
    warnings: tuple[Sentence, ...]

    @property
    def coverage_mm(self) -> float:
        return self.spacing_mm[0] * len(self.planes)


def stack(planes: Sequence[Plane], *, fewest: int = FEWEST_SLICES) -> Stack:
    """Order the planes from foot to head; Rejected when slices are missing, doubled, tilted, mixed or too few."""
    if len(planes) < max(fewest, 2):
        raise Rejected(N_("The series has {slices} slices; at least {fewest} were expected"), slices=len(planes), fewest=max(fewest, 2))
    _one_matrix(planes)
    normal = _normal(planes)
    ordered = sorted(planes, key=lambda plane: float(np.dot(normal, plane.position)))
    heights = np.array([np.dot(normal, plane.position) for plane in ordered])
    positions = np.array([plane.position for plane in ordered])  # (Z, 3)
    _none_doubled(heights)
    warnings = [*_spacing_warnings(heights), *_rescale_warnings(ordered)]
    step = (positions[-1] - positions[0]) / (len(ordered) - 1)
    _not_tilted(step, normal, positions, ordered[0])
    return Stack(tuple(ordered), _affine(ordered[0], step), _spacing(ordered[0], step), tuple(warnings))


def _one_matrix(planes: Sequence[Plane]) -> None:
    sizes = sorted({f"{plane.rows} × {plane.columns}" for plane in planes})
    if len(sizes) > 1:
        raise Rejected(N_("The slices have different sizes ({sizes}); one size was expected"), sizes=", ".join(sizes))
    spacings = np.array([plane.spacing_mm for plane in planes])  # (Z, 2)
    if np.ptp(spacings, axis=0).max() > 1e-3 * spacings.min():
        raise Rejected(
            N_("The slices have different pixel sizes, from {smallest} to {largest} mm; one size was expected"),
            smallest=round(float(spacings.min()), 3), largest=round(float(spacings.max()), 3),
        )  # fmt: skip


def _normal(planes: Sequence[Plane]) -> Array:
    """The common normal, pointing to the head."""
    directions = np.array([plane.orientation for plane in planes])  # (Z, 6)
    if np.ptp(directions, axis=0).max() > SAME_DIRECTION:
        raise Rejected(N_("The slices have mixed orientations; parallel slices were expected"))
    row, column = directions[0, :3], directions[0, 3:]
    lengths_off = max(abs(float(np.linalg.norm(row)) - 1), abs(float(np.linalg.norm(column)) - 1))
    if lengths_off > 0.01 or abs(float(np.dot(row, column))) > 0.01:
        raise Rejected(
            N_("Image Orientation (0020,0037) is {value}; two perpendicular directions of length 1 were expected"),
            value=" ".join(f"{part:g}" for part in directions[0]),
        )
    normal = np.cross(row, column)
    if abs(normal[2]) < STEEPEST:
        raise Rejected(N_("The slices are coronal, sagittal or strongly oblique; axial slices were expected"))
    return np.asarray(normal * np.sign(normal[2]) / np.linalg.norm(normal))


def _none_doubled(heights: Array) -> None:
    doubled = int((np.diff(heights) < SAME_PLACE_MM).sum())
    if doubled:
        first = float(heights[int(np.argmax(np.diff(heights) < SAME_PLACE_MM))])
        one = N_("One slice position is doubled, at {position} mm; one slice at each position was expected")
        several = N_("{count} slice positions are doubled, the first at {position} mm; one slice at each position was expected")
        raise Rejected(one if doubled == 1 else several, count=doubled, position=round(first, 2))


def _spacing_warnings(heights: Array) -> list[Sentence]:
    """Names small unevenness; Rejected on gaps that are whole slices (missing) or anything else above `UNEQUAL`."""
    steps = np.diff(heights)
    usual = float(np.median(steps))
    off = np.abs(steps / usual - 1)
    if off.max() > UNEQUAL:
        _refuse_gaps(heights, steps, usual)
    if off.max() > JITTER:
        smallest, largest = round(float(steps.min()), 3), round(float(steps.max()), 3)
        return [say(N_("The slice spacing varies between {smallest} and {largest} mm"), smallest=smallest, largest=largest)]
    return []


def _refuse_gaps(heights: Array, steps: Array, usual: float) -> None:
    wide = steps > usual * (1 + UNEQUAL)
    whole = np.round(steps / usual)
    if wide.any() and (whole >= 1).all() and (np.abs(steps / usual - whole) <= UNEQUAL * whole).all():
        gaps = np.flatnonzero(whole > 1)
        missing, first, last = int((whole[gaps] - 1).sum()), float(heights[gaps[0]]), float(heights[gaps[-1] + 1])
        one = N_("One slice is missing between {first} and {last} mm; send the complete series")
        several = N_("{missing} slices are missing between {first} and {last} mm; send the complete series")
        raise Rejected(one if missing == 1 else several, missing=missing, first=round(first, 2), last=round(last, 2))
    raise Rejected(
        N_("The slice spacing is unequal, from {smallest} to {largest} mm; equal spacing was expected"),
        smallest=round(float(steps.min()), 3), largest=round(float(steps.max()), 3),
    )  # fmt: skip


def _not_tilted(step: Array, normal: Array, positions: Array, first: Plane) -> None:
    angle = float(np.degrees(np.arccos(np.clip(np.dot(step, normal) / np.linalg.norm(step), -1, 1))))
    if angle > TILT_LARGEST:
        raise Rejected(N_("The gantry was tilted by {angle} degrees; slices stacked straight were expected"), angle=round(angle, 1))
    line = positions[0] + np.arange(len(positions))[:, None] * step  # (Z, 3)
    beside = positions - line
    beside -= np.outer(beside @ normal, normal)
    worst = float(np.linalg.norm(beside, axis=1).max())
    if worst > SIDEWAYS_PIXELS * min(first.spacing_mm):
        raise Rejected(
            N_("The slices are shifted sideways by up to {shift} mm; slices stacked straight were expected"), shift=round(worst, 2)
        )


def _rescale_warnings(planes: Sequence[Plane]) -> list[Sentence]:
    """Hounsfield units are made slice by slice, so a change is right but worth naming."""
    count = len({(plane.slope, plane.intercept) for plane in planes})
    return [say(N_("The slices use {count} different rescale values; each was converted with its own"), count=count)] if count > 1 else []


def _affine(first: Plane, step: Array) -> Array:
    affine = np.eye(4)
    affine[:3, 0] = step
    affine[:3, 1] = np.array(first.orientation[3:]) * first.spacing_mm[0]
    affine[:3, 2] = np.array(first.orientation[:3]) * first.spacing_mm[1]
    affine[:3, 3] = first.position
    return affine


def _spacing(first: Plane, step: Array) -> tuple[float, float, float]:
    return float(np.linalg.norm(step)), first.spacing_mm[0], first.spacing_mm[1]
