"""What is sent in place of a chest CT, procedural, in Hounsfield units: head, abdomen, bowel full of gas, foam in a cylinder of water."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPACING_MM = 3.0
Scan = tuple[NDArray[np.int16], NDArray[np.float64]]
NAMES = ("head", "abdomen", "colonography", "foam")


def scan(name: str, lung_mm: float = 90.0) -> Scan:
    """(hu (Z, Y, X), affine) of 300 × 360 × 360 mm. `lung_mm`: how much of the lung bases an abdomen shows at its top."""
    axis = np.arange(120) * SPACING_MM - 180.0
    z, y, x = (np.arange(100) * SPACING_MM - 150.0)[:, None, None], axis[None, :, None], axis[None, None, :]
    hu = np.full((100, 120, 120), -1000.0)
    if name == "head":
        hu[(x / 80) ** 2 + (y / 95) ** 2 + (z / 110) ** 2 < 1] = 700
        hu[(x / 73) ** 2 + (y / 88) ** 2 + (z / 103) ** 2 < 1] = 35
        hu[((np.abs(x) - 22) / 12) ** 2 + ((y + 60) / 14) ** 2 + ((z + 60) / 15) ** 2 < 1] = -1000
    else:
        hu[np.broadcast_to((x / 165) ** 2 + (y / 115) ** 2 < 1, hu.shape)] = 30
    if name in ("abdomen", "colonography"):
        hu[np.broadcast_to((x / 20) ** 2 + ((y - 80) / 20) ** 2 < 1, hu.shape)] = 300
        hu[(((np.abs(x) - 78) / 60) ** 2 + (y / 88) ** 2 < 1) & (z > 150 - lung_mm)] = -850
    if name == "colonography":
        hu[(((np.abs(x) - 100) / 28) ** 2 + (y / 28) ** 2 < 1) & (z < 20)] = -970
    if name == "foam":
        for side in (-1, 1):
            hu[((x - side * 78) / 60) ** 2 + (y / 88) ** 2 + (z / 120) ** 2 < 1] = -850
    noisy = hu + np.random.default_rng(0).normal(0, 12, hu.shape)
    affine = np.array([[0, 0, SPACING_MM, -180.0], [0, SPACING_MM, 0, -180.0], [SPACING_MM, 0, 0, -150.0], [0, 0, 0, 1.0]])
    return np.rint(noisy).astype(np.int16), affine
