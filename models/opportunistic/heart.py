"""Where the heart lies: what soft tissue the lungs enclose between the carina and the diaphragm, in front of the spine and the aorta.

No edge of the heart is drawn: without contrast there is none to see. The region is a little larger than the heart, and what bone or
aorta reaches into it is told apart spot by spot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from models.lung.field import SPACING_MM
from models.opportunistic import windpipe
from models.opportunistic.chest import Chest, Mask
from models.opportunistic.spine import Canal, Vertebra
from models.refusal import NoResult

BELOW_CARINA_MM, BELOW_DOME_MM, LEAST_MM, MOST_MM = 15.0, 25.0, 60.0, 140.0
CARINA_SHARE = 0.42  # of the height of the lungs from the top, where no carina is seen
DOME_CM2, ASIDE_MM = 8.0, 50.0
BEFORE_SPINE_MM, RIM_MM = 22.0, 8.0


@dataclass(frozen=True)
class Heart:
    """`region` (z, y, x) on the coarse grid; `assumed`: in words, what could not be seen and was taken from the lungs' height."""

    region: Mask
    assumed: tuple[str, ...]


def find(chest: Chest, canal: Canal, bodies: tuple[Vertebra, ...]) -> Heart:
    """The region of the heart. Raises NoResult where it leaves the scan."""
    lung = chest.lung
    levels = np.flatnonzero(lung.mask.any((1, 2)))
    seen = windpipe.carina(chest.airway)
    top = (seen if seen is not None else int(levels[-1] - CARINA_SHARE * len(levels))) - round(BELOW_CARINA_MM / SPACING_MM)
    bottom = _bottom(chest, top, _middle(canal))
    if top - bottom < LEAST_MM / SPACING_MM or bottom < 0:
        raise NoResult(
            f"Only {max(top - max(bottom, 0), 0) * SPACING_MM:.0f} mm of the heart lie in the scan; at least {LEAST_MM:.0f} mm below "
            "the carina are needed. The sender has to send the whole scan."
        )
    region = np.zeros(lung.mask.shape, bool)
    region[bottom:top] = chest.hull[bottom:top] & ~lung.mask[bottom:top]
    region &= ndimage.distance_transform_edt(np.pad(chest.hull, 1))[1:-1, 1:-1, 1:-1] * SPACING_MM > RIM_MM
    for k in range(bottom, top):
        region[k, max(_spine_front(canal, bodies, k) - round(BEFORE_SPINE_MM / SPACING_MM), 0) :] = False
    assumed = () if seen is not None else ("the carina was not seen; the top of the heart is taken from the height of the lungs",)
    return Heart(_largest(region), assumed)


def _middle(canal: Canal) -> float:
    return float(np.median(canal.middle[:, 1]))


def _bottom(chest: Chest, top: int, middle: float) -> int:
    """The lowest slice: a little below the top of the dome of the right diaphragm, which the heart lies on."""
    first, last = top - round(LEAST_MM / SPACING_MM), max(top - round(MOST_MM / SPACING_MM), 0)
    aside = chest.hull & ~chest.lung.mask & (chest.lung.coarse.hu > -50)
    aside[:, :, max(int(middle - ASIDE_MM / SPACING_MM), 0) :] = False
    area = aside.sum((1, 2)) * SPACING_MM**2 / 100
    dome = next((k for k in range(first, last, -1) if area[k] > DOME_CM2), last)
    return max(dome - round(BELOW_DOME_MM / SPACING_MM), last)


def _spine_front(canal: Canal, bodies: tuple[Vertebra, ...], k: int) -> int:
    """The front of the vertebral column in slice `k`, as a row of the coarse grid."""
    back = float(np.interp(k, canal.first + np.arange(len(canal.front)), canal.front))
    depth = np.interp(k, [body.middle[0] for body in bodies], [body.depth_mm for body in bodies]) if bodies else 30.0
    return int(back - float(depth) / SPACING_MM)


def _largest(region: Mask) -> Mask:
    labels, count = ndimage.label(region)
    if not count:
        raise NoResult("The lungs enclose no heart in this scan. The sender has to check that this is a complete chest CT.")
    return np.asarray(labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:])))
