"""How good a chest CT is for finding nodules: noise, sharpness, slices, coverage, contrast, metal. Numbers for the record; words only
where they limit what can be found."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import coverage
from models.lung.field import SPACING_MM, Field
from models.lung.grid import Grid
from models.lung.region import lung_box

THICK_MM, GAP, OVERLAP = 3.0, 1.2, 1.2
NOISY_HU = 120.0
"""Above it a non-solid nodule of 6 mm, 150 to 250 HU brighter than the lung, can drown in thin slices."""
METAL_HU, METAL_ML = 2800, 1.0
WINDOW_MM, SLICES = 7.0, 8
TISSUE_HU = (-30.0, 120.0)


@dataclass(frozen=True)
class Quality:
    """What of the images bears on nodules. None: not told by the header, or not to be measured.

    `noise_hu`: the most frequent standard deviation in soft tissue, over windows of 7 mm, in the scan's own slices. `noise_per_mm`: root
    mean square frequency of that noise along the rows, larger for sharper kernels. `above_mm`, `below_mm`: scan beyond the top and the
    foot of the lungs, 0 where they are cut off. `heart_hu`: median of heart and great vessels. Volumes: air in each lung, and metal.
    """

    spacing_mm: float
    thickness_mm: float | None
    pixel_mm: float
    noise_hu: float | None
    noise_per_mm: float | None
    heart_hu: float | None
    lung_height_mm: float
    above_mm: float
    below_mm: float
    left_ml: float
    right_ml: float
    metal_ml: float
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, float | None]:
        """The numbers, rounded; the warnings go with the other warnings of the result."""
        plain = asdict(self)
        del plain["warnings"]
        return {name: None if value is None else round(value, 2) for name, value in plain.items()}


def measure(grid: Grid, lung: Field, thickness_mm: float | None = None) -> Quality:
    """Quality of `grid` with its lung field; `thickness_mm` is the slice thickness where the images tell it."""
    box = lung_box(grid, lung, 0.0)
    noise, frequency = _noise(grid, box)
    metal = _metal_ml(grid, box)
    levels = np.flatnonzero(lung.air.any((1, 2)))
    spacing = float(grid.spacing_mm[0])
    return Quality(
        spacing_mm=spacing,
        thickness_mm=thickness_mm,
        pixel_mm=float(grid.spacing_mm[1:].mean()),
        noise_hu=noise,
        noise_per_mm=frequency,
        heart_hu=coverage.heart_hu(np.asarray(lung.coarse.hu, np.float32), lung.mask),
        lung_height_mm=len(levels) * SPACING_MM,
        above_mm=float(lung.air.shape[0] - 1 - levels[-1]) * SPACING_MM,
        below_mm=float(levels[0]) * SPACING_MM,
        left_ml=float((lung.air & lung.left).sum()) * SPACING_MM**3 / 1000,
        right_ml=float((lung.air & ~lung.left).sum()) * SPACING_MM**3 / 1000,
        metal_ml=metal,
        warnings=(*_slices(spacing, thickness_mm), *_seen(noise, metal)),
    )


def _slices(spacing_mm: float, thickness_mm: float | None) -> list[str]:
    """Thick slices blur, gaps hide; overlap of thin slices does no harm."""
    found = []
    thick = max(spacing_mm, thickness_mm or 0.0)
    if thickness_mm is not None and spacing_mm > GAP * thickness_mm + 0.05:
        found.append(
            f"The slices are {thickness_mm:.1f} mm thick but {spacing_mm:.1f} mm apart: what lies in the "
            f"{spacing_mm - thickness_mm:.1f} mm between them was not imaged, nodules there are missed and volumes are uncertain."
        )
    elif thick > THICK_MM:
        lie = f"{thick:.1f} mm apart"
        if thickness_mm is not None:
            lie = f"{thickness_mm:.1f} mm thick" + (f" ({spacing_mm:.1f} mm apart)" if thickness_mm > OVERLAP * spacing_mm else "")
        found.append(f"The slices are {lie}: small nodules may be missed and volumes are uncertain (1.5 mm is recommended).")
    return found


def _seen(noise_hu: float | None, metal_ml: float) -> list[str]:
    found = []
    if noise_hu is not None and noise_hu > NOISY_HU:
        found.append(f"The images are noisy ({noise_hu:.0f} HU in soft tissue): faint, non-solid nodules may be missed.")
    if metal_ml > METAL_ML:
        found.append(
            f"There is metal or very dense contrast beside the lungs ({metal_ml:.0f} ml): its streaks can hide nodules or look like them."
        )
    return found


def _noise(grid: Grid, box: tuple[slice, slice, slice]) -> tuple[float | None, float | None]:
    """(noise in HU, its frequency per mm) from a few slices between the middle and the top of the lungs; None without soft tissue."""
    pixel = float(grid.spacing_mm[1:].mean())
    window = max(3, round(WINDOW_MM / pixel) // 2 * 2 + 1)
    levels = np.unique(np.linspace(box[0].start, box[0].stop - 1, SLICES + 2).astype(int)[1:-1])
    spreads, steps = [], []
    for level in levels:
        plane = np.clip(np.asarray(grid.hu[level, box[1], box[2]], np.float32), -1000, 1000)
        mean, variance = _local(plane, window)
        even = (mean > TISSUE_HU[0]) & (mean < TISSUE_HU[1])
        spreads.append(np.sqrt(variance[even]))
        steps.append(ndimage.uniform_filter(np.square(np.diff(plane, axis=1, append=plane[:, -1:])), window)[even])
    spread, step = np.concatenate(spreads), np.concatenate(steps)
    if len(spread) < 200:
        return None, None
    noise = _mode(spread)
    usual = np.abs(spread - noise) < max(1.0, 0.15 * noise)
    if noise < 0.5 or not usual.any():
        return noise, None
    frequency = np.sqrt(np.median(step[usual] / np.square(spread[usual]))) / (2 * np.pi * float(grid.spacing_mm[2]))
    return noise, float(frequency)


def _local(plane: NDArray[np.float32], window: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and variance (y, x) in squares of `window` pixels."""
    mean = ndimage.uniform_filter(plane, window)
    return mean, np.maximum(ndimage.uniform_filter(np.square(plane), window) - np.square(mean), 0)


def _mode(spread: NDArray[np.float32]) -> float:
    """The most frequent value of a skew distribution."""
    counts, edges = np.histogram(np.log(np.maximum(spread, 0.1)), bins=np.arange(np.log(0.1), np.log(1000), 0.1))
    best = int(np.convolve(counts, [1, 2, 1], "same").argmax())
    return float(np.exp(edges[best] + 0.05))


def _metal_ml(grid: Grid, box: tuple[slice, slice, slice]) -> float:
    """Millilitres above METAL_HU in the box of the lungs; every second voxel along each axis is looked at."""
    part = grid.hu[box][::2, ::2, ::2]
    return float((part > METAL_HU).sum()) * 8 * float(np.prod(grid.spacing_mm)) / 1000
