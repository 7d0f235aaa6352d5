"""Measurements of one nodule from its mask in the scan's own voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Measurements:
    """Volume in mm³; axial diameters in mm (edge to edge, on the slice where the nodule is widest); HU inside; sphericity in (0, 1]."""

    volume_mm3: float
    long_axis_mm: float
    short_axis_mm: float
    mean_hu: float
    sd_hu: float
    p95_hu: float
    sphericity: float

    @property
    def mean_diameter_mm(self) -> float:
        """Mean of long and short axis, as Lung-RADS v2022 measures."""
        return (self.long_axis_mm + self.short_axis_mm) / 2

    def statistics(self) -> NDArray[np.float32]:
        """(6,) standardised for the network: each about -2…2 over nodules of 3 to 35 mm."""
        return np.array(
            [
                (np.log(max(self.volume_mm3, 5.0)) - 6.0) / 1.5,
                (np.log(max(self.long_axis_mm, 1.5)) - 2.2) / 0.5,
                np.clip((self.mean_hu + 150) / 250, -3, 4),
                np.clip((self.sd_hu - 200) / 80, -3, 4),
                np.clip((self.p95_hu - 100) / 250, -3, 4),
                np.clip((self.sphericity - 0.75) / 0.12, -3, 3),
            ],
            np.float32,
        )


def measure(mask: Mask, hu: NDArray[np.int16] | NDArray[np.float32], spacing_mm: NDArray[np.float64]) -> Measurements:
    """Measurements of `mask` (Z, Y, X), not empty, in `hu` of the same shape; `spacing_mm` along z, y, x."""
    inside = np.clip(hu[mask], -1000, 1500).astype(np.float64)
    volume = float(mask.sum() * np.prod(spacing_mm))
    long_axis, short_axis = axial_diameters(mask, spacing_mm)
    mean, spread, bright = float(inside.mean()), float(inside.std()), float(np.percentile(inside, 95))
    return Measurements(volume, long_axis, short_axis, mean, spread, bright, sphericity(mask, spacing_mm))


def axial_diameters(mask: Mask, spacing_mm: NDArray[np.float64]) -> tuple[float, float]:
    """Longest axial extent over all slices, and the greatest extent across it in the same slice (mm).

    Lung-RADS v2022 and Fleischner 2017 take the longest axis and the longest one across it on one image, to a decimal; both allow another
    plane where the nodule is longer there. Slices are mostly thicker than pixels, so only the axial plane is measured.
    """
    best = (0.0, 0.0)
    for plane in mask:
        if plane.any():
            best = max(best, _diameters(plane, spacing_mm[1:]))
    return best


def _diameters(plane: Mask, spacing_mm: NDArray[np.float64]) -> tuple[float, float]:
    """(long, short) of one slice, from pixel centres.

    Half a pixel is added back: with it the longest extent over all directions and slices of a digitised ball is right to 0.35 mm.
    """
    border = plane & ~ndimage.binary_erosion(plane)
    points = np.argwhere(border) * spacing_mm
    hull = _hull(points)
    difference = hull[:, None] - hull[None]
    length = np.linalg.norm(difference, axis=2)
    a, b = np.unravel_index(int(np.argmax(length)), length.shape)
    along = difference[a, b] / length[a, b] if length[a, b] else np.array([0.0, 1.0])
    across = np.ptp(hull @ np.array([-along[1], along[0]]))
    pixel = float(spacing_mm.mean())
    return max(float(length[a, b]) + pixel / 2, pixel), max(float(across) + pixel / 2, pixel)


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of the convex hull; all points where they lie on one line."""
    if len(points) < 4:
        return points
    try:
        return np.asarray(points[ConvexHull(points).vertices])
    except QhullError:
        return points


def sphericity(mask: Mask, spacing_mm: NDArray[np.float64]) -> float:
    """Volume of the mask over the volume of the sphere with its root-mean-square radius: 1 for a ball, less for what is long or ragged."""
    points = np.argwhere(mask) * spacing_mm
    variance = float(((points - points.mean(0)) ** 2).sum(1).mean()) + float((spacing_mm**2).sum()) / 12
    radius = np.sqrt(variance * 5 / 3)
    return float(min(1.0, len(points) * np.prod(spacing_mm) / (4 / 3 * np.pi * radius**3)))
