"""Scored views joined to what figures are counted on: images, breasts and women."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.breast import aggregate
from models.breast.calibration import Calibration
from models.breast.ensemble import Answer
from models.breast.table import Labelled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """Cases (N,) of one unit: truth, probability, the woman each belongs to, and one row of each for subgroups."""

    truth: Bools
    probability: Floats
    woman: NDArray[np.str_]
    rows: tuple[Labelled, ...]

    def where(self, keep: Bools) -> Cases:
        """Only some of the cases."""
        rows = tuple(row for row, kept in zip(self.rows, keep, strict=True) if kept)
        return Cases(self.truth[keep], self.probability[keep], self.woman[keep], rows)

    def by(self, column: str) -> NDArray[np.str_]:
        """(N,) what a column of the table says of each case; empty where it says nothing."""
        return np.array([getattr(row, column) or "" for row in self.rows], np.str_)


@dataclass(frozen=True)
class Units:
    """The same scored views as images, as breasts (`logits`: of each breast, before any calibration) and as women."""

    images: Cases
    breasts: Cases
    women: Cases
    logits: Floats


def units(rows: Sequence[Labelled], answers: Sequence[Answer], line: Calibration) -> Units:
    """A breast has the mean logit of its views, a woman the probability of her more suspicious breast; cancer when any part has it."""
    truth = np.array([row.cancer for row in rows], np.bool_)
    images = Cases(truth, np.array([line.view(answer.cancer) for answer in answers]), np.array([row.woman for row in rows]), tuple(rows))
    parts = _parts([row.breast for row in rows])
    logits = np.array([aggregate.breast([answers[number].cancer for number in part]) for part in parts])
    breasts = _joined(images, parts, [line.breast([logit]) for logit in logits])
    parts = _parts(list(breasts.woman))
    return Units(images, breasts, _joined(breasts, parts, [aggregate.woman(list(breasts.probability[part])) for part in parts]), logits)


def _parts(keys: Sequence[Hashable]) -> list[list[int]]:
    """The numbers of the cases of each key, in the order in which keys appear."""
    place: dict[Hashable, list[int]] = {}
    for number, key in enumerate(keys):
        place.setdefault(key, []).append(number)
    return list(place.values())


def _joined(cases: Cases, parts: Sequence[list[int]], probability: Sequence[float]) -> Cases:
    truth = np.array([cases.truth[part].any() for part in parts], np.bool_)
    first = [part[0] for part in parts]
    return Cases(truth, np.array(probability), cases.woman[first], tuple(cases.rows[number] for number in first))
