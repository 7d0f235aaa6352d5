"""Overlapping windows over a volume, only where the mask is, and the best of findings that several windows made at one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Ints = NDArray[np.int_]
Floats = NDArray[np.float64]
Voxels = NDArray[Any]


def plan(shape: tuple[int, int, int], mask: NDArray[np.bool_], size: int, overlap: int) -> Ints:
    """First voxels (N, 3) of windows of `size`³ such that every mask voxel lies in the central part of one, and each has mask in its own.

    The central part is what is left of a window after half of `overlap` on each side. Windows stay inside the volume where it is large
    enough. They are laid slab by slab and row by row along the mask, not on a fixed grid: the gap between the lungs costs nothing.
    """
    if mask.shape != shape or not 0 <= overlap < size:
        raise ValueError(
            f"Mask {mask.shape} for a volume of {shape}, overlap {overlap} of windows of {size}: expected less overlap than size."
        )
    corners = [
        (z.first, y.first, x.first)
        for z in _cover(mask.any((1, 2)), size, overlap)
        for y in _cover(mask[z.held].any((0, 2)), size, overlap)
        for x in _cover(mask[z.held, y.held].any((0, 1)), size, overlap)
    ]
    return np.array(corners, int).reshape(-1, 3)


class _Stretch(NamedTuple):
    """A window along one axis: its first voxel, and the voxels that it is there for."""

    first: int
    held: slice


def _cover(occupied: Any, size: int, overlap: int) -> Iterator[_Stretch]:
    """Stretches along one axis whose central parts hold all that is `occupied` (n,): each begins at the first place not held yet."""
    margin, length = overlap // 2, len(occupied)
    places = np.flatnonzero(occupied)
    while len(places):
        first = int(np.clip(places[0] - margin, 0, max(length - size, 0)))
        end = length if first + size >= length else first + size - margin
        yield _Stretch(first, slice(int(places[0]), end))
        places = places[np.searchsorted(places, end) :]


def central(corners: Ints, shape: tuple[int, int, int], size: int, overlap: int) -> tuple[Ints, Ints]:
    """(low, high), each (N, 3): the central part of each window in voxels of the volume; at the volume's border it reaches the border."""
    margin, edge = overlap // 2, np.array(shape)
    low = np.where(corners <= 0, 0, corners + margin)
    return low, np.where(corners + size >= edge, edge, corners + size - margin)


def cut(volume: Voxels, corner: Ints, size: int) -> Voxels:
    """(size, size, size): the window whose first voxel is `corner` (3,), which may lie outside; beyond the volume its edge is repeated."""
    stop = corner + size
    if np.all(corner >= 0) and np.all(stop <= volume.shape):
        return np.asarray(volume[tuple(slice(a, b) for a, b in zip(corner, stop, strict=True))])
    lines = [np.clip(np.arange(a, b), 0, n - 1) for a, b, n in zip(corner, stop, volume.shape, strict=True)]
    return np.asarray(volume[np.ix_(*lines)])


def batches(
    volume: Voxels, corners: Ints, size: int, batch: int, scaled: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> Iterator[tuple[torch.Tensor]]:
    """Windows (B, 1, size, size, size) in the corners' order, `batch` at a time, the last batch smaller: what `Runner.each` takes.

    `scaled` turns HU into what the network was trained on. Nothing is cut before it is asked for.
    """
    for first in range(0, len(corners), batch):
        part = corners[first : first + batch]
        cubes = np.empty((len(part), 1, size, size, size), np.float32)
        for n, corner in enumerate(part):
            cubes[n, 0] = cut(volume, corner, size)
        yield (torch.from_numpy(np.ascontiguousarray(scaled(cubes))),)


def suppress(centers_mm: Floats, radius_mm: Floats, score: Floats, reach: float) -> Ints:
    """The places (K,) of the findings to keep, best first: none lies within `reach` times the larger radius of a better one that is kept.

    `centers_mm` (N, 3), `radius_mm` (N,), `score` (N,). Does not depend on the order of the findings: of equals the larger one and then the
    one with the smaller coordinates comes first. Raises ValueError when a number is not finite.
    """
    if not (np.isfinite(centers_mm).all() and np.isfinite(radius_mm).all() and np.isfinite(score).all()):
        raise ValueError("A centre, radius or score of a finding is not a number.")
    if not len(centers_mm):
        return np.zeros(0, int)
    near = cKDTree(centers_mm).query_ball_point(centers_mm, reach * radius_mm)
    kept, dropped = np.zeros(len(score), bool), np.zeros(len(score), bool)
    order = np.lexsort((*centers_mm.T[::-1], -radius_mm, -score))
    for n in order:
        dropped[n] |= bool(kept[near[n]].any())  # a better one lies within this one's own reach
        if not dropped[n]:
            kept[n] = True
            dropped[near[n]] = True
    return np.asarray(order[kept[order]])
