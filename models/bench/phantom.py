"""A procedural thorax in Hounsfield units: body, two lungs, heart, spine, trachea, branching vessels and one ball. Not a patient.

What can differ from an ordinary chest stands in `Anatomy`; other parts of the body are in `not_a_chest.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BALL_LPS_MM, BALL_DIAMETER_MM = (75.0, 10.0, 20.0), 14.0
BLOOD_HU, SPINE_HU = 45, 250
SIDES = {"right": -1, "left": 1}
Axes = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Anatomy:
    """What is unlike an ordinary chest. `lungs`: which are there; the place of a missing one is soft tissue. `fluid_mm`: how high fluid
    stands in the left lung, from its lowest point. `recess`: the lungs reach lowest at the back, as a patient's do. `windpipe`: the trachea
    opens into the lungs. `scale`: of all lengths, less than 1 for a child."""

    lungs: tuple[str, ...] = ("right", "left")
    fluid_mm: float = 0.0
    recess: bool = False
    windpipe: bool = False
    arms: bool = False
    bone: bool = True
    metal: bool = False
    blood_hu: int = BLOOD_HU
    noise_hu: float = 15.0
    scale: float = 1.0


ORDINARY = Anatomy()


def thorax(
    slices: int = 160, size: int = 256, seed: int = 0, vessels: int = 60, anatomy: Anatomy = ORDINARY
) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """(hu (Z, Y, X), affine (4, 4) voxel (k, j, i, 1) → LPS mm) of about 320 × 360 × 360 mm, times the anatomy's scale."""
    rng = np.random.default_rng(seed)
    affine = np.array([[0, 0, 360 / size, -180.0], [0, 360 / size, 0, -180.0], [320 / slices, 0, 0, -160.0], [0, 0, 0, 1.0]])
    z, y, x = axes = _axes(affine, (slices, size, size))
    hu = np.full((slices, size, size), -1000.0, np.float32)
    hu[np.broadcast_to((x / 165) ** 2 + (y / 115) ** 2 < 1, hu.shape)] = 40
    lungs = _lungs(axes, hu.shape, anatomy)
    hu[lungs] = -860
    _vessels(hu, lungs, axes, rng, vessels)
    hu[((x - 15) / 45) ** 2 + ((y + 20) / 40) ** 2 + ((z + 50) / 55) ** 2 < 1] = anatomy.blood_hu
    if anatomy.bone:
        hu[np.broadcast_to((x / 18) ** 2 + ((y - 85) / 18) ** 2 < 1, hu.shape)] = SPINE_HU
    hu[np.broadcast_to(((x / 9) ** 2 + ((y + 5) / 9) ** 2 < 1) & (z > 30), hu.shape)] = -1000
    bx, by, bz = BALL_LPS_MM
    hu[(x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2 < (BALL_DIAMETER_MM / 2) ** 2] = 30
    _unusual(hu, axes, anatomy)
    affine[:3] *= anatomy.scale
    return np.rint(hu + rng.normal(0, anatomy.noise_hu, hu.shape)).astype(np.int16), affine


def _axes(affine: NDArray[np.float64], shape: tuple[int, int, int]) -> Axes:
    """LPS mm along z, y and x, each shaped to broadcast over (Z, Y, X)."""
    z, y, x = (np.arange(n) * affine[r, c] + affine[r, 3] for n, r, c in ((shape[0], 2, 0), (shape[1], 1, 1), (shape[2], 0, 2)))
    return z[:, None, None], y[None, :, None], x[None, None, :]


def _lungs(axes: Axes, shape: tuple[int, ...], anatomy: Anatomy) -> NDArray[np.bool_]:
    z, y, x = axes
    lungs = np.zeros(shape, bool)
    for side in (SIDES[name] for name in anatomy.lungs):
        lungs |= ((x - side * 78) / 62) ** 2 + (y / 88) ** 2 + (z / 125) ** 2 < 1
    if anatomy.recess:
        lungs &= z > -70 - y  # a diaphragm that falls towards the back
    if anatomy.fluid_mm:
        lungs &= (x < 0) | (z > -125 + anatomy.fluid_mm)
    return lungs


def _unusual(hu: NDArray[np.float32], axes: Axes, anatomy: Anatomy) -> None:
    z, y, x = axes
    if anatomy.blood_hu != BLOOD_HU:  # great vessels of the same blood above and before the heart
        hu[((x / 30) ** 2 + ((y + 25) / 45) ** 2 < 1) & (z > -60) & (hu > 0)] = anatomy.blood_hu
    if anatomy.windpipe:
        hu[(((y + 5) / 9) ** 2 + ((z - 30) / 9) ** 2 < 1) & (np.abs(x) < 30)] = -1000
    if anatomy.arms:
        for side in (-1, 1):
            hu[np.broadcast_to(((x - side * 158) / 20) ** 2 + ((y - 40) / 40) ** 2 < 1, hu.shape)] = 40
    if anatomy.metal:
        hu[(x + 40) ** 2 + (y + 60) ** 2 + z**2 < 14**2] = 3071


def _vessels(hu: NDArray[np.float32], lungs: NDArray[np.bool_], axes: Axes, rng: np.random.Generator, count: int) -> None:
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
