"""Percent density: how much of the breast's area in one view is bright, fibroglandular tissue; the pectoral muscle and the skin left out.

An estimate of area from images processed for showing, not a volume from calibrated detector values, and no substitute for either. Fat is
what is dark at the same depth below the skin, because the breast is thinner near the skin; the brightest the view shows is the other end
of the scale. So neither exposure, window nor polarity matters. How it agrees with readers' A to D stands in docs/models/mammography.md.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.breast.field import Field, Mask, Pixels, shrink
from models.breast.pectoral import OBLIQUE

Floats = NDArray[np.float64]

SKIN = 0.07  # of the greatest depth: what lies nearer to the skin is not looked at
DEEP, RINGS = 0.5, 8  # rings of equal depth up to this share of the greatest depth; from there on all is one
FAT = 15  # percentile of a ring that counts as fat
BRIGHTEST = 99.5  # percentile of the whole field, muscle included, that is the other end of the scale
DENSE = 0.35  # of the way from fat to the brightest, from which tissue counts as dense
FEWEST = 500  # pixels of the small copy that must be left to look at
FEWEST_IN_RING = 30
SPREAD = 0.02  # least way from fat to the brightest, as a share of the range of grey values in the view
CLEAR_OF_MUSCLE = 2  # pixels around the muscle that are left out with it


def of_view(view: str, field: Field, pixels: Pixels, muscle: Mask | None) -> float | None:
    """Percent of the breast's area that is dense, 0 to 100, in a view (Y, X) in [0, 1].

    None on an oblique view on which no muscle was found, since it would be counted as dense tissue, and where too little can be seen.
    """
    if muscle is None and view in OBLIQUE:
        return None
    small = shrink(pixels).astype(np.float64)
    small = 1 - small if field.inverted else small
    depth = _depth(field)
    seen = field.mask & (depth > SKIN)
    if muscle is not None:
        seen &= ~ndimage.binary_dilation(muscle, iterations=CLEAR_OF_MUSCLE)
    if seen.sum() < FEWEST:
        return None
    fat = _fat(small[seen], depth[seen])
    way = float(np.percentile(small[field.mask], BRIGHTEST)) - fat
    if float(np.median(way)) < SPREAD * float(np.ptp(small)):
        return None
    return 100 * float((small[seen] - fat > DENSE * way).mean())


def mean_of(breasts: Iterable[tuple[str, float | None]]) -> float | None:
    """The mean over breasts of the mean over views, from (laterality, percent) of every view; None where no view has a percentage."""
    sides: dict[str, list[float]] = {}
    for side, percent in breasts:
        if percent is not None:
            sides.setdefault(side, []).append(percent)
    return float(np.mean([np.mean(views) for views in sides.values()])) if sides else None


def _depth(field: Field) -> Floats:
    """How far every pixel is from the skin, as a share of the greatest depth; the chest wall is no skin. 0 outside the breast."""
    rows, columns = np.flatnonzero(field.mask.any(1)), np.flatnonzero(field.mask.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    beside = (1, 0) if field.chest_wall_right else (0, 1)
    framed = np.pad(field.mask[box], ((1, 1), beside))
    distance = ndimage.distance_transform_edt(framed)[1:-1, beside[0] : framed.shape[1] - beside[1]]
    depth = np.zeros(field.mask.shape)
    depth[box] = distance / distance.max()
    return depth


def _fat(values: Floats, depth: Floats) -> Floats:
    """The grey value of fat at the depth of every pixel: a low percentile of each ring, joined by straight lines."""
    place = depth / DEEP * RINGS - 0.5
    ring = np.clip(np.rint(place), 0, RINGS - 1)
    low = np.full(RINGS, np.nan)
    for number in range(RINGS):
        inside = values[ring == number]
        low[number] = np.percentile(inside, FAT) if len(inside) >= FEWEST_IN_RING else np.nan
    there = np.flatnonzero(~np.isnan(low))
    if not len(there):
        return np.full(values.shape, np.percentile(values, FAT))
    return np.asarray(np.interp(place, there, low[there]))
