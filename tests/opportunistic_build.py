"""A thorax of known truth for the measures beside the nodules: windpipe, heart, fat, and a spine with canal, pedicles and discs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLICES, SIZE = 128, 180
CANAL_Y, BODY_Y, VERTEBRA_MM, DISC_MM = 93.0, 70.0, 25.0, 5.0
AFFINE = np.array([[0, 0, 2.0, -180.0], [0, 2.0, 0, -180.0], [2.5, 0, 0, -160.0], [0, 0, 0, 1.0]])
Volume = NDArray[np.float32]
Mask = NDArray[np.bool_]


def axes() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """z, y, x in LPS mm, each shaped to broadcast over (Z, Y, X)."""
    z, y, x = (np.arange(n) * AFFINE[row, column] + AFFINE[row, 3] for n, row, column in ((SLICES, 2, 0), (SIZE, 1, 1), (SIZE, 0, 2)))
    return z[:, None, None], y[None, :, None], x[None, None, :]


def lungs() -> Mask:
    """Both lungs before the heart takes its room."""
    z, y, x = axes()
    return sum((((x - side * 78) / 62) ** 2 + (y / 88) ** 2 + (z / 125) ** 2 < 1 for side in (-1, 1)), np.zeros((SLICES, SIZE, SIZE), bool))


def thorax(*, bone_hu: float = 150.0, blood_hu: float = 45.0, noise_hu: float = 10.0) -> NDArray[np.int16]:
    """HU (Z, Y, X) of lungs at -860, blood at `blood_hu`, trabecular bone at `bone_hu`; in (k, j, i) of AFFINE."""
    z, y, x = axes()
    hu = np.full((SLICES, SIZE, SIZE), -1000.0, np.float32)
    hu[np.broadcast_to((x / 165) ** 2 + (y / 115) ** 2 < 1, hu.shape)] = 40
    hu[lungs()] = -860
    hu[((x - 15) / 45) ** 2 + ((y + 20) / 40) ** 2 + ((z + 50) / 55) ** 2 < 1] = blood_hu
    _spine(hu, bone_hu)
    _airway(hu)
    return with_noise(hu, noise_hu)


def with_noise(hu: NDArray[np.float32] | NDArray[np.int16], noise_hu: float) -> NDArray[np.int16]:
    return np.rint(hu + np.random.default_rng(7).normal(0, noise_hu, hu.shape)).astype(np.int16)


def put(hu: NDArray[np.int16], value: int, center_mm: tuple[float, float, float], size: tuple[int, int, int]) -> None:
    """A block of `size` voxels (z, y, x) of one value with its middle at `center_mm` (x, y, z)."""
    middle = [round((center_mm[2 - n] - AFFINE[2 - n, 3]) / AFFINE[2 - n, n]) for n in range(3)]
    hu[tuple(slice(at - count // 2, at - count // 2 + count) for at, count in zip(middle, size, strict=True))] = value


def calcified(count: int, value: int = 350) -> NDArray[np.int16]:
    """`count` blocks of 3 × 3 pixels in one slice, 6 × 6 mm, each in a bed of fat on the front of the heart."""
    hu = thorax()
    for n in range(count):
        center = (15.0 + 12.0 * (n % 2), -50.0, -80.0 + 15.0 * n)
        put(hu, -90, center, (7, 9, 9))
        put(hu, value, center, (1, 3, 3))
    return hu


def _spine(hu: Volume, bone_hu: float) -> None:
    z, y, x = axes()
    within = np.mod(z, VERTEBRA_MM)
    disc = np.broadcast_to(within < DISC_MM, hu.shape)
    body = np.broadcast_to((x / 17) ** 2 + ((y - BODY_Y) / 15) ** 2 < 1, hu.shape)
    inner = np.broadcast_to((x / 13.5) ** 2 + ((y - BODY_Y) / 11.5) ** 2 < 1, hu.shape)
    plate = np.broadcast_to((within < DISC_MM + 2.5) | (within > VERTEBRA_MM - 2.5), hu.shape)
    beside = np.broadcast_to((np.abs(x) < 16) & (np.abs(y - CANAL_Y + 2) < 10), hu.shape)
    ring = np.broadcast_to((x**2 + (y - CANAL_Y) ** 2 < 15**2) & (y > CANAL_Y + 2), hu.shape)
    canal = np.broadcast_to(x**2 + (y - CANAL_Y) ** 2 < 8**2, hu.shape)
    hu[beside] = np.where(within > DISC_MM + 10, 450, -80).repeat(hu.shape[1], 1).repeat(hu.shape[2], 2)[beside]
    hu[ring] = 450
    hu[body] = 400
    hu[body & inner & ~plate] = bone_hu
    hu[body & disc] = 90
    hu[canal] = 20


def _airway(hu: Volume) -> None:
    """A windpipe 18 mm wide that parts 30 mm above the middle of the lungs, with a wall."""
    z, y, x = axes()
    for radius, value in ((12.0, 40.0), (9.0, -1000.0)):
        hu[np.broadcast_to((x**2 + (y + 5) ** 2 < radius**2) & (z > 30), hu.shape)] = value
        for side in (-1, 1):
            middle = side * (30 - z)
            hu[np.broadcast_to(((x - middle) ** 2 + (y + 5) ** 2 < (radius * 0.8) ** 2) & (z <= 30) & (z > 0), hu.shape)] = value
    hu[np.broadcast_to((x**2 + (y + 5) ** 2 < 9**2) & (z > 30), hu.shape)] = -1000
