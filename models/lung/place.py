"""Where in the lungs a nodule lies: side, third by height, and whether the upper lobe can be told from that.

Fissures are not looked for. The oblique fissure is taken to run from the back of the lung at four fifths of its height to the front of its
base, as in an average adult; what lies within 15 % of the height of it is not told, nor is what may be right upper or middle lobe.
The lingula counts as upper lobe. From anatomy, not checked against lobes drawn by readers: none are at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lung.field import SPACING_MM, Field

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
THIRDS = ("lower", "middle", "upper")
FISSURE_AT_FRONT, FISSURE_RISE, MARGIN = 0.05, 0.75, 0.15
MIDDLE_LOBE = (0.4, 0.65)
CUT_OFF_CM2 = 20.0
"""A lung that is larger than this in the first or last slice goes on outside the scan (as in models.lung.field)."""


@dataclass(frozen=True)
class Place:
    """`side` "left" or "right", the patient's; `third` of that lung by height; `because`: why something was not told."""

    side: str
    third: str | None
    upper_lobe: bool | None
    because: tuple[str, ...] = ()


def of(center_mm: Floats, lung: Field) -> Place:
    """The place of a point (3,) LPS mm in or at the lungs."""
    voxel = np.clip(np.rint(lung.coarse.to_voxel(center_mm[None])[0]).astype(int), 0, np.array(lung.mask.shape) - 1)
    side = _side(voxel, center_mm, lung)
    own = lung.mask & (lung.left if side == "left" else ~lung.left)
    if not own.any() or _cut_off(lung.air & own):
        return Place(side, None, None, ("The scan does not show this lung in full, so its thirds and lobes cannot be told.",))
    height = _share(voxel[0], np.flatnonzero(own.any((1, 2))))
    third = THIRDS[min(int(3 * height), 2)]
    level = np.flatnonzero(own[voxel[0]].any(1))
    upper = upper_lobe(side, height, _share(voxel[1], level)) if len(level) else None
    return Place(side, third, upper, () if upper is not None else ("The lobe cannot be told from the place alone.",))


def upper_lobe(side: str, height: float, depth: float) -> bool | None:
    """Whether a point at `height` (0 base … 1 apex) and `depth` (0 front … 1 back) of its lung is upper lobe; None near a fissure."""
    above = height - (FISSURE_AT_FRONT + FISSURE_RISE * depth)
    if above < -MARGIN:
        return False
    if above < MARGIN:
        return None
    if side == "left" or height > MIDDLE_LOBE[1]:
        return True
    return False if height < MIDDLE_LOBE[0] else None


def _side(voxel: NDArray[np.int_], center_mm: Floats, lung: Field) -> str:
    """By the lung it lies in; outside both, by the middle between them."""
    if lung.mask[tuple(voxel)]:
        return "left" if lung.left[tuple(voxel)] else "right"
    middle = lung.coarse.to_lps(np.argwhere(lung.mask).mean(0)[None])[0, 0]
    return "left" if center_mm[0] > middle else "right"


def _cut_off(air: Mask) -> bool:
    return bool(max(air[0].sum(), air[-1].sum()) * SPACING_MM**2 / 100 > CUT_OFF_CM2)


def _share(position: np.int_, extent: NDArray[np.intp]) -> float:
    """Where `position` lies between the ends of `extent`, in [0, 1]."""
    return float(np.clip((position - extent[0] + 0.5) / (extent[-1] - extent[0] + 1), 0, 1))
