"""Left and right lung: two parts that lie side by side, or the one lung there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.closing import around

Mask = NDArray[np.bool_]
APART_MM = 50.0
"""The centres of two lungs lie further apart than this across the body; parts of one lung lie above or behind each other."""
SECOND_LEAST, ONE_SIDED = 0.15, 0.85


def two_sides(lung: Mask, body: Mask, spacing_mm: float) -> tuple[Mask, Mask]:
    """(left, right) of `lung` (z, y, x); `body` is filled tissue, whose middle tells the side where the lung does not part in two.

    Where the lungs touch they are eroded until they part, and each voxel goes to the nearer part.
    """
    box = around(lung)
    left, right = np.zeros_like(lung), np.zeros_like(lung)
    left[box], right[box] = _parted(lung[box], _middle(lung, body) - box[2].start, APART_MM / spacing_mm)
    return left, right


def nearer(left: Mask, right: Mask, where: Mask) -> Mask:
    """The part of `where` that is nearer to `left` than to `right`."""
    if not (left.any() and right.any()):
        return where & bool(left.any())
    box = around(left | right | where)
    out = np.zeros_like(where)
    out[box] = ndimage.distance_transform_edt(~left[box]) <= ndimage.distance_transform_edt(~right[box])
    return np.asarray(out & where)


def _parted(lung: Mask, middle: float, apart: float) -> tuple[Mask, Mask]:
    core = lung
    for _ in range(6):
        labels, count = ndimage.label(core)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        order = np.argsort(sizes)[::-1]
        if count > 1 and sizes[order[1]] > SECOND_LEAST * sizes[order[0]]:
            one, other = labels == order[0] + 1, labels == order[1] + 1
            if abs(_mean_x(one) - _mean_x(other)) > apart:
                return _shared_out(lung, one, other)
        core = ndimage.binary_erosion(core)
    return _by_middle(lung, middle)


def _shared_out(lung: Mask, one: Mask, other: Mask) -> tuple[Mask, Mask]:
    """(left, right): x runs to the patient's left, so the left lung has the greater mean x."""
    left, right = (one, other) if _mean_x(one) > _mean_x(other) else (other, one)
    near = nearer(left, right, lung)
    return near, lung & ~near


def _by_middle(lung: Mask, middle: float) -> tuple[Mask, Mask]:
    """Parted at the middle of the body; a lung that lies nearly all on one side of it is one lung, wherever its edge reaches."""
    is_left = np.broadcast_to(np.arange(lung.shape[2]) > middle, lung.shape)
    share = float((lung & is_left).sum() / max(lung.sum(), 1))
    if share > ONE_SIDED or share < 1 - ONE_SIDED:
        is_left = np.full(lung.shape, share > ONE_SIDED)
    return lung & is_left, lung & ~is_left


def _middle(lung: Mask, body: Mask) -> float:
    """The column in the middle of the body, over the slices that hold lung; of the picture where there is no body."""
    columns = np.nonzero(body[lung.any((1, 2))])[2]
    return float(columns.mean()) if len(columns) else lung.shape[2] / 2


def _mean_x(mask: Mask) -> float:
    return float(np.nonzero(mask)[2].mean())
