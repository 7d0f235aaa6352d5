"""What the model would do in a screening population: recall at 90 % specificity, and cancers by exam score 1–10.

The women of a case-control set are weighted so that 0.6 % of them have cancer; intervals come from drawing women, each class by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import operating_points, proportions
from core.metrics.interval import Interval
from models.breast.calibration import LEVELS, SCREENING_PREVALENCE, Calibration
from models.evaluation.mammography_cases import Bools, Cases, Floats

SPECIFICITY, DRAWS = 0.9, 500
NOTE = "women weighted to a prevalence of 0.6 %; in the training set mostly only the affected breast of a woman with cancer was at hand"
Levels = NDArray[np.int64]
Rates = dict[str, float]


def measured(women: Cases, line: Calibration, *, own_women: bool) -> dict[str, Any] | None:
    """Recall rate and predictive value at 90 % specificity, and the table of the exam score, per woman; None with one class of women."""
    if women.truth.all() or not women.truth.any():
        return None
    score = np.array([line.exam_score([one]) for one in women.probability])
    return {
        "prevalence": SCREENING_PREVALENCE,
        "note": NOTE,
        "n": len(women.truth),
        "cancers": int(women.truth.sum()),
        "at_90_specificity": _with_limits(women.truth, women.probability, _recall),
        "exam_score": {
            "limits_set_on": "the same women" if own_women else "other women",
            "sensitivity_of_10": asdict(_share(score[women.truth] == LEVELS)),
            "sensitivity_of_9_and_10": asdict(_share(score[women.truth] >= LEVELS - 1)),
            "sensitivity_of_8_to_10": asdict(_share(score[women.truth] >= LEVELS - 2)),
            "levels": [_level(women.truth, score, level) for level in range(1, LEVELS + 1)],
        },
    }


def _recall(truth: Bools, probability: Floats) -> Rates:
    """Share recalled, predictive value and sensitivity at the lowest threshold that leaves 90 % of the healthy alone."""
    point = operating_points.sensitivity_at_specificity(truth, probability, SPECIFICITY)
    found, healthy = point.true_positives / truth.sum(), point.false_positives / (~truth).sum()
    recalled = float(SCREENING_PREVALENCE * found + (1 - SCREENING_PREVALENCE) * healthy)
    value = float(SCREENING_PREVALENCE * found) / recalled if recalled else 0.0
    return {"recall_rate": recalled, "positive_predictive_value": value, "sensitivity": float(found)}


def _level(truth: Bools, score: Levels, level: int) -> dict[str, Any]:
    """One line of the table: women and cancers counted, and what they stand for among screened women."""
    here = score == level
    told = {"score": level, "women": int(here.sum()), "cancers": int((here & truth).sum())}
    return told | {"share_of_cancers": asdict(_share(here[truth]))} | _with_limits(truth, here.astype(np.float64), _weighted)


def _weighted(truth: Bools, here: Floats) -> Rates:
    """Share of the screened who fall here, and how many in a thousand of them have cancer."""
    with_cancer, without = SCREENING_PREVALENCE * here[truth].mean(), (1 - SCREENING_PREVALENCE) * here[~truth].mean()
    share = float(with_cancer + without)
    return {"share_of_screened": share, "cancers_per_1000": 1000 * float(with_cancer) / share if share else 0.0}


def _with_limits(truth: Bools, value: Floats, measure: Callable[[Bools, Floats], Rates]) -> dict[str, Any]:
    """Each rate with the 2.5 and 97.5 percentile of drawing women with and without cancer."""
    found, chance = measure(truth, value), np.random.default_rng(0)
    classes = np.flatnonzero(truth), np.flatnonzero(~truth)
    draws = [np.concatenate([chance.choice(one, len(one)) for one in classes]) for _ in range(DRAWS)]
    again = [measure(truth[drawn], value[drawn]) for drawn in draws]
    return {name: _limits(value, [one[name] for one in again]) for name, value in found.items()}


def _limits(value: float, drawn: list[float]) -> dict[str, float]:
    low, high = (float(limit) for limit in np.quantile(drawn, [0.025, 0.975]))
    return {"value": value, "low": min(value, low), "high": max(value, high)}


def _share(hits: Bools) -> Interval:
    return proportions.wilson(int(hits.sum()), len(hits))
