"""Nodules of known truth as a scanner would show them: partial volume, a little blur, voxels as unequal as wanted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from models.lung.describe import Description, describe
from models.lung.field import SPACING_MM, Field
from models.lung.grid import Grid

LUNG, TISSUE, GLASS, CALCIUM, FAT = -850.0, 30.0, -600.0, 700.0, -85.0
Places = np.ndarray


@dataclass(frozen=True)
class Shape:
    """A ball or ellipsoid (radii along z, y, x in mm) of one density; `at` its centre; `turn` degrees about the z axis."""

    radii: tuple[float, float, float]
    hu: float
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: float = 0.0
    hollow: float = 0.0

    def holds(self, places: Places) -> np.ndarray:
        """Which places (..., 3), mm from the middle, lie inside (and outside the hollow part, a share of the radii)."""
        angle = np.deg2rad(self.turn)
        z, y, x = np.moveaxis(places - np.array(self.at), -1, 0)
        turned = np.stack([z, np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y], -1)
        distance = ((turned / np.array(self.radii)) ** 2).sum(-1)
        return (distance < 1) & (distance >= self.hollow**2)


def ball(radius: float, hu: float, at: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Shape:
    return Shape((radius, radius, radius), hu, at)


@dataclass(frozen=True)
class Scan:
    """The first shape is the nodule whose mask is drawn; later ones lie over earlier ones."""

    hu: np.ndarray
    mask: np.ndarray
    spacing_mm: np.ndarray
    grid: Grid

    def described(self, told: dict[str, float] | None = None, lung: Field | None = None) -> Description:
        """Described from the tightest block around the mask, as the model does."""
        places = np.argwhere(self.mask)
        box = tuple(slice(a, b) for a, b in zip(places.min(0), places.max(0) + 1, strict=True))
        center = self.grid.to_lps(places.mean(0)[None])[0]
        return describe(self.mask[box], self.hu[box], self.spacing_mm, center, self.grid, lung, told or {})


def scan(
    *shapes: Shape, spacing: tuple[float, float, float] = (1.0, 0.7, 0.7), width: float = 28.0, first_mm: float = 0.0, noise: float = 0.0
) -> Scan:
    """A cube of lung `width` mm wide with the shapes at its middle, whose LPS position is (first_mm, 0, 0) and not on a voxel."""
    steps = np.array(spacing)
    size = np.ceil(width / steps).astype(int)
    start = -(size / 2) * steps + np.array([0.31, 0.17, 0.23]) * steps

    def places(shift: Places) -> Places:
        lines = [start[n] + (np.arange(size[n]) + shift[n]) * steps[n] for n in range(3)]
        return np.stack(np.meshgrid(*lines, indexing="ij"), -1)

    halves = np.array(list(np.ndindex(2, 2, 2))) / 2 - 1 / 4
    hu = np.mean([_density(places(shift), shapes) for shift in halves], axis=0)
    hu = ndimage.gaussian_filter(hu, [0, 0.5 / steps[1], 0.5 / steps[2]], mode="nearest")
    hu = (hu + np.random.default_rng(0).normal(0, noise, hu.shape)).astype(np.int16) if noise else hu.astype(np.int16)
    z, y, x = steps
    affine = np.array([[0, 0, x, start[2] + first_mm], [0, y, 0, start[1]], [z, 0, 0, start[0]], [0, 0, 0, 1.0]])
    return Scan(hu, shapes[0].holds(places(np.zeros(3))), steps, Grid(hu, affine))


def _density(places: Places, shapes: tuple[Shape, ...]) -> np.ndarray:
    hu = np.full(places.shape[:-1], LUNG)
    for shape in shapes:
        hu[shape.holds(places)] = shape.hu
    return hu


def lungs(inside: Callable[[Places], np.ndarray], *warnings: str, low: tuple[float, float, float] = (-150.0, -100.0, -150.0)) -> Field:
    """A field 300 mm high, 200 deep and 300 wide whose mask is where `inside` holds for (z, y, x) mm; left is where x > 0."""
    size = np.array([121, 81, 121])
    lines = [low[n] + np.arange(size[n]) * SPACING_MM for n in range(3)]
    places = np.stack(np.meshgrid(*lines, indexing="ij"), -1)
    mask = np.asarray(inside(places))
    step = SPACING_MM
    affine = np.array([[0, 0, step, low[2]], [0, step, 0, low[1]], [step, 0, 0, low[0]], [0, 0, 0, 1.0]])
    return Field(Grid(np.where(mask, LUNG, 40).astype(np.float32), affine), mask, mask, mask & (places[..., 2] > 0), warnings)
