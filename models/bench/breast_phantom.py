"""A procedural four-view mammography exam in 12 bits: half-ellipses of lumpy tissue with grain against black. Nobody's breast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

SHAPE = (3328, 2560)  # rows and columns of a full-field digital detector
SPACING_MM = 0.07
VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
COARSE = 8  # lumps are drawn on a grid of so many pixels

Stored = NDArray[np.uint16]


def exam(shape: tuple[int, int] = SHAPE) -> Iterator[tuple[str, str, Stored]]:
    """(side, view, stored values (Y, X) of 0..4095) of the four views; the chest wall of right breasts lies right."""
    for number, (side, name) in enumerate(VIEWS):
        yield side, name, _view(shape, number, wall_right=side == "R")


def _view(shape: tuple[int, int], seed: int, *, wall_right: bool) -> Stored:
    chance = np.random.default_rng(seed)
    small = (shape[0] // COARSE, shape[1] // COARSE)
    lumps = sum(ndimage.gaussian_filter(chance.normal(size=small), width) * width for width in (2.0, 6.0, 15.0))
    rows, columns = np.indices(small)
    thin = ((rows - small[0] / 2) / (small[0] * 0.42)) ** 2 + (columns / (small[1] * 0.65)) ** 2
    tissue = np.clip(0.45 + 0.25 * lumps / np.std(lumps), 0.15, 0.95) * np.clip(2.5 * (1 - thin), 0, 1)
    large = np.asarray(Image.fromarray(tissue.astype(np.float32)).resize(shape[::-1], Image.Resampling.BILINEAR))
    grain = chance.normal(0, 0.01, shape).astype(np.float32) * (large > 0)
    stored = np.rint(np.clip(large + grain, 0, 1) * 4095).astype(np.uint16)
    return np.ascontiguousarray(stored[:, ::-1]) if wall_right else stored
