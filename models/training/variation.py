"""Variation between scanners, doses and kernels, made while training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def varied(hu: NDArray[np.float32], spacing_mm: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """HU of a cube as another scanner might have given it: calibration, slice thickness, smooth or sharp kernel, noise with its grain."""
    out = hu * rng.uniform(0.97, 1.03) + rng.normal(0, 10)
    chance = rng.random()
    if chance < 0.2:
        out = ndimage.uniform_filter1d(out, max(2, round(float(rng.uniform(1.5, 5)) / spacing_mm)), axis=0, mode="nearest")
    elif chance < 0.35:
        out = ndimage.gaussian_filter(out, (0, *[float(rng.uniform(0.3, 0.8))] * 2), mode="nearest")
    elif chance < 0.5:
        blurred = ndimage.gaussian_filter(out, (0, 0.9, 0.9), mode="nearest")
        out = out + rng.uniform(0.3, 1.0) * (out - blurred)
    if rng.random() < 0.5:
        noise = rng.normal(0, 1, hu.shape).astype(np.float32)
        grain = float(rng.uniform(0, 0.8))
        if grain > 0.3:
            noise = ndimage.gaussian_filter(noise, grain)
            noise /= max(float(noise.std()), 1e-3)
        out = out + noise * rng.uniform(5, 45)
    return np.asarray(out, np.float32)
