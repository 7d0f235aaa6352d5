"""`mammography`: cancer and density on a folder laid out like rsna_mammography, every woman scored by networks that never saw her."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import research_images
from models.breast import table
from models.breast.table import Labelled
from models.breast.view import Crop, prepare
from models.evaluation import mammography_figures as figures
from models.mammography import Answer, Mammography
from models.refusal import NoResult

log = logging.getLogger(__name__)

NOTE = (
    "Probabilities are calibrated to the case-control training set (Platt's line on women each network never saw), not to a screening "
    "population: sensitivity, specificity and AUC carry over, predictive values do not."
)


@dataclass(frozen=True)
class Scored:
    """The labelled views that got a score, in order, and why the others got none."""

    rows: tuple[Labelled, ...]
    answers: tuple[Answer, ...]
    known_women: int
    refused: dict[str, str]


def evaluate(folder: Path) -> dict[str, Any]:
    """The report on one folder. Raises NoResult when it cannot be read or holds only one class."""
    rows = table.read(folder)
    if len({row.cancer for row in rows}) < 2:
        raise NoResult("All images have the same label; figures need women with and without cancer.")
    model = Mammography.load()
    scored = score(model, rows)
    if len({row.cancer for row in scored.rows}) < 2:
        raise NoResult(f"Of {len(rows)} images only {len(scored.rows)} could be scored, all of one class.")
    own = scored.known_women > len({row.woman for row in scored.rows}) / 2
    report = figures.report(scored.rows, scored.answers, model.calibration, own_women=own)
    report |= {
        "n": len(scored.rows),
        "model": model.card.identity,
        "device": model.device,
        "women_seen_in_training": scored.known_women,
        "women_scored_by": "the fold that never saw them; all folds for women no network saw",
        "calibration_note": NOTE,
        "refused": scored.refused,
    }
    return report


def score(model: Mammography, rows: tuple[Labelled, ...]) -> Scored:
    """Score all rows woman by woman, all views of a woman together."""
    done: list[Labelled] = []
    answers: list[Answer] = []
    refused: dict[str, str] = {}
    known = 0
    for number, (woman, part) in enumerate(_by_woman(rows), start=1):
        readable, crops = _crops(part, refused)
        known += model.known.held_out(woman, crops) is not None
        answers += model.answer(crops, model.without(woman, crops))
        done += readable
        if number % 50 == 0:
            log.info("%d women scored", number)
    return Scored(tuple(done), tuple(answers), known, refused)


def _by_woman(rows: tuple[Labelled, ...]) -> Iterator[tuple[str, list[Labelled]]]:
    grouped: dict[str, list[Labelled]] = {}
    for row in rows:
        grouped.setdefault(row.woman, []).append(row)
    yield from grouped.items()


def _crops(rows: list[Labelled], refused: dict[str, str]) -> tuple[list[Labelled], list[Crop]]:
    readable, crops = [], []
    for row in rows:
        try:
            crops.append(prepare(research_images.pixels(row.file)).crop)
            readable.append(row)
        except NoResult as reason:
            refused[row.file.name] = str(reason)
    return readable, crops
