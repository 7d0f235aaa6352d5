"""One view as it comes in, and the crop the network sees: chest wall on the left, breast only, fixed shape, grey values of the field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.breast import field as breast_field
from models.breast.field import Field, Pixels

SHAPE = (640, 384)  # rows and columns of the crop; a fixed shape also undoes the stretch of research images
MARGIN = 0.02  # share of the box added around the breast, so that the skin line is inside
DARKEST, BRIGHTEST = 1.0, 99.5  # percentiles of the field that become 0 and 1: takes out exposure, window and machine look-up tables

Crop = NDArray[np.uint8]


@dataclass(frozen=True)
class View:
    """One mammogram: pixels (Y, X) in [0, 1], bright is dense; laterality "L" or "R"; view "CC", "MLO", …; `key` names it in the result.

    `spacing_mm`: between rows, between columns; None where the size of a pixel is unknown.
    """

    pixels: Pixels
    laterality: str
    view: str
    key: str
    spacing_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class Prepared:
    """What the network sees of a view, and how to find the way back to it."""

    crop: Crop  # SHAPE, 0 outside the breast, 1..255 inside
    field: Field
    box: tuple[float, float, float, float]  # top, bottom, left, right with the margin, as shares of the original view


def prepare(pixels: Pixels) -> Prepared:
    """Read a view (Y, X) in [0, 1].

    Raises NoResult as `field.find` does.
    """
    field = breast_field.find(pixels)
    box = _with_margin(field.box)
    image = _cut(1 - pixels if field.inverted else pixels, box)
    inside = _cut(field.mask.astype(np.float32), box) > 0.5
    if field.chest_wall_right:
        image, inside = image[:, ::-1], inside[:, ::-1]
    return Prepared(_to_bytes(image, inside), field, box)


def _with_margin(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    top, bottom, left, right = box
    rows, columns = MARGIN * (bottom - top), MARGIN * (right - left)
    return max(0.0, top - rows), min(1.0, bottom + rows), max(0.0, left - columns), min(1.0, right + columns)


def _cut(image: NDArray[np.float32], box: tuple[float, float, float, float]) -> Pixels:
    """The box of an image, resized to SHAPE with averaging."""
    height, width = image.shape
    top, bottom, left, right = box
    part = (left * width, top * height, right * width, bottom * height)
    whole = Image.fromarray(np.ascontiguousarray(image, np.float32))
    return np.asarray(whole.resize(SHAPE[::-1], Image.Resampling.BILINEAR, box=part), np.float32)


def _to_bytes(image: Pixels, inside: NDArray[np.bool_]) -> Crop:
    low, high = np.percentile(image[inside], [DARKEST, BRIGHTEST])
    scaled = np.clip((image - low) / max(high - low, 1e-6), 0, 1)
    return np.where(inside, 1 + np.rint(scaled * 254), 0).astype(np.uint8)
