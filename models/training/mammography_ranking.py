"""How well logits rank the views and breasts of a set: the figures that training shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.breast import aggregate
from models.breast.table import Labelled

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def figures(rows: Sequence[Labelled], cancer: Floats, dense: Floats) -> dict[str, float]:
    """Areas under the ROC curve of cancer per breast and per image, and of C and D against A and B.

    What cannot be counted is left out, but for the first: whoever decides by it sees nan, and not another figure in its place.
    """
    breasts, truth, _ = by_breast(rows, cancer)
    known = np.array([row.density is not None for row in rows], np.bool_)
    parts = {
        "breast_auc": area(truth, breasts),
        "image_auc": area(np.array([row.cancer for row in rows], np.bool_), cancer),
        "density_auc": area(np.array([row.density in ("C", "D") for row in rows], np.bool_)[known], dense[known]),
    }
    return {name: value for name, value in parts.items() if name == "breast_auc" or not math.isnan(value)}


def by_breast(rows: Sequence[Labelled], cancer: Floats) -> tuple[Floats, Flags, list[str]]:
    """Cancer logit, truth and woman of every breast."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(row.breast, []).append(number)
    logits = np.array([aggregate.breast(cancer[numbers].tolist()) for numbers in found.values()])
    truth = np.array([any(rows[number].cancer for number in numbers) for numbers in found.values()], np.bool_)
    return logits, truth, [woman for woman, _ in found]


def area(truth: Flags, score: Floats) -> float:
    """Area under the ROC curve, ties counted half; nan with one class only."""
    positive, negative = np.sort(score[truth]), np.sort(score[~truth])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / 2 / len(negative))
