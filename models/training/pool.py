"""All training cubes that cost time to make, made once and shared by the folds (a fold only draws those it may see)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lung.crops import Crop
from models.lung.patch import SIZE
from models.training import compose
from models.training.compose import Cube
from models.training.hosts import Host

Packed = tuple[NDArray[np.int16], NDArray[np.uint8]]


@dataclass(frozen=True)
class Pool:
    """`nodules[n]` and `surroundings[n]` are cubes of crop n; `places` are (host, voxel) of candidates that are no nodule."""

    crops: list[Crop]
    hosts: list[Host]
    nodules: list[list[Packed]]
    surroundings: list[list[Packed]]
    places: list[tuple[int, NDArray[np.int_]]]
    thin: list[Packed]

    @classmethod
    def make(cls, crops: list[Crop], hosts: list[Host], variants: int, seed: int) -> Pool:
        """`variants` cubes of each crop; the same from the same seed."""
        rng = np.random.default_rng(seed)
        nodules = [[_small(compose.positive(crop, hosts, rng)) for _ in range(variants)] for crop in crops]
        surroundings = [[_small(cube) for _ in range(2) if (cube := compose.surrounding(crop, hosts, rng))] for crop in crops]
        places = [(n, place) for n, host in enumerate(hosts) for place in host.negatives]
        chosen = rng.choice(len(places), min(len(places), 1200), replace=False)
        thin = [_small(compose.slab(hosts[places[n][0]], places[n][1], hosts, rng)) for n in chosen]
        return cls(crops, hosts, nodules, surroundings, places, thin)

    def nodule(self, n: int, rng: np.random.Generator) -> Cube:
        """One of the cubes with crop n's nodule in the middle."""
        return _full(self.nodules[n][rng.integers(len(self.nodules[n]))])

    def beside(self, n: int, rng: np.random.Generator) -> Cube:
        """One of the cubes with something else of crop n in the middle."""
        return _full(self.surroundings[n][rng.integers(len(self.surroundings[n]))])

    def slab(self, rng: np.random.Generator) -> Cube:
        """One of the thin pieces of a host without a nodule."""
        return _full(self.thin[rng.integers(len(self.thin))])

    def as_is(self, n: int, rng: np.random.Generator) -> Cube:
        """The host's cube around place n, off by up to a voxel."""
        host, place = self.places[n]
        return Cube(self.hosts[host].cube(place + rng.integers(-1, 2, 3)), np.zeros((SIZE,) * 3, np.float32))


def _small(cube: Cube) -> Packed:
    """The cube in less memory: HU in int16, mask in steps of 1/200."""
    return (np.rint(cube.hu).astype(np.int16), np.rint(cube.mask * 200).astype(np.uint8))


def _full(packed: Packed) -> Cube:
    hu, mask = packed
    return Cube(hu.astype(np.float32), mask.astype(np.float32) / np.float32(200))
