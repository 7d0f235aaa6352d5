"""CT slices in the order in which they are shown, also where they make no volume: then each stands at its own place and nothing is cut
through them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import NotAllowed
from core.imaging.ct_series import gather
from core.imaging.geometry import Plane
from core.imaging.header import InstanceHeader
from core.imaging.series import TILT_LARGEST, UNEQUAL
from core.words import N_, Sentence

SIDES = (("L", "R"), ("P", "A"), ("H", "F"))  # patient directions of +x, -x, +y, -y, +z, -z in LPS


@dataclass(frozen=True, slots=True)
class Slices:
    """Planes from foot to head. `affine` (4, 4): voxel (k, j, i, 1) → LPS mm, of the first plane where they make no volume."""

    planes: tuple[Plane, ...]
    affine: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]  # (z, y, x)
    positions_mm: tuple[float, ...]  # along the normal of the slices
    gaps: tuple[tuple[int, int], ...] = ()  # (slice, how many are missing right after it) where all others lie evenly

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.planes), self.planes[0].rows, self.planes[0].columns

    def voxel(self, lps_mm: Sequence[float]) -> NDArray[np.float64]:
        """(x, y, z) in LPS mm → (k, j, i), centre of a voxel at whole numbers."""
        inverse = np.linalg.inv(self.affine)
        return np.asarray(inverse[:3, :3] @ np.asarray(lps_mm, np.float64) + inverse[:3, 3], np.float64)

    def number(self, k: int) -> int:
        """The number under which a person knows slice `k`: counted from the head, from 1."""
        return len(self.planes) - k

    @property
    def edges(self) -> tuple[str, str, str]:
        """Letters at the left, right, top and bottom of the axial, coronal and sagittal planes."""
        across, down = self.affine[:3, 2], self.affine[:3, 1]
        left, right, top, bottom = side(-across), side(across), side(-down), side(down)
        return f"{left}{right}{top}{bottom}", f"{left}{right}HF", f"{top}{bottom}HF"


def side(direction: NDArray[np.float64]) -> str:
    """The letter of the patient's side that a direction mostly points to."""
    axis = int(np.argmax(np.abs(direction)))
    return SIDES[axis][0 if direction[axis] > 0 else 1]


def arrange(headers: Sequence[InstanceHeader]) -> tuple[Slices, Sentence | None, tuple[Sentence, ...]]:
    """The slices of one series, why they make no volume (None when they do), and what is doubtful about them."""
    series = gather(headers)
    if not series:
        raise NotAllowed(N_("This exam has no such images."))
    taken = max(series, key=lambda one: (one.stack is not None, len(one.sop_instance_uids)))
    if taken.stack is not None:
        made = taken.stack
        return Slices(made.planes, made.affine, made.spacing_mm, _positions(made.planes)), None, taken.warnings
    members = set(taken.sop_instance_uids)
    planes = [plane for header in headers for plane in header.planes if plane.sop_instance_uid in members]
    return _loose(planes), taken.refusal, taken.warnings


def _loose(planes: list[Plane]) -> Slices:
    """The largest group of slices of one size and one direction, ordered by their places."""
    groups: dict[tuple[object, ...], list[Plane]] = {}
    for plane in planes:
        direction = tuple(round(part, 2) for part in plane.orientation)
        groups.setdefault((plane.rows, plane.columns, direction, plane.spacing_mm), []).append(plane)
    kept = max(groups.values(), key=len)
    normal = _normal(kept[0])
    ordered = tuple(sorted(kept, key=lambda plane: float(normal @ np.array(plane.position))))
    positions = _positions(ordered)
    usual = float(np.median(np.diff(positions))) if len(positions) > 1 else 1.0
    step, gaps = _even(ordered) or (normal * (usual or 1.0), ())
    first = ordered[0]
    affine = np.eye(4)
    affine[:3, 0] = step
    affine[:3, 1] = np.array(first.orientation[3:]) * first.spacing_mm[0]
    affine[:3, 2] = np.array(first.orientation[:3]) * first.spacing_mm[1]
    affine[:3, 3] = first.position
    return Slices(ordered, affine, (float(np.linalg.norm(step)), first.spacing_mm[0], first.spacing_mm[1]), positions, gaps)


def _even(planes: Sequence[Plane]) -> tuple[NDArray[np.float64], tuple[tuple[int, int], ...]] | None:
    """The step (3,) in mm of planes that lie evenly but for whole slices that are missing, and those gaps; None where they do not."""
    places = np.array([plane.position for plane in planes])  # (Z, 3)
    apart = np.linalg.norm(np.diff(places, axis=0), axis=1)  # (Z - 1,)
    if len(planes) < 2 or np.median(apart) == 0:
        return None
    steps = np.rint(apart / np.median(apart)).astype(int)
    layers = np.concatenate([[0], np.cumsum(steps)])  # counted with the missing ones
    step = (places[-1] - places[0]) / max(int(layers[-1]), 1)
    beside = np.linalg.norm(places - places[0] - layers[:, None] * step, axis=1).max()
    upright = abs(float(step @ _normal(planes[0]))) >= np.cos(np.radians(TILT_LARGEST)) * np.linalg.norm(step)
    if steps.min() < 1 or not upright or beside > UNEQUAL * np.linalg.norm(step):
        return None
    return step, tuple((int(k), int(steps[k]) - 1) for k in np.flatnonzero(steps > 1))


def _positions(planes: Sequence[Plane]) -> tuple[float, ...]:
    normal = _normal(planes[0])
    return tuple(round(float(normal @ np.array(plane.position)), 2) for plane in planes)


def _normal(plane: Plane) -> NDArray[np.float64]:
    """The unit normal that points to the head."""
    normal = np.cross(plane.orientation[:3], plane.orientation[3:])
    return np.asarray(normal if normal[2] >= 0 else -normal, np.float64)
