"""Does the density A–D agree with the readers': per woman, the probabilities of her views averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import agreement, proportions, roc
from models.breast.ensemble import Answer
from models.breast.table import Labelled
from models.networks.breast_net import DENSITIES

FEWEST = 10  # women with and without dense breasts that are needed
Classes = NDArray[np.int64]


def measured(rows: Sequence[Labelled], answers: Sequence[Answer]) -> dict[str, Any] | None:
    """Dense against not, quadratic kappa, share of the same class and the table of both; None where few women have a reader's density.

    Rows of `confusion` are the readers' A to D, columns the model's.
    """
    label, mean = _by_woman(rows, answers)
    dense = label >= DENSITIES.index("C")
    if min(dense.sum(), (~dense).sum()) < FEWEST:
        return None
    called = mean.argmax(1)
    return {
        "n": len(label),
        "women": {letter: int((label == number).sum()) for number, letter in enumerate(DENSITIES)},
        "dense_auc": asdict(roc.auc(dense, mean[:, DENSITIES.index("C") :].sum(1))),
        "quadratic_kappa": _kappa(label, called),
        "same_class": asdict(proportions.wilson(int((label == called).sum()), len(label))),
        "within_one_class": asdict(proportions.wilson(int((np.abs(label - called) <= 1).sum()), len(label))),
        "confusion": [[int(((label == row) & (called == column)).sum()) for column in range(4)] for row in range(4)],
    }


def _by_woman(rows: Sequence[Labelled], answers: Sequence[Answer]) -> tuple[Classes, NDArray[np.float64]]:
    """(readers' class (N,), mean probabilities (N, 4)) of the women whose density is known."""
    label: dict[str, int] = {}
    views: dict[str, list[NDArray[np.float64]]] = {}
    for row, answer in zip(rows, answers, strict=True):
        if row.density is not None:
            label.setdefault(row.woman, DENSITIES.index(row.density))
            views.setdefault(row.woman, []).append(answer.density)
    mean = np.array([np.mean(part, axis=0) for part in views.values()]).reshape(-1, len(DENSITIES))
    return np.array(list(label.values()), np.int64), mean


def _kappa(label: Classes, called: Classes) -> dict[str, Any] | None:
    """None where the model calls everybody the same."""
    try:
        return asdict(agreement.kappa(label, called, weights="quadratic", categories=range(4)))
    except ValueError:
        return None
