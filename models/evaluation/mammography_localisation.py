"""`mammography-localisation`: do the marks point at the lesions? Pointing game and FROC on a folder laid out like mini_mias.

The film mammograms of that set were never trained on. A mark hits when it lies inside a lesion's circle; the centre's y counts from the
bottom of the image. Lesions without a place are counted and left out. Beside the network stand a mark thrown blindly into the breast and
marks on its brightest blobs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from models import research_images
from models.breast import field, pectoral
from models.breast.exam import ViewResult
from models.evaluation import mammography_brightest as brightest
from models.evaluation import mammography_marks as marks
from models.evaluation.mammography_marks import Film, Lesion
from models.mammography import Mammography, View
from models.refusal import NoResult

COLUMNS = ("image", "severity", "x", "y_from_bottom", "radius_px")
CLASSES = {"M": "malignant", "B": "benign"}
VIEW = "MLO"  # all films of mini-MIAS

Place = tuple[bool, float, float, float]


def evaluate(folder: Path) -> dict[str, Any]:
    """Pointing game and FROC for malignant and for all lesions, with both baselines. Raises NoResult when the folder cannot be read."""
    lesions, without_place = _table(folder / "labels.csv")
    model = Mammography.load()
    films, bright, refused = [], [], {}
    for name, places in lesions.items():
        try:
            film, beside = _films(model, folder / name, places)
        except NoResult as reason:
            refused[name] = str(reason)
            continue
        films.append(film)
        bright.append(beside)
    report: dict[str, Any] = {"n": sum(len(film.lesions) for film in films), "films": len(films)}
    report |= {"women": len({film.woman for film in films})}
    report |= {"model": model.card.identity, "device": model.device, "curves": {"froc": marks.curve(films)}}
    report |= marks.figures(films) | {"baselines": {"brightest_blob": marks.figures(bright)}}
    return report | {"lesions_without_place": without_place, "refused": refused, "misses": list(_misses(films))}


def _films(model: Mammography, path: Path, places: Sequence[Place]) -> tuple[Film, Film]:
    """A film with the model's marks, and the same film with marks on its brightest blobs."""
    pixels = research_images.pixels(path if path.suffix else path.with_suffix(".png"))
    result = model.score([View(pixels, "", VIEW, path.stem)]).views[0]
    if result.reason is not None:
        raise NoResult(result.reason)
    height, width = pixels.shape
    lesions = tuple(Lesion(malignant, x, height - y, radius) for malignant, x, y, radius in places)
    film = Film(path.stem, (height, width), lesions, result.marks, tuple(_covered(result, one, (height, width)) for one in lesions))
    found = field.find(pixels)
    return film, replace(film, marks=brightest.marks(pixels, found, pectoral.find(found, pixels)))


def _covered(result: ViewResult, lesion: Lesion, shape: tuple[int, int]) -> float:
    """The share of the breast (where there is any heat) that the lesion's circle covers: the chance of a blind hit."""
    heat = result.heat
    assert heat is not None  # only scored films are kept
    rows, columns = np.indices(heat.shape)
    y, x = (rows + 0.5) / heat.shape[0] * shape[0], (columns + 0.5) / heat.shape[1] * shape[1]
    inside = heat > 0
    return float((inside & (np.hypot(x - lesion.x, y - lesion.y) <= lesion.radius)).sum() / max(inside.sum(), 1))


def _misses(films: Sequence[Film]) -> Iterator[dict[str, Any]]:
    """Malignant lesions that no mark hit."""
    for film in films:
        for lesion in film.lesions:
            if lesion.malignant and not marks.hit(film, lesion):
                yield {"file": film.name, "x_px": lesion.x, "y_px": lesion.y, "radius_px": lesion.radius}


def _table(path: Path) -> tuple[dict[str, list[Place]], int]:
    """Image → its lesions (malignant, x, y from the bottom, radius), and how many rows have no place."""
    if not path.is_file():
        raise NoResult(f"{path.parent.name} has no labels.csv. Expected: a folder laid out like mini_mias.")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"labels.csv has no rows or lacks the columns {', '.join(missing)}.")
    lesions: dict[str, list[Place]] = {}
    without_place = 0
    for row in rows:
        if not (row["x"] and row["y_from_bottom"] and row["radius_px"]) or row["severity"] not in CLASSES:
            without_place += 1
            continue
        place = float(row["x"]), float(row["y_from_bottom"]), float(row["radius_px"])
        lesions.setdefault(row["image"], []).append((row["severity"] == "M", *place))
    return lesions, without_place
