"""Marks drawn on a rendered image. The AI's are dashed and say AI, the reader's are solid: they are told apart on black-and-white paper."""

import io
from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.exchange.content import Picture

SIDE = 900  # pixels of the longer side
AI, READER, PAPER, GROUND = (255, 209, 102), (79, 179, 188), (255, 255, 255), (0, 0, 0)
DASH, GAP, PEN = 10.0, 7.0, 3
LETTERS = 26  # pixels; latin letters and digits only are drawn, so the built-in font has all it needs
Point = tuple[float, float]


class Drawing:
    """A grey image enlarged or shrunk to `SIDE`; places are given in its own pixels (column, row), voxel edges at whole numbers."""

    def __init__(self, grey: NDArray[np.uint8], *, mirrored: bool = False, pixel_ratio: float = 1.0, origin: Point = (0.0, 0.0)) -> None:
        """`grey` (Y, X); `pixel_ratio`: height of a pixel by its width; `origin`: where a part was cut out."""
        rows, columns = grey.shape
        self._scale = SIDE / max(columns, rows * pixel_ratio)
        self._down = self._scale * pixel_ratio
        self._columns, self._mirrored, self._origin = columns, mirrored, origin
        size = max(round(columns * self._scale), 1), max(round(rows * self._down), 1)
        image: Any = Image.fromarray(grey[:, ::-1] if mirrored else grey).resize(size, Image.Resampling.LANCZOS)
        self._image = image.convert("RGB")
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(LETTERS)

    def ai_box(self, box: Sequence[float], text: str) -> None:
        """A dashed box (left, top, right, bottom) with its label above."""
        left, top, right, bottom = box
        corners = [self._at((left, top)), self._at((right, top)), self._at((right, bottom)), self._at((left, bottom))]
        for start, end in pairwise([*corners, corners[0]]):
            self._dashed(start, end)
        x, y = min(corner[0] for corner in corners), min(corner[1] for corner in corners)
        self._label((x, y - LETTERS - 6), text, AI)

    def ring(self, centre: Point, radius_px: float, text: str) -> None:
        """The reader's circle around a place, at least large enough to be seen, with its label at the right."""
        x, y = self._at(centre)
        radius = max(radius_px * self._scale, 14.0)
        for colour, pen in ((GROUND, PEN + 4), (READER, PEN)):
            wide = radius + (pen - PEN) / 2
            self._draw.ellipse((x - wide, y - wide, x + wide, y + wide), outline=colour, width=pen)
        self._label((x + radius + 5, y - LETTERS / 2), text, READER)

    def length(self, start: Point, end: Point, text: str = "") -> None:
        """A measured line with ticks at its ends."""
        (x0, y0), (x1, y1) = self._at(start), self._at(end)
        self._line((x0, y0, x1, y1), READER)
        long = hypot(x1 - x0, y1 - y0) or 1.0
        across, along = -(y1 - y0) / long * 7, (x1 - x0) / long * 7
        for x, y in ((x0, y0), (x1, y1)):
            self._line((x - across, y - along, x + across, y + along), READER)
        if text:
            self._label((max(x0, x1) + 6, max(y0, y1) + 2), text, READER)

    def letter(self, text: str, *, right: bool) -> None:
        """A letter of the patient's side at an edge, or the name of the view in a corner."""
        width = self._draw.textlength(text, font=self._font)
        self._draw.text((self._image.width - width - 10 if right else 10, 8), text, font=self._font, fill=PAPER)

    def picture(self, caption: str) -> Picture:
        """The finished PNG."""
        stream = io.BytesIO()
        self._image.save(stream, "PNG", optimize=False)
        return Picture(stream.getvalue(), self._image.width, self._image.height, caption)

    def _at(self, point: Point) -> Point:
        column, row = point[0] - self._origin[0], point[1] - self._origin[1]
        return (self._columns - column if self._mirrored else column) * self._scale, row * self._down

    def _dashed(self, start: Point, end: Point) -> None:
        long = hypot(end[0] - start[0], end[1] - start[1])
        for first in np.arange(0.0, long, DASH + GAP):
            last = min(first + DASH, long)
            points = [start[axis] + (end[axis] - start[axis]) * part / long for part in (first, last) for axis in (0, 1)]
            self._line(points, AI)

    def _line(self, points: Sequence[float], colour: tuple[int, int, int]) -> None:
        """On a dark ground, so that it is seen on bright tissue and on paper."""
        self._draw.line(list(points), fill=GROUND, width=PEN + 4)
        self._draw.line(list(points), fill=colour, width=PEN)

    def _label(self, at: Point, text: str, colour: tuple[int, int, int]) -> None:
        """Kept inside of the image, on a black ground so that it can be read on bright tissue."""
        width = self._draw.textlength(text, font=self._font)
        x = min(max(at[0], 2.0), self._image.width - width - 4)
        y = min(max(at[1], 2.0), float(self._image.height - LETTERS - 6))
        self._draw.rectangle((x - 2, y, x + width + 3, y + LETTERS + 3), fill=GROUND)
        self._draw.text((x, y), text, font=self._font, fill=colour)
