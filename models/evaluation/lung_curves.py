"""The points behind the plots of a malignancy report: ROC of the model and of the diameter, and volumes against the readers'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import proportions, roc
from models.evaluation.lung_nodules import Reading

MOST = 2000
"""A report keeps at most so many points of one plot."""
Floats = NDArray[np.float64]


def curves(readings: Sequence[Reading]) -> dict[str, Any]:
    """`roc`, `roc_diameter`: rows of false positive rate, sensitivity and its Wilson limits; `bland_altman`: rows of volumes."""
    truth = np.array([reading.crop.malignant for reading in readings], dtype=bool)
    score = np.array([reading.found.malignancy if reading.found else 0.0 for reading in readings])
    diameter = np.array([reading.crop.diameter_mm for reading in readings])
    found: dict[str, Any] = {"bland_altman": _volumes(readings)}
    if truth.any() and not truth.all():
        found |= {"roc": points(truth, score), "roc_diameter": points(truth, diameter)}
    return found


def points(truth: NDArray[np.bool_], score: Floats) -> list[list[float]]:
    """Corners of the ROC curve as rows of false positive rate, sensitivity, lower and upper limit."""
    line, positives = roc.curve(truth, score), int(truth.sum())
    chosen = thinned(len(line.sensitivity))
    limits = [proportions.wilson(round(float(line.sensitivity[n]) * positives), positives) for n in chosen]
    rows = zip(chosen, limits, strict=True)
    return [[_short(line.false_positive_rate[n]), _short(one.value), _short(one.low), _short(one.high)] for n, one in rows]


def _volumes(readings: Sequence[Reading]) -> list[list[float]]:
    """Rows of the readers' and the model's volume in mm³, of nodules that were measured."""
    pairs = [(reading.crop.measurements.volume_mm3, reading.found.measurements.volume_mm3) for reading in readings if reading.found]
    kept = [pair for pair in pairs if min(pair) > 0]
    return [[round(float(kept[n][0]), 1), round(float(kept[n][1]), 1)] for n in thinned(len(kept))]


def thinned(count: int, most: int = MOST) -> list[int]:
    """At most `most` of the numbers below `count`, evenly spread, the first and the last among them."""
    return sorted({int(n) for n in np.linspace(0, count - 1, min(count, most)).round()}) if count else []


def _short(value: float) -> float:
    return round(float(value), 5)
