"""Training cubes, made anew each time: a nodule turned, scaled and set into lung of another scan, and cubes of the same make without one.

The crops end where the nodule ends, so a network that saw only crops would learn their edges. Therefore every kind of cube is also made
for the negatives, and the nodule itself is often taken out along its mask and blended into foreign lung.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from models.lung.crops import Crop
from models.lung.sampling import Frame, interpolated, offsets, outside_mm, places
from models.training.surroundings import Host

QUIET_HU = -850.0
FADE_MM = 1.5
TILT = 0.25
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Cube:
    """`hu` and `mask` (size, size, size); mask in [0, 1]; `spacing_mm` of its voxels; `place_mm` of the nodule's centre from its middle."""

    hu: Array
    mask: Array
    spacing_mm: float
    place_mm: NDArray[np.float64]
    scale: float = 1.0


@dataclass(frozen=True)
class Source:
    """A crop as tensors, at its own sharpness and slightly smoothed, and the bright places beside its nodule (voxels)."""

    crop: Crop

    @cached_property
    def sharp(self) -> Tensor:
        return torch.from_numpy(np.clip(self.crop.hu, -1050, 2000).astype(np.float32))

    @cached_property
    def smooth(self) -> Tensor:
        sigma = 0.45 / self.crop.spacing_mm
        return torch.from_numpy(ndimage.gaussian_filter(self.sharp.numpy(), sigma * (1.0, 1.0, 1.0), mode="nearest"))

    @cached_property
    def mask(self) -> Tensor:
        return torch.from_numpy(np.pad(self.crop.mask.astype(np.float32), 1))

    @cached_property
    def beside(self) -> NDArray[np.intp]:
        distance = ndimage.distance_transform_edt(~self.crop.mask, sampling=self.crop.spacing_mm)
        return np.argwhere((self.crop.hu > -600) & (distance > 6))

    @cached_property
    def diameter_mm(self) -> float:
        """Of the ball with the mask's volume."""
        return float((self.crop.measurements.volume_mm3 * 6 / np.pi) ** (1 / 3))


def nodule(source: Source, frame: Frame, hosts: list[Host], rng: np.random.Generator, reach_mm: float | None = None) -> Cube:
    """The crop's nodule near the middle of a cube (anywhere within `reach_mm`, if given), in quiet or in foreign lung."""
    radius = source.diameter_mm / 2
    place = rng.normal(0, 0.12 * radius + 0.8, 3) if reach_mm is None else rng.uniform(-reach_mm, reach_mm, 3)
    scale = float(rng.uniform(0.9, 1.12))
    hu, mask, near = _turned(source, frame, place, rng, scale)
    if rng.random() < 0.4:
        near = np.clip(ndimage.gaussian_filter(ndimage.grey_dilation(mask, 3), 0.8), 0, 1)
    background = _background(frame, hosts, rng)
    return Cube(hu * near + background * (1 - near), mask, frame.spacing_mm, place, scale)


def surrounding(source: Source, frame: Frame, hosts: list[Host], rng: np.random.Generator) -> Cube | None:
    """A bright place of the crop outside the nodule, in the middle of a cube; None where the crop has none."""
    if len(source.beside) < 20:
        return None
    chosen = source.beside[rng.integers(len(source.beside))]
    place = (source.crop.center - chosen) * source.crop.spacing_mm
    hu, _, near = _turned(source, frame, place, rng, 1.0)
    return Cube(hu * near + _background(frame, hosts, rng) * (1 - near), np.zeros_like(hu), frame.spacing_mm, place)


def slab(host: Host, center_mm: NDArray[np.float64], frame: Frame, hosts: list[Host], rng: np.random.Generator) -> Cube:
    """A host's own place cut out as thin as a nodule crop would be, set into other lung."""
    half = np.array([rng.uniform(1.5, 8), *rng.uniform(12, 20, 2)])
    outside = np.max(np.abs(offsets(frame)) - half, axis=-1).reshape((frame.size,) * 3)
    near = np.clip(1 - outside / FADE_MM, 0, 1).astype(np.float32)
    hu = host.cube(center_mm, frame) * near + _background(frame, hosts, rng) * (1 - near)
    return Cube(hu, np.zeros_like(hu), frame.spacing_mm, np.zeros(3))


def plain(host: Host, center_mm: NDArray[np.float64], frame: Frame) -> Cube:
    """A host's own place as it is."""
    hu = host.cube(center_mm, frame)
    return Cube(hu, np.zeros_like(hu), frame.spacing_mm, np.zeros(3))


def _turned(
    source: Source, frame: Frame, place_mm: NDArray[np.float64], rng: np.random.Generator, scale: float
) -> tuple[Array, Array, Array]:
    """(HU, mask, weight) of the crop around its mask's centroid, moved to `place_mm`, turned about z and a little tilted, scaled."""
    crop, step = source.crop, scale * source.crop.spacing_mm
    turn, center = _rotation(rng) / step[:, None], crop.center
    center = center - turn @ place_mm
    image = source.smooth if frame.spacing_mm > 1 or rng.random() < 0.3 else source.sharp
    where = places(crop.hu.shape, turn, center, frame)
    mask = interpolated(source.mask, places(tuple(source.mask.shape), turn, center + 1, frame), beyond="zeros")
    weight = np.clip(1 - outside_mm(where, crop.hu.shape, step) / FADE_MM, 0, 1)
    return interpolated(image, where), mask, weight


def _rotation(rng: np.random.Generator) -> NDArray[np.float64]:
    """(3, 3) in z y x: any angle about z, a small one about the others, and mirror images."""
    angle, tilt = rng.uniform(0, 2 * np.pi), rng.normal(0, TILT)
    c, s = np.cos(angle), np.sin(angle)
    about_z = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    c, s = np.cos(tilt), np.sin(tilt)
    about_x = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray(np.diag(rng.choice([-1.0, 1.0], 3)) @ about_z @ about_x)


def _background(frame: Frame, hosts: list[Host], rng: np.random.Generator) -> Array:
    """Quiet lung, or a piece of a host around aerated lung."""
    if not hosts or rng.random() < 0.35:
        level = QUIET_HU + rng.normal(0, 25)
        return np.full((frame.size,) * 3, level, np.float32) + rng.normal(0, rng.uniform(0, 30), (frame.size,) * 3).astype(np.float32)
    host = hosts[rng.integers(len(hosts))]
    center = host.lung_mm[rng.integers(len(host.lung_mm))]
    while _near_lesion(center, host, frame):
        center = host.lung_mm[rng.integers(len(host.lung_mm))]
    cube = host.cube(center, frame)
    return np.asarray(np.flip(cube, tuple(axis for axis in range(3) if rng.random() < 0.5)))


def _near_lesion(center_mm: NDArray[np.float64], host: Host, frame: Frame) -> bool:
    """Whether a known lesion of the host larger than 4 mm would lie in the cube."""
    large = host.exclude_mm[host.exclude_mm[:, 3] > 2]
    return bool(len(large) and np.any(np.abs(large[:, :3] - center_mm).max(1) < frame.width_mm / 2 + large[:, 3]))
