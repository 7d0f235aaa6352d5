"""What marks on films with known lesions hit: pointing game and free-response ROC, the same for a network and for what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.metrics import froc, proportions
from core.metrics.interval import Interval
from core.metrics.marks import Events, match
from models.breast.heat import MARKS, Mark

RATES = (0.5, 1.0, 2.0, 3.0)
"""False marks per film at which sensitivity is read off; with three marks per view there cannot be more than three."""


@dataclass(frozen=True)
class Lesion:
    """A circle in pixels, y from the top."""

    malignant: bool
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Film:
    """One scored film: its lesions, the marks made on it, strongest first, and the share of the breast that each lesion covers."""

    name: str
    shape: tuple[int, int]
    lesions: tuple[Lesion, ...]
    marks: tuple[Mark, ...]
    covered: tuple[float, ...]

    @property
    def woman(self) -> str:
        """Films n and n + 1 with n odd are the two breasts of one woman (mini-MIAS); a film without a number stands alone."""
        number = re.search(r"(\d+)$", self.name)
        return self.name if number is None else f"{self.name[: number.start()]}{(int(number[1]) + 1) // 2}"


def figures(films: Sequence[Film]) -> dict[str, Any]:
    """Malignant lesions (marks on benign ones count neither way) and all lesions, each with pointing game and FROC."""
    return {name: _kind(films, wanted) for name, wanted in (("malignant", (True,)), ("all", (True, False)))}


def curve(films: Sequence[Film]) -> list[tuple[float, float, None, None]]:
    """The FROC curve for all lesions: false marks per film, sensitivity; no limits."""
    if not any(film.lesions for film in films):
        return []
    found = froc.curve(_events(films, (True, False), [film.name for film in films]))
    points = dict(zip(found.false_per_scan.tolist(), found.sensitivity.tolist(), strict=True))
    return [(rate, sensitivity, None, None) for rate, sensitivity in points.items()]


def hit(film: Film, lesion: Lesion, marks: int = MARKS) -> bool:
    """Whether one of the first `marks` marks lies inside the lesion's circle."""
    height, width = film.shape
    return any(np.hypot(mark.x * width - lesion.x, mark.y * height - lesion.y) <= lesion.radius for mark in film.marks[:marks])


def _kind(films: Sequence[Film], wanted: Sequence[bool]) -> dict[str, Any]:
    chosen = [(film, lesion, share) for film in films for lesion, share in zip(film.lesions, film.covered, strict=True)]
    chosen = [(film, lesion, share) for film, lesion, share in chosen if lesion.malignant in wanted]
    if not chosen:
        return {"n": 0}
    blind = np.array([share for *_, share in chosen])
    return {
        "n": len(chosen),
        "hit_by_highest_mark": _share(sum(hit(film, lesion, 1) for film, lesion, _ in chosen), len(chosen)),
        "hit_by_any_mark": _share(sum(hit(film, lesion) for film, lesion, _ in chosen), len(chosen)),
        "blind_mark_expected": float(blind.mean()),
        "blind_any_mark_expected": float((1 - (1 - blind) ** MARKS).mean()),
        "sensitivity_by_false_marks_per_film": _froc(films, wanted),
    }


def _froc(films: Sequence[Film], wanted: Sequence[bool]) -> Mapping[str, Any]:
    """Sensitivity at each rate; the intervals draw women, of whom some have two films, so rates are counted per woman on the way."""
    women = [film.woman for film in films]
    per_woman = np.array(RATES) * len(films) / len(set(women))
    found, _ = froc.bootstrap(_by_woman(_events(films, wanted, [film.name for film in films]), women), per_woman)
    return {f"at_{rate:g}": asdict(interval) for rate, interval in zip(RATES, found, strict=True)}


def _events(films: Sequence[Film], wanted: Sequence[bool], names: Sequence[str]) -> Events:
    """Marks against the wanted lesions of every film; the others are excluded."""
    rows = [(lesion.malignant in wanted, _row(name, lesion)) for name, film in zip(names, films, strict=True) for lesion in film.lesions]
    marks = [
        (name, mark.x * film.shape[1], mark.y * film.shape[0], 0.0, mark.evidence)
        for name, film in zip(names, films, strict=True)
        for mark in film.marks
    ]
    return match([row for is_wanted, row in rows if is_wanted], [row for is_wanted, row in rows if not is_wanted], marks, names)


def _row(name: str, lesion: Lesion) -> tuple[str, float, float, float, float]:
    return name, lesion.x, lesion.y, 0.0, 2 * lesion.radius


def _by_woman(events: Events, women: Sequence[str]) -> Events:
    """The same events with the number of the woman in place of that of her film."""
    order = {woman: number for number, woman in enumerate(dict.fromkeys(women))}
    number = np.array([order[woman] for woman in women], np.int64)
    return Events(events.nodule_score, number[events.nodule_scan], events.false_score, number[events.false_scan], len(order))


def _share(hits: int, n: int) -> dict[str, float]:
    found: Interval = proportions.wilson(hits, n)
    return {"hits": hits} | asdict(found)
