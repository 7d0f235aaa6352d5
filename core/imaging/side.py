"""At which edge of the image the breast stands, found in the pixels, and where that contradicts the header: a swapped side is the worst
error a mammogram can carry, and the pixels are the only witness that no clerk has typed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.view import MammogramView
from core.words import N_, Sentence, say

STEP = 8  # every so many pixels are looked at
TISSUE = 0.12  # of the range from background to the brightest: more than this is breast
SURE = 1.5  # one outer third holds so many times the tissue of the other
USUAL = {"L": "left", "R": "right"}  # edge of the chest wall as mammograms are displayed (PS3.3 C.7.6.1.1.1, ACR hanging)
MEDIAL = {"L": "R", "R": "L"}  # where the columns of a CC view run to: towards the other breast


def breast_edge(pixels: NDArray[Any]) -> str:
    """ "left" or "right" edge of (Y, X) pixels, bright = dense; "" where the image does not tell."""
    small = pixels[::STEP, ::STEP].astype(np.float32)
    low, high = (float(part) for part in np.percentile(small, (2, 99.5)))
    columns = (small > low + TISSUE * (high - low)).mean(axis=0)
    third = max(1, len(columns) // 3)
    left, right = float(columns[:third].sum()), float(columns[-third:].sum())
    return "left" if left > SURE * right else "right" if right > SURE * left else ""


def side_doubts(view: MammogramView, seen: str) -> tuple[Sentence, ...]:
    """What speaks against the side in the header; `seen` is the edge at which the breast stands in the image."""
    found = []
    if view.chest_wall and seen and view.chest_wall != seen:
        found.append(say(N_("The header and the image disagree about where the chest wall is; check the side")))
    elif not view.chest_wall and seen and USUAL.get(view.laterality, seen) != seen:
        found.append(
            say(
                N_("The header says {side}, but the breast stands in the image as the other side does; check the side"),
                side=view.laterality,
            )
        )
    if view.view == "CC" and view.laterality and view.below in MEDIAL.values() and view.below != MEDIAL[view.laterality]:
        found.append(
            say(
                N_("Patient Orientation (0020,0020) does not fit {side} CC; the image is upside down or the side is wrong"),
                side=view.laterality,
            )
        )
    if view.view == "MLO" and view.below.startswith("H"):
        found.append(say(N_("Patient Orientation (0020,0020) says that the image stands upside down")))
    return tuple(found)
