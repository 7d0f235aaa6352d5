"""What can be known without looking at the image, and what the image adds to it: an image model must be better than these lines.

Every line is a logistic regression in five parts by woman: each breast is scored by a line that was fitted on other women.
"""

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
from models.evaluation.mammography_cases import Bools, Cases, Floats

PARTS = 5
FEWEST = 20  # women of each class that are needed for five parts to mean anything
TOO_FEW = f"needs at least {FEWEST} women with and {FEWEST} without cancer"


def baselines(rows: Sequence[Labelled], breasts: Cases, logits: Floats) -> dict[str, Any]:
    """`baselines` (metadata per image and breast, age alone, image and age together) and the paired tests of the image against them.

    `logits` (N,) are those of the breasts, as the networks gave them.
    """
    age = np.array([np.nan if row.age is None else row.age for row in breasts.rows])
    scores: dict[str, Floats] = {}
    if not _few(breasts) and not np.isnan(age).any():
        decades = (age - 60) / 10
        alone = np.stack([decades, decades**2], 1)
        scores["age"] = _out_of_part(alone, breasts.truth, breasts.woman)
        scores["image_and_age"] = _out_of_part(np.column_stack([alone, logits]), breasts.truth, breasts.woman)
    told: dict[str, Any] = {"metadata": baseline(rows)}
    told |= {name: {"breast": _area(breasts, score)} for name, score in scores.items()}
    found: dict[str, Any] = {"baselines": told}
    if (metadata := _of_breasts(rows, breasts)) is not None:
        found |= _paired("above_metadata", breasts, metadata, logits)
    if scores:
        found |= _paired("above_age", breasts, scores["age"], logits)
        found |= _paired("above_image_with_age", breasts, logits, scores["image_and_age"])
    return found


def baseline(rows: Sequence[Labelled]) -> dict[str, Any]:
    """Areas per image and per breast of age, machine, implant and view together; or the reason why there are none."""
    reason, score = _metadata(rows)
    if score is None:
        return {"reason": reason}
    truth, women = np.array([row.cancer for row in rows]), np.array([row.woman for row in rows])
    cancer, mean, owner = _joined(rows, truth, score)
    return {
        "features": "age, machine, implant, view",
        "image": {"n": len(rows), "auc": asdict(clusters.auc(truth, score, women))},
        "breast": {"n": len(cancer), "auc": asdict(clusters.auc(cancer, mean, owner))},
    }


def _metadata(rows: Sequence[Labelled]) -> tuple[str, Floats | None]:
    """(why there is no score, the score of each image)."""
    if any(row.age is None and row.machine is None and row.implant is None for row in rows):
        return "labels.csv names no age, machine or implant for some images", None
    truth, women = np.array([row.cancer for row in rows]), np.array([row.woman for row in rows])
    if min(len(set(women[truth])), len(set(women[~truth]))) < FEWEST:
        return TOO_FEW, None
    return "", _out_of_part(_design(rows), truth, women)


def _of_breasts(rows: Sequence[Labelled], breasts: Cases) -> Floats | None:
    """(N,) mean of the metadata score over the views of each of the breasts, in their order."""
    _, score = _metadata(rows)
    if score is None:
        return None
    place: dict[tuple[str, str], list[float]] = {}
    for row, value in zip(rows, score, strict=True):
        place.setdefault(row.breast, []).append(float(value))
    return np.array([np.mean(place[row.breast]) for row in breasts.rows])


def _joined(rows: Sequence[Labelled], truth: Bools, score: Floats) -> tuple[Bools, Floats, NDArray[np.str_]]:
    breasts, place = np.unique([f"{row.woman}/{row.laterality}" for row in rows], return_inverse=True)
    owner = np.array([name.rsplit("/", 1)[0] for name in breasts])
    return np.bincount(place, truth) > 0, np.bincount(place, score) / np.bincount(place), owner


def _design(rows: Sequence[Labelled]) -> Floats:
    """Age in decades and its square, implant, and one column for every machine and view."""
    age = np.array([np.nan if row.age is None else row.age for row in rows])
    decades = (np.where(np.isnan(age), np.nanmean(age) if not np.isnan(age).all() else 60, age) - 60) / 10
    columns = [decades, decades**2, np.array([float(bool(row.implant)) for row in rows])]
    for values in ([row.machine for row in rows], [row.view for row in rows]):
        columns += [np.array([float(value == name) for value in values]) for name in sorted({str(value) for value in values})]
    return np.stack(columns, 1)


def _out_of_part(design: Floats, truth: Bools, women: NDArray[np.str_]) -> Floats:
    """(N,) scores, each by a regression that was fitted without its woman's part."""
    part, score = np.array([folds.fold(f"metadata {woman}", PARTS) for woman in women]), np.zeros(len(truth))
    for number in np.unique(part):
        held_out = part == number
        model = LogisticRegression(C=1.0, max_iter=2000).fit(design[~held_out], truth[~held_out])
        score[held_out] = model.decision_function(design[held_out])
    return score


def _few(cases: Cases) -> bool:
    return min(len(set(cases.woman[cases.truth])), len(set(cases.woman[~cases.truth]))) < FEWEST


def _area(breasts: Cases, score: Floats) -> dict[str, Any]:
    return {"n": len(score), "auc": asdict(clusters.auc(breasts.truth, score, breasts.woman))}


def _paired(name: str, breasts: Cases, first: Floats, second: Floats) -> dict[str, Any]:
    """Area of `second` − area of `first` with interval and p value (Obuchowski's variance, by woman); nothing where it has none."""
    try:
        found = clusters.compare(breasts.truth, first, second, breasts.woman)
    except ValueError:
        return {}
    return {name: asdict(found.difference) | {"p_value": found.p_value}}
