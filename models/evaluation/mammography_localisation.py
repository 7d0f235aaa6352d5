"""`mammography-localisation`: does the heat map point at the lesion? Pointing game on a folder laid out like mini_mias.

The film mammograms of that set were never trained on. A view's highest mark hits when it lies inside a lesion's circle; the centre's y
counts from the bottom of the image. Lesions without a place are counted and left out.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.metrics import proportions
from models import research_images
from models.breast.exam import ViewResult
from models.mammography import Mammography, View
from models.refusal import NoResult

COLUMNS = ("image", "severity", "x", "y_from_bottom", "radius_px")
CLASSES = {"M": "malignant", "B": "benign"}


@dataclass(frozen=True)
class Lesion:
    """A circle in pixels, y from the top."""

    malignant: bool
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Film:
    """One scored film with its lesions and the share of the breast they cover: the chance of a blind hit."""

    lesions: tuple[Lesion, ...]
    result: ViewResult
    shape: tuple[int, int]


def evaluate(folder: Path) -> dict[str, Any]:
    """Pointing-game hits of malignant and of all lesions. Raises NoResult when the folder cannot be read."""
    lesions, without_place = _table(folder / "labels.csv")
    model = Mammography.load()
    films, refused = [], {}
    for name, places in lesions.items():
        try:
            films.append(_film(model, folder / name, places))
        except NoResult as reason:
            refused[name] = str(reason)
    report: dict[str, Any] = {"n": sum(len(film.lesions) for film in films), "films": len(films), "model": model.card.identity}
    for name, kinds in (("malignant", (True,)), ("all", (True, False))):
        chosen = [(film, lesion) for film in films for lesion in film.lesions if lesion.malignant in kinds]
        report[name] = _hits(chosen)
    return report | {"lesions_without_place": without_place, "refused": refused}


def _film(model: Mammography, path: Path, places: Sequence[tuple[bool, float, float, float]]) -> Film:
    file = path if path.suffix else path.with_suffix(".png")
    pixels = research_images.pixels(file)
    result = model.score([View(pixels, "", "MLO", file.name)]).views[0]
    if result.reason is not None:
        raise NoResult(result.reason)
    height, width = pixels.shape
    lesions = tuple(Lesion(malignant, x, height - y, radius) for malignant, x, y, radius in places)
    return Film(lesions, result, (height, width))


def _hits(chosen: Sequence[tuple[Film, Lesion]]) -> dict[str, Any]:
    """Lesions hit by the highest mark, by any of the marks, and by a mark thrown blindly into the breast."""
    if not chosen:
        return {"n": 0}
    first = sum(_hit(film, lesion, 1) for film, lesion in chosen)
    any_mark = sum(_hit(film, lesion, 3) for film, lesion in chosen)
    return {
        "n": len(chosen),
        "hit_by_highest_mark": {"hits": first} | asdict(proportions.wilson(first, len(chosen))),
        "hit_by_any_mark": {"hits": any_mark} | asdict(proportions.wilson(any_mark, len(chosen))),
        "blind_mark_expected": float(np.mean([_blind(film, lesion) for film, lesion in chosen])),
    }


def _hit(film: Film, lesion: Lesion, marks: int) -> bool:
    height, width = film.shape
    return any(np.hypot(mark.x * width - lesion.x, mark.y * height - lesion.y) <= lesion.radius for mark in film.result.marks[:marks])


def _blind(film: Film, lesion: Lesion) -> float:
    """The share of the breast (where there is any heat) that the lesion's circle covers."""
    heat = film.result.heat
    assert heat is not None  # only scored films are kept
    rows, columns = np.indices(heat.shape)
    y, x = (rows + 0.5) / heat.shape[0] * film.shape[0], (columns + 0.5) / heat.shape[1] * film.shape[1]
    inside = heat > 0
    return float((inside & (np.hypot(x - lesion.x, y - lesion.y) <= lesion.radius)).sum() / max(inside.sum(), 1))


def _table(path: Path) -> tuple[dict[str, list[tuple[bool, float, float, float]]], int]:
    """Image → its lesions (malignant, x, y from the bottom, radius), and how many rows have no place."""
    if not path.is_file():
        raise NoResult(f"{path.parent.name} has no labels.csv. Expected: a folder laid out like mini_mias.")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"labels.csv has no rows or lacks the columns {', '.join(missing)}.")
    lesions: dict[str, list[tuple[bool, float, float, float]]] = {}
    without_place = 0
    for row in rows:
        if not (row["x"] and row["y_from_bottom"] and row["radius_px"]) or row["severity"] not in CLASSES:
            without_place += 1
            continue
        place = float(row["x"]), float(row["y_from_bottom"]), float(row["radius_px"])
        lesions.setdefault(row["image"], []).append((row["severity"] == "M", *place))
    return lesions, without_place
