"""Training cubes: a nodule crop turned, scaled and set into lung of another scan, and cubes of the same make without a nodule.

The crops end where the nodule ends, so a network that saw only crops would learn their edges. Therefore every kind of cube is also made
for the negatives, and the nodule itself is often taken out along its mask and blended into foreign lung.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.crops import Crop
from models.lung.patch import SIZE, SPACING_MM
from models.training.hosts import Host

QUIET_HU = -850.0
FADE_MM = 1.5
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Cube:
    """`hu` and `mask` (SIZE, SIZE, SIZE); mask in [0, 1]."""

    hu: Array
    mask: Array


def positive(crop: Crop, hosts: list[Host], rng: np.random.Generator) -> Cube:
    """The crop's nodule within a few mm of the middle of a cube, in quiet or in foreign lung."""
    radius = (crop.measurements.volume_mm3 * 3 / (4 * np.pi)) ** (1 / 3)
    offset = rng.normal(0, 0.12 * radius + 0.8, 3)
    source, mask, near = _turned(crop, offset, rng, float(rng.uniform(0.9, 1.12)))
    background = _background(hosts, rng)
    if rng.random() < 0.4:
        near = np.clip(ndimage.gaussian_filter(ndimage.grey_dilation(mask, 3), 0.8), 0, 1)
    return Cube(source * near + background * (1 - near), mask)


def surrounding(crop: Crop, hosts: list[Host], rng: np.random.Generator) -> Cube | None:
    """A bright place of the crop outside the nodule, in the middle of a cube; None where the crop has none."""
    distance = ndimage.distance_transform_edt(~crop.mask, sampling=crop.spacing_mm)
    places = np.argwhere((crop.hu > -600) & (distance > 6))
    if len(places) < 20:
        return None
    place = places[rng.integers(len(places))]
    offset = (crop.center - place) * crop.spacing_mm
    source, _, near = _turned(crop, offset, rng, 1.0, turn=False)
    return Cube(source * near + _background(hosts, rng) * (1 - near), np.zeros_like(source))


def slab(host: Host, center: NDArray[np.int_], hosts: list[Host], rng: np.random.Generator) -> Cube:
    """A host's own candidate cut out as thin as a nodule crop would be, set into other lung."""
    half = np.array([rng.uniform(1.5, 8), *rng.uniform(12, 20, 2)])
    outside = np.max(np.abs(_offsets()) - half, axis=-1)
    near = np.clip(1 - outside / FADE_MM, 0, 1).astype(np.float32)
    return Cube(host.cube(center) * near + _background(hosts, rng) * (1 - near), np.zeros((SIZE,) * 3, np.float32))


@cache
def _offsets() -> NDArray[np.float64]:
    """(SIZE, SIZE, SIZE, 3): mm of each voxel from the cube's centre voxel, z y x."""
    line = (np.arange(SIZE) - SIZE // 2) * SPACING_MM
    return np.stack(np.meshgrid(line, line, line, indexing="ij"), -1)


def _turned(
    crop: Crop, offset_mm: NDArray[np.float64], rng: np.random.Generator, scale: float, turn: bool = True
) -> tuple[Array, Array, Array]:
    """(HU, mask, weight) of the crop around its mask's centroid, moved by `offset_mm`, turned about z, scaled; weight 1 inside the crop."""
    angle = rng.uniform(0, 2 * np.pi) if turn else 0.0
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    voxels = ((_offsets() - offset_mm) @ rotation.T / scale / crop.spacing_mm + crop.center).reshape(-1, 3).T
    hu = crop.hu
    if crop.spacing_mm[1] < 0.85 * SPACING_MM and rng.random() < 0.7:
        hu = ndimage.gaussian_filter(hu, (0, 0.45, 0.45), mode="nearest")
    values = ndimage.map_coordinates(np.clip(hu, -1000, 1000), voxels, order=1, mode="nearest")
    mask = ndimage.map_coordinates(np.pad(crop.mask.astype(np.float32), 1), voxels + 1, order=1, mode="constant")
    size = np.array(crop.hu.shape)[:, None]
    outside = (np.maximum(-voxels, voxels - (size - 1)) - 0.5) * crop.spacing_mm[:, None] * scale
    weight = np.clip(1 - outside.max(0) / FADE_MM, 0, 1)
    shape = (SIZE,) * 3
    return values.reshape(shape), mask.reshape(shape), weight.reshape(shape).astype(np.float32)


def _background(hosts: list[Host], rng: np.random.Generator) -> Array:
    """Quiet lung, or a piece of a host around aerated lung, flipped at random."""
    if not hosts or rng.random() < 0.4:
        return np.full((SIZE,) * 3, QUIET_HU + rng.normal(0, 25), np.float32)
    host = hosts[rng.integers(len(hosts))]
    cube = host.cube(host.lung[rng.integers(len(host.lung))])
    return np.asarray(np.flip(cube, tuple(axis for axis in range(3) if rng.random() < 0.5)))
