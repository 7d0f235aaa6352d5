"""Where the breast is in a mammogram: polarity, side of the chest wall, tissue against background, labels and markers left out.

Works on a small copy of the view (at most 256 pixels a side) and on pixels alone: no header and no label is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.refusal import NoResult

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

SMALL = 256  # pixels of the longer side of the copy the field is found on
FLAT = 0.02  # the range of grey values, of [0, 1], below which an image is called blank
EXTREME = 0.06  # grey values this near to black or white count as background when the polarity is judged
SMALLEST, LARGEST = 0.03, 0.9  # share of the image a breast field may take
STRAIGHT = 0.4  # least share of the chest wall's edge that is tissue
PLAIN = 0.5  # least share of the background that is near its own median


@dataclass(frozen=True)
class Field:
    """The breast in one view. `box` is (top, bottom, left, right) as shares of the height and width of the original view."""

    mask: Mask  # (h, w) of the small copy, in the orientation of the original view
    box: tuple[float, float, float, float]
    chest_wall_right: bool
    inverted: bool


def find(pixels: Pixels) -> Field:
    """The breast field of a view (Y, X) in [0, 1].

    Raises NoResult when the image is blank, or when what it shows cannot be a breast against a background.
    """
    small = shrink(pixels)
    if not np.isfinite(small).all() or float(np.ptp(small)) < FLAT:
        raise NoResult("The image is blank: it has no contrast. Send the view again from the modality.")
    inverted = is_inverted(small)
    small = 1 - small if inverted else small
    mask = _tissue(small)
    _require_breast(mask, small)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = mask.shape
    box = (rows[0] / height, (rows[-1] + 1) / height, columns[0] / width, (columns[-1] + 1) / width)
    left, right = _filled_edges(mask)
    return Field(mask, box, right > left, inverted)


def shrink(pixels: Pixels) -> Pixels:
    """An averaged copy with at most `SMALL` pixels on the longer side."""
    height, width = pixels.shape
    scale = min(1.0, SMALL / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    image = Image.fromarray(np.ascontiguousarray(pixels, np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BOX, reducing_gap=None), np.float32)


def is_inverted(small: Pixels) -> bool:
    """Whether the background is white: judged on the outermost rows and columns, where background is, and on the whole image."""
    low, high = float(small.min()), float(small.max())
    scaled = (small - low) / (high - low)
    ring = np.concatenate([scaled[:4].ravel(), scaled[-4:].ravel(), scaled[:, :4].ravel(), scaled[:, -4:].ravel()])
    white = (ring > 1 - EXTREME).mean() + (scaled > 1 - EXTREME).mean()
    black = (ring < EXTREME).mean() + (scaled < EXTREME).mean()
    return bool(white > black)


def _tissue(small: Pixels) -> Mask:
    """The largest connected part brighter than the background, holes closed, thin parts (labels, text, film edges) cut off."""
    smooth = ndimage.gaussian_filter(small, 1.0)
    background = float(np.median(smooth[smooth <= np.percentile(smooth, 25)]))
    bright = smooth > background + 0.2 * max(_otsu(smooth) - background, 0.05)
    opened = ndimage.binary_opening(bright, iterations=3)
    parts, count = ndimage.label(opened)
    if not count:
        return np.zeros(small.shape, np.bool_)
    sizes = ndimage.sum_labels(opened, parts, np.arange(1, count + 1))
    largest = parts == int(np.argmax(sizes)) + 1
    grown = ndimage.binary_dilation(largest, iterations=2) & bright
    return np.asarray(ndimage.binary_fill_holes(grown), np.bool_)


def _otsu(smooth: Pixels) -> float:
    """Otsu's threshold: the grey value that splits the histogram with the largest variance between the two parts."""
    counts, edges = np.histogram(smooth, bins=128)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(middle[int(np.nanargmax(between[:-1]))])


def _filled_edges(mask: Mask) -> tuple[float, float]:
    """How much of the field's own left and right edge is tissue: the chest wall cuts the breast off straight, the nipple's side tapers."""
    part = mask[np.ix_(mask.any(1), mask.any(0))]
    strip = max(2, part.shape[1] // 24)
    return float(part[:, :strip].mean()), float(part[:, -strip:].mean())


def _require_breast(mask: Mask, small: Pixels) -> None:
    share = float(mask.mean())
    if share < SMALLEST:
        raise NoResult("No breast was found in the image: it is empty or shows only labels. Check the view on the modality.")
    if share > LARGEST:
        raise NoResult("The image has no background around a breast: it is a photograph, a magnification or the like. It is not scored.")
    if max(_filled_edges(mask)) < STRAIGHT:
        raise NoResult("What the image shows is not cut off straight on one side as a breast is at the chest wall. It is not scored.")
    background = small[~mask]
    if float((np.abs(background - np.median(background)) < EXTREME).mean()) < PLAIN:
        raise NoResult("Around what the image shows there is no plain background: it is a photograph or the like. It is not scored.")
    if float(np.std(small[ndimage.binary_erosion(mask, iterations=4)], dtype=np.float64)) < FLAT / 4:
        raise NoResult("No tissue structure is visible in the breast. Check the view on the modality.")
