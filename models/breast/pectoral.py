"""The pectoral muscle on an oblique view: the bright corner between chest wall and armpit, with an almost straight edge to the breast.

It is bright but no breast tissue: percent density leaves it out and no mark may lie in it. The straight line along which the image falls
best from bright to dark is found first (as Karssemeijer, Phys Med Biol 1998;43:365, did by a Hough transform), then the path of the
steepest fall near that line. Where the fall is not clear along the whole path the answer is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.breast.field import Field, Mask, Pixels, shrink

Floats = NDArray[np.float64]

OBLIQUE = ("MLO", "LMO", "ML", "LM")  # views on which the muscle can lie in the upper corner

ROWS, COLUMNS = 128, 96  # the breast's box is stretched to this shape, chest wall on the left
SMOOTH = 1.5  # pixels of that shape over which the fall is taken
SKIN = 4  # pixels next to the skin that count for nothing: there every image falls to black
TOPS = np.linspace(0.12, 1.0, 34)  # where a line meets the upper edge, as shares of the width
FEET = np.linspace(0.2, 1.3, 45)  # where it meets the chest wall, as shares of the height
POINTS = 48  # places looked at along a line
NEAR = 7  # columns the path may leave the line
BEND, DISTANCE = 0.2, 0.002  # price of a column from row to row, and of the squared columns from the line, in units of the fall

FALL, SHARE, CONTRAST = 0.6, 0.8, 0.4
"""Least mean fall along the path (at most 1), share of its rows that fall, and brightness of the muscle above the tissue beside it in
standard deviations of the breast: below any of them no muscle is sure. Chosen on views that are not among those the check was made on."""
FALLS = 0.2  # a row falls from here on
BESIDE = 12  # columns of tissue beside the path that the muscle is compared with


@dataclass(frozen=True)
class _Sloped:
    """The breast's box stretched to ROWS × COLUMNS: image, breast, and the fall to the right and downwards in units of its usual size."""

    image: Floats
    inside: Mask
    core: Mask  # the breast without its skin
    right: Floats
    down: Floats

    def fall(self, rows: NDArray[np.intp], columns: NDArray[np.intp], normal: tuple[Floats, Floats]) -> Floats:
        """The fall across a line with that outward normal (x, y), squeezed into -1..1 so that no single edge decides."""
        return np.asarray(np.tanh(self.right[rows, columns] * normal[0] + self.down[rows, columns] * normal[1]))


def find(field: Field, pixels: Pixels) -> Mask | None:
    """The muscle on an oblique view (Y, X) in [0, 1] whose field was found: a mask as `field.mask`, or None where no muscle is sure."""
    sloped = _sloped(*_stretched(field, shrink(pixels)))
    columns, fall = _path(sloped, *_line(sloped))
    muscle = sloped.inside & (np.arange(COLUMNS)[None] < columns[:, None])
    sure = fall.mean() >= FALL and (fall > FALLS).mean() >= SHARE and _contrast(sloped, muscle, columns, len(fall)) >= CONTRAST
    return _back(muscle, field) if sure else None


def _box(field: Field) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(field.mask.any(1)), np.flatnonzero(field.mask.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _stretched(field: Field, small: Pixels) -> tuple[Floats, Mask]:
    """Image and breast in the box, chest wall on the left."""
    image, inside = (1 - small if field.inverted else small)[_box(field)], field.mask[_box(field)].astype(np.float32)
    if field.chest_wall_right:
        image, inside = image[:, ::-1], inside[:, ::-1]
    return _resized(image, (ROWS, COLUMNS)).astype(np.float64), _resized(inside, (ROWS, COLUMNS)) > 0.5


def _resized(plane: Pixels, shape: tuple[int, int]) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize(shape[::-1], Image.Resampling.BILINEAR), np.float32)


def _sloped(image: Floats, inside: Mask) -> _Sloped:
    """Beyond the skin the image goes on as it ends there, so that only edges within the breast are seen."""
    nearest = ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    filled = image[tuple(nearest)]
    core = ndimage.binary_erosion(inside, iterations=SKIN, border_value=1)
    right, down = (-ndimage.gaussian_filter(filled, SMOOTH, order=order) for order in ((0, 1), (1, 0)))
    usual = 1.5 * float(np.median(np.hypot(right, down)[core])) + 1e-6 if core.any() else 1.0
    return _Sloped(image, inside, core, right / usual * core, down / usual * core)


def _line(sloped: _Sloped) -> tuple[float, float]:
    """Column at the upper edge and row at the chest wall of the best line: mean fall along it, longer lines before shorter ones."""
    top, foot = COLUMNS * TOPS[:, None, None], ROWS * FEET[None, :, None]
    along = (np.arange(POINTS) + 0.5) / POINTS
    x, y = top * (1 - along) + 0 * foot, foot * along + 0 * top  # (tops, feet, points)
    places = np.clip(y, 0, ROWS - 1).astype(np.intp), np.clip(x, 0, COLUMNS - 1).astype(np.intp)
    there = y < ROWS - 1
    fall = (sloped.fall(*places, _normal(top, foot)) * there).sum(2) / there.sum(2)
    length = np.hypot(0.7 * TOPS[:, None], np.minimum(FEET[None], 1))
    best = np.unravel_index(int((fall * np.sqrt(length)).argmax()), fall.shape)
    return COLUMNS * float(TOPS[best[0]]), ROWS * float(FEET[best[1]])


def _normal(top: Floats, foot: Floats) -> tuple[Floats, Floats]:
    size = np.hypot(top, foot)
    return foot / size, top / size


def _path(sloped: _Sloped, top: float, foot: float) -> tuple[Floats, Floats]:
    """First column beyond the muscle in every row (ROWS,), 0 below its foot, and the fall in the rows above the foot.

    The path of the largest sum of falls, by dynamic programming over the rows.
    """
    rows, offsets = np.arange(min(ROWS, int(np.ceil(foot)))), np.arange(-NEAR, NEAR + 1)
    line = top * (1 - (rows + 0.5) / foot)
    places = np.clip(np.rint(line[:, None] + offsets), 0, COLUMNS - 1).astype(np.intp)
    fall = sloped.fall(rows[:, None], places, _normal(np.array(top), np.array(foot)))
    chosen = _steepest(fall - DISTANCE * offsets**2)
    columns = np.zeros(ROWS)
    columns[rows] = np.maximum(0, line + offsets[chosen])
    return columns, fall[rows, chosen]


def _steepest(gain: Floats) -> NDArray[np.intp]:
    """In every row of (rows, offsets) the offset of the path with the largest gain less its bends."""
    total, came = gain[0], np.zeros(gain.shape, np.intp)
    for row in range(1, len(gain)):
        edge = np.pad(total, 1, constant_values=-np.inf)
        before = np.stack([edge[:-2] - BEND, edge[1:-1], edge[2:] - BEND])
        came[row] = np.arange(gain.shape[1]) + before.argmax(0) - 1
        total = before.max(0) + gain[row]
    chosen = np.full(len(gain), int(total.argmax()))
    for row in range(len(gain) - 1, 0, -1):
        chosen[row - 1] = came[row, chosen[row]]
    return chosen


def _contrast(sloped: _Sloped, muscle: Mask, columns: Floats, rows: int) -> float:
    """How much brighter the muscle is than the tissue beside it, in standard deviations of the breast."""
    place = np.arange(COLUMNS)[None]
    beside = sloped.core & ~muscle & (place < columns[:, None] + BESIDE) & (np.arange(ROWS)[:, None] < rows)
    if not muscle.any() or not beside.any():
        return 0.0
    return float((sloped.image[muscle].mean() - sloped.image[beside].mean()) / max(float(sloped.image[sloped.core].std()), 1e-6))


def _back(muscle: Mask, field: Field) -> Mask:
    """From the stretched box to the small copy of the view."""
    flipped = muscle[:, ::-1] if field.chest_wall_right else muscle
    box = _box(field)
    mask = np.zeros(field.mask.shape, np.bool_)
    mask[box] = _resized(flipped.astype(np.float32), field.mask[box].shape) > 0.5
    return mask & field.mask
