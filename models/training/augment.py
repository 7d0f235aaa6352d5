"""Variation between scanners and patients, made while training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import patch
from models.training.compose import Cube


def turned(cube: Cube, rng: np.random.Generator) -> Cube:
    """Mirrored along any axis and turned by quarters about z."""
    axes = tuple(axis for axis in range(3) if rng.random() < 0.5)
    quarters = int(rng.integers(4))
    return Cube(np.rot90(np.flip(cube.hu, axes), quarters, (1, 2)), np.rot90(np.flip(cube.mask, axes), quarters, (1, 2)))


def varied(hu: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Calibration, dose and kernel differ between scanners: shift, scale, noise, blur along z. HU → [0, 1]."""
    shifted = hu * rng.uniform(0.96, 1.04) + rng.normal(0, 12)
    if rng.random() < 0.2:
        shifted = ndimage.uniform_filter1d(shifted, int(rng.integers(2, 4)), axis=0, mode="nearest")
    if rng.random() < 0.4:
        shifted = shifted + rng.normal(0, rng.uniform(5, 40), hu.shape)
    return patch.scaled(np.asarray(shifted, np.float32))
