"""Mammograms of research sets that are no DICOM files: PNG or JPEG, alone or listed in a CSV `file,exam,laterality,view`.

Side and view come from the table or the command line, never from a file's name. What cannot be read is named with its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.breast.exam import ViewResult
from models.breast.view import View
from models.refusal import NoResult

ENDINGS = (".png", ".jpg", ".jpeg")
COLUMNS = ("file", "exam", "laterality", "view")
SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}
MOST_PIXELS = 120_000_000
COLOUR = 16, 0.01  # grey values apart in two planes, and the share of such pixels, from which an image is a colour image


@dataclass(frozen=True)
class ResearchExam:
    """The views of one exam, and those that could not be read with their reasons."""

    exam: str
    views: tuple[View, ...]
    refused: tuple[ViewResult, ...]


@dataclass(frozen=True)
class _Row:
    file: Path
    exam: str
    laterality: str
    view: str


def read(path: Path, *, laterality: str | None = None, view: str | None = None) -> tuple[ResearchExam, ...]:
    """The exams of a CSV, or the one of a single image with `laterality` and `view` given.

    Raises NoResult when the table or the side is missing; a single unreadable image is a refusal inside its exam.
    """
    if path.suffix.lower() == ".csv":
        rows = _table(path)
    elif path.suffix.lower() in ENDINGS:
        if laterality is None or view is None:
            raise NoResult(f"{path.name} does not say which breast and view it shows. Give --laterality L or R and --view CC or MLO.")
        rows = [_Row(path, path.name, laterality, view)]
    else:
        raise NoResult(f"{path.name} is no CSV, PNG or JPEG file.")
    grouped: dict[str, list[_Row]] = {}
    for row in rows:
        grouped.setdefault(row.exam, []).append(row)
    return tuple(_exam(name, part) for name, part in grouped.items())


def pixels(path: Path) -> NDArray[np.float32]:
    """An image file as (Y, X) in [0, 1] as stored. Raises NoResult when it cannot be read or is a colour image."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NoResult(f"The image has {image.width} × {image.height} pixels; at most {MOST_PIXELS // 1_000_000} million are read.")
            return _grey(image)
    except FileNotFoundError:
        raise NoResult("The file does not exist. Check the path in the table.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as problem:
        raise NoResult("The file is no readable PNG or JPEG image: it is damaged or of another kind.") from problem


def _grey(image: Image.Image) -> NDArray[np.float32]:
    if image.mode in ("I", "I;16", "I;16B", "F"):
        values = np.asarray(image, np.float32)
        low, high = float(values.min()), float(values.max())
        return np.asarray((values - low) / max(high - low, 1e-6) * (high > low), np.float32)
    if image.mode not in ("L", "1", "LA"):
        planes = np.asarray(image.convert("RGB"), np.int16)  # (Y, X, 3)
        apart, share = COLOUR
        if float((np.ptp(planes, axis=2) > apart).mean()) > share:
            raise NoResult("The image is in colour: a photograph or a screenshot, not a mammogram.")
    return np.asarray(np.asarray(image.convert("L")) / 255, np.float32)


def _table(path: Path) -> list[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise NoResult(f"{path.name} is no readable table. Expected: a CSV in UTF-8 with the columns {', '.join(COLUMNS)}.") from problem
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"{path.name} has no rows or lacks the columns {', '.join(missing)}.")
    return [_row(row, path.parent) for row in rows]


def _row(row: Mapping[str, str | None], folder: Path) -> _Row:
    file, exam, laterality, view = ((row.get(name) or "").strip() for name in COLUMNS)
    return _Row(folder / file, exam, laterality, view)


def _exam(name: str, rows: list[_Row]) -> ResearchExam:
    views, refused = [], []
    for row in rows:
        side, view = SIDES.get(row.laterality.upper(), ""), row.view.upper()
        try:
            if not side:
                raise NoResult(f"The side is {row.laterality!r}; expected L or R.")
            views.append(View(pixels(row.file), side, view, row.file.name))
        except NoResult as reason:
            refused.append(ViewResult(row.file.name, side, view, reason=str(reason)))
    return ResearchExam(name, tuple(views), tuple(refused))
