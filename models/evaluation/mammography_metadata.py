"""What can be known without looking at the image: age, machine, implant and view. An image model must be better than this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from core.metrics import clusters
from models.breast import folds
from models.breast.table import Labelled

PARTS = 5
FEWEST = 20  # women of each class that are needed for five folds to mean anything


def baseline(rows: Sequence[Labelled]) -> dict[str, Any]:
    """AUC per image and per breast of a logistic regression, five folds by woman on the same rows; or the reason why there is none."""
    if any(row.age is None and row.machine is None and row.implant is None for row in rows):
        return {"reason": "labels.csv names no age, machine or implant for some images"}
    truth = np.array([row.cancer for row in rows])
    women = np.array([row.woman for row in rows])
    if min(len(set(women[truth])), len(set(women[~truth]))) < FEWEST:
        return {"reason": f"needs at least {FEWEST} women with and {FEWEST} without cancer"}
    score = _out_of_fold(_design(rows), truth, np.array([folds.fold(f"metadata {woman}", PARTS) for woman in women]))
    breasts, place = np.unique([f"{row.woman}/{row.laterality}" for row in rows], return_inverse=True)
    mean = np.bincount(place, score) / np.bincount(place)
    cancer = np.bincount(place, truth) > 0
    owner = np.array([name.rsplit("/", 1)[0] for name in breasts])
    return {
        "features": "age, machine, implant, view",
        "image": {"n": len(rows), "auc": asdict(clusters.auc(truth, score, women))},
        "breast": {"n": len(breasts), "auc": asdict(clusters.auc(cancer, mean, owner))},
    }


def _design(rows: Sequence[Labelled]) -> NDArray[np.float64]:
    """Age in decades and its square, implant, and one column for every machine and view."""
    age = np.array([np.nan if row.age is None else row.age for row in rows])
    decades = (np.where(np.isnan(age), np.nanmean(age) if not np.isnan(age).all() else 60, age) - 60) / 10
    columns = [decades, decades**2, np.array([float(bool(row.implant)) for row in rows])]
    for values in ([row.machine for row in rows], [row.view for row in rows]):
        columns += [np.array([float(value == name) for value in values]) for name in sorted({str(value) for value in values})]
    return np.stack(columns, 1)


def _out_of_fold(design: NDArray[np.float64], truth: NDArray[np.bool_], part: NDArray[np.int64]) -> NDArray[np.float64]:
    score = np.zeros(len(truth))
    for number in np.unique(part):
        held_out = part == number
        model = LogisticRegression(C=1.0, max_iter=2000).fit(design[~held_out], truth[~held_out])
        score[held_out] = model.decision_function(design[held_out])
    return score
