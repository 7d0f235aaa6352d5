"""A procedural thorax in Hounsfield units: body, two lungs, heart, spine, trachea, branching vessels and one ball. Not a patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BALL_LPS_MM, BALL_DIAMETER_MM = (75.0, 10.0, 20.0), 14.0


def thorax(slices: int = 160, size: int = 256, seed: int = 0, vessels: int = 60) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """(hu (Z, Y, X), affine (4, 4) voxel (k, j, i, 1) → LPS mm) of about 320 × 360 × 360 mm."""
    rng = np.random.default_rng(seed)
    affine = np.array([[0, 0, 360 / size, -180.0], [0, 360 / size, 0, -180.0], [320 / slices, 0, 0, -160.0], [0, 0, 0, 1.0]])
    z, y, x = (np.arange(n) * affine[r, c] + affine[r, 3] for n, r, c in ((slices, 2, 0), (size, 1, 1), (size, 0, 2)))
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    hu = np.full((slices, size, size), -1000.0, np.float32)
    hu[np.broadcast_to((x / 165) ** 2 + (y / 115) ** 2 < 1, hu.shape)] = 40
    lungs = np.zeros(hu.shape, bool)
    for side in (-1, 1):
        lungs |= ((x - side * 78) / 62) ** 2 + (y / 88) ** 2 + (z / 125) ** 2 < 1
    hu[lungs] = -860
    _vessels(hu, lungs, (z, y, x), rng, vessels)
    hu[((x - 15) / 45) ** 2 + ((y + 20) / 40) ** 2 + ((z + 50) / 55) ** 2 < 1] = 45
    hu[np.broadcast_to((x / 18) ** 2 + ((y - 85) / 18) ** 2 < 1, hu.shape)] = 250
    hu[np.broadcast_to(((x / 9) ** 2 + ((y + 5) / 9) ** 2 < 1) & (z > 30), hu.shape)] = -1000
    bx, by, bz = BALL_LPS_MM
    hu[(x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2 < (BALL_DIAMETER_MM / 2) ** 2] = 30
    return np.rint(hu + rng.normal(0, 15, hu.shape)).astype(np.int16), affine


def _vessels(
    hu: NDArray[np.float32], lungs: NDArray[np.bool_], axes: tuple[NDArray[np.float64], ...], rng: np.random.Generator, count: int
) -> None:
    """Straight tubes of 1 to 3 mm radius from each hilum outwards."""
    z, y, x = (np.broadcast_to(axis, hu.shape)[lungs] for axis in axes)
    values = hu[lungs]
    for n in range(count):
        side = 1 if n % 2 else -1
        start = np.array([0.0, 0.0, side * 35.0])
        direction = rng.normal(size=3) + np.array([0, 0, side * 1.2])
        direction /= np.linalg.norm(direction)
        offset = np.stack([z - start[0], y - start[1], x - start[2]])
        along = direction @ offset
        across = np.sqrt(np.maximum((offset**2).sum(0) - along**2, 0))
        values[(along > 0) & (across < rng.uniform(1, 3) * np.clip(1.3 - along / 120, 0.3, 1))] = 30
    hu[lungs] = values
