"""Lesions drawn into healthy breasts, so that a network learns what stands out of tissue although the set names no places.

Masses are irregular blobs, dense in the middle, half of them with spicules; calcifications are clusters of bright points. Both are added
where the breast is not white already. They are crude: they teach where something lies, not whether it is cancer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Marks = NDArray[np.float32]

SMALLEST, LARGEST = 9.0, 44.0  # radius of a mass in pixels of the crop, about 2.5 to 12 mm
EMPTY, SECOND = 0.1, 0.3  # chance of no lesion at all, and of a second one
MASS, CLUSTER = 0.75, 0.6  # below the first a mass is drawn, above the second a cluster, between them both
COARSE = 8  # pixels of the grid on which a place is chosen
AWAY = 4  # of its cells between a place and the skin
GRID = 16  # pixels of a cell of the marks
UNSURE = 1.9  # radii around a lesion's centre within which a cell outside it counts for nothing


@dataclass(frozen=True)
class Patch:
    """What is added to the image, in shares of the contrast: (2 reach + 1, 2 reach + 1)."""

    added: Floats
    reach: int


def draw(image: Floats, field: Floats, rng: np.random.Generator) -> Marks:
    """Draw into `image` (H, W) in [0, 1], in place; `field` (H, W) is above 0 in the breast.

    Returns (H / GRID, W / GRID): 1 where a lesion was drawn, -1 beside it, 0 elsewhere.
    """
    height, width = image.shape
    marks = np.zeros((height // GRID, width // GRID), np.float32)
    if rng.random() < EMPTY:
        return marks
    rows, columns = np.nonzero(ndimage.binary_erosion(field[::COARSE, ::COARSE] > 0, iterations=AWAY))
    if not len(rows):
        return marks
    for _ in range(1 + (rng.random() < SECOND)):
        chosen = rng.integers(len(rows))
        y, x = int(rows[chosen] * COARSE + rng.integers(COARSE)), int(columns[chosen] * COARSE + rng.integers(COARSE))
        y, x = min(y, height - 1), min(x, width - 1)
        _mark(marks, y, x, _one(image, y, x, rng))
    return marks


def mass(rng: np.random.Generator, radius: float) -> Patch:
    """A blob of about `radius` pixels with an irregular border, perhaps spicules, and uneven density."""
    reach = int(np.ceil(2.6 * radius))
    axis = np.arange(-reach, reach + 1) / radius
    yy, xx = np.meshgrid(axis, axis, indexing="ij")
    stretch = np.exp(rng.normal(0, 0.12))
    yy, xx = yy * stretch, xx / stretch
    distance = np.hypot(yy, xx)
    border = _border(np.arctan2(yy, xx), rng)
    soft = rng.uniform(0.06, 0.3)
    inside = 1 / (1 + np.exp(np.clip((distance - border) / soft, -30, 30)))
    dome = np.sqrt(np.clip(1 - (distance / (1.25 * border)) ** 2, 0, 1))
    body = inside * (rng.uniform(0.2, 0.8) * dome + 0.4)
    if rng.random() < 0.55:
        lines = _spicules(yy, xx, radius, rng)
        body = np.maximum(body, lines * rng.uniform(0.25, 0.7))
    grain = ndimage.gaussian_filter(rng.normal(size=distance.shape), max(1.0, radius * 0.15))
    body *= np.clip(1 + 0.18 * grain / (grain.std() + 1e-6), 0.3, 1.8)
    return Patch((body * (distance < 2.55)).astype(np.float32), reach)


def cluster(rng: np.random.Generator, radius: float) -> Patch:
    """5 to 25 bright points of about a pixel, spread normally over `radius` pixels."""
    reach = int(np.ceil(2.2 * radius)) + 3
    added = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for _ in range(rng.integers(5, 26)):
        y, x = np.clip(rng.normal(0, radius * 0.6, 2), -reach + 3, reach - 3) + reach
        width, strength = rng.uniform(0.55, 1.2), rng.uniform(0.3, 1)
        top, left = int(y) - 3, int(x) - 3
        yy, xx = np.mgrid[top : top + 7, left : left + 7]
        added[top : top + 7, left : left + 7] += strength * np.exp(-((yy - y) ** 2 + (xx - x) ** 2) / (2 * width * width))
    return Patch(np.minimum(added, 1), reach)


def _one(image: Floats, y: int, x: int, rng: np.random.Generator) -> float:
    """Draw one lesion; its radius."""
    kind = rng.random()
    radius = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST))))
    if kind < MASS:
        patch = mass(rng, radius)
        _add(image, patch, y, x, rng.uniform(0.14, 0.5) * (1 if radius > 12 else 1.25))
    if kind > CLUSTER:
        spread = float(rng.uniform(6, 22))
        points = cluster(rng, spread)
        _add(image, points, y, x, rng.uniform(0.2, 0.7))
        radius = radius if kind < MASS else spread * 1.1
    return radius


def _border(angle: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """The radius in each direction, in radii."""
    irregular = rng.uniform(0.02, 0.22)
    border = np.ones_like(angle)
    for waves in range(2, 8):
        border += rng.normal(0, irregular / np.sqrt(waves)) * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    return np.asarray(np.clip(border, 0.4, 1.7))


def _spicules(yy: NDArray[np.float64], xx: NDArray[np.float64], radius: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Fine, slightly bent lines that leave the middle."""
    lines = np.zeros_like(yy)
    for _ in range(rng.integers(7, 26)):
        towards, length, width = rng.uniform(-np.pi, np.pi), rng.uniform(1.3, 2.4), rng.uniform(0.04, 0.12) * max(1, 6 / radius)
        cosine, sine = np.cos(towards), np.sin(towards)
        along = xx * cosine + yy * sine
        across = -xx * sine + yy * cosine + rng.normal(0, 0.15) * along * along * 0.3
        fading = np.exp(-((np.clip(along, 0, None) / length) ** 4)) * (along > 0.3)
        lines = np.maximum(lines, np.exp(-((across / width) ** 2)) * fading)
    return lines


def _add(image: Floats, patch: Patch, y: int, x: int, strength: float) -> None:
    """Brighten the image around (y, x); the less the brighter it is already."""
    top, bottom = max(0, y - patch.reach), min(image.shape[0], y + patch.reach + 1)
    left, right = max(0, x - patch.reach), min(image.shape[1], x + patch.reach + 1)
    row, column = patch.reach - y, patch.reach - x
    added = patch.added[top + row : bottom + row, left + column : right + column]
    here = image[top:bottom, left:right]
    image[top:bottom, left:right] = np.clip(here + strength * added * np.sqrt(np.clip(1.05 - here, 0, 1)), 0, 1)


def _mark(marks: Marks, y: int, x: int, radius: float) -> None:
    """Cells inside the lesion 1 (at least the one it lies in), cells around it -1."""
    rows, columns = ((np.arange(count) + 0.5) * GRID for count in marks.shape)
    distance = np.hypot(rows[:, None] - y, columns[None] - x)
    covered = max(radius, 9.0)
    marks[(distance < covered * UNSURE) & (marks == 0)] = -1
    marks[distance < covered] = 1
    marks[np.unravel_index(int(distance.argmin()), distance.shape)] = 1
