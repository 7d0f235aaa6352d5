"""Do the probabilities of breasts mean what they say: before any line, by lines fitted on other women, and by the installed line.

The installed line was fitted on the training women themselves. So that their error is not told by what it was fitted on, the women are cut
into parts by their identifier and each part is calibrated by a line fitted on the others ("after"). At hospitals of other women the
installed line is the honest one ("as installed").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from core.metrics import calibration
from core.metrics.interval import Interval
from models.breast import folds
from models.breast.calibration import SCREENING_PREVALENCE, platt
from models.evaluation.mammography_cases import Bools, Cases, Floats

BINS, PARTS = 15, 5
FEWEST = 20  # breasts of each class that the lines of five parts need to mean anything
NOTE = "before: the networks' logits as they are; after: a line fitted on other women (five parts); as installed: the card's line"


def measured(breasts: Cases, logits: Floats, *, own_women: bool) -> dict[str, Any]:
    """Brier score and calibration error of the three; slope and bins of the honest one (`own_women`: the training set's own)."""
    truth, crossed = breasts.truth, crossfitted(logits, breasts.truth, breasts.woman)
    honest = crossed if own_women and crossed is not None else breasts.probability
    found: dict[str, Any] = {
        "note": NOTE,
        "shown": "after" if honest is crossed else "as_installed",
        "brier": calibration.brier(truth, honest),
        "ece_10_bins": calibration.ece(truth, honest, bins=10),
        "ece_15_bins": calibration.ece(truth, honest, bins=BINS),
        "before": _fit(truth, expit(logits)),
        "after": None if crossed is None else _fit(truth, crossed),
        "as_installed": _fit(truth, breasts.probability),
        "at_screening_prevalence": at_screening(truth, honest),
        "bins": [_row(one) for one in calibration.reliability(truth, honest, bins=BINS)],
    }
    return found | _line(truth, honest)


def crossfitted(logits: Floats, truth: Bools, woman: NDArray[np.str_]) -> Floats | None:
    """(N,) probabilities, each by a line that was fitted without its woman's part; None with too few breasts of a class."""
    if min(truth.sum(), (~truth).sum()) < FEWEST:
        return None
    part, found = np.array([folds.fold(name, PARTS) for name in woman]), np.zeros(len(logits))
    for number in np.unique(part):
        mine = part == number
        if truth[~mine].all() or not truth[~mine].any():
            return None
        slope, intercept = platt(logits[~mine], truth[~mine])
        found[mine] = expit(slope * logits[mine] + intercept)
    return found


def at_screening(truth: Bools, probability: Floats, prevalence: float = SCREENING_PREVALENCE) -> dict[str, Any]:
    """The same where `prevalence` of the breasts have cancer: probabilities moved by Bayes' rule, cases weighted to it.

    `base_brier` is the score of saying `prevalence` of everybody; nearly all cases lie in the lowest of the bins.
    """
    share = float(truth.mean())
    moved = expit(logit(np.clip(probability, 1e-9, 1 - 1e-9)) + logit(prevalence) - logit(share))
    weight = np.where(truth, prevalence / share, (1 - prevalence) / (1 - share))
    return {
        "prevalence": prevalence,
        "brier": float(np.average((moved - truth) ** 2, weights=weight)),
        "base_brier": prevalence * (1 - prevalence),
        "ece_15_bins": _weighted_error(truth, moved, weight),
        "predicted": float(np.average(moved, weights=weight)),
    }


def _weighted_error(truth: Bools, probability: Floats, weight: Floats) -> float:
    """Mean |predicted − observed| over bins of equal width, each by the weight of its cases (`calibration.ece` with weights)."""
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, weight * (probability - truth), BINS)
    return float(np.abs(gap).sum() / weight.sum())


def _fit(truth: Bools, probability: Floats) -> dict[str, float]:
    return {"brier": calibration.brier(truth, probability), "ece": calibration.ece(truth, probability, bins=BINS)}


def _row(one: calibration.Bin) -> dict[str, Any]:
    return {"low": one.low, "high": one.high, "n": one.n, "predicted": one.mean_probability, "observed": one.observed.value}


def _line(truth: Bools, probability: Floats) -> dict[str, Any]:
    """Slope and intercept of a logistic recalibration (1 and 0 are right); nothing where the classes do not overlap."""
    try:
        found = calibration.slope_intercept(truth, probability)
    except ValueError:
        return {}
    return {"slope": _limits(found.slope), "intercept": _limits(found.intercept)}


def _limits(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}
