"""From logits to the numbers people see: calibrated probabilities, the same at screening prevalence, and the exam score 1–10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit

from models.breast import aggregate

SCREENING_PREVALENCE = 0.006  # women with cancer among women screened, as screening programmes find (issue of this model's card)
LEVELS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Platt's lines for a view and for a breast, the share of breasts with cancer they were fitted at, the limits of the exam score."""

    view_slope: float
    view_intercept: float
    breast_slope: float
    breast_intercept: float
    fitted_prevalence: float
    limits: tuple[float, ...]  # ascending breast probabilities; the score is 1 + how many are reached

    def view(self, logits: float) -> float:
        """Probability of cancer in what one view shows, in the case-control set."""
        return float(expit(self.view_slope * logits + self.view_intercept))

    def breast(self, logits: Sequence[float]) -> float:
        """Probability of cancer in a breast from the logits of its views, in the case-control set."""
        return float(expit(self.breast_slope * aggregate.breast(logits) + self.breast_intercept))

    def exam_score(self, breasts: Sequence[float]) -> int:
        """1–10: the tenth of a screening population the more suspicious breast falls into."""
        return 1 + int(np.searchsorted(self.limits, aggregate.woman(breasts), side="right"))

    def at_prevalence(self, probability: float, prevalence: float = SCREENING_PREVALENCE) -> float:
        """The same evidence where `prevalence` of the breasts have cancer (Bayes' rule on the odds)."""
        inside = min(max(probability, 1e-9), 1 - 1e-9)
        return float(expit(logit(inside) + logit(prevalence) - logit(self.fitted_prevalence)))

    def as_thresholds(self) -> dict[str, float]:
        """As the card keeps it."""
        numbers = {name: getattr(self, name) for name in NAMES}
        return numbers | {f"exam_score_{level + 2}": limit for level, limit in enumerate(self.limits)}

    @classmethod
    def of(cls, thresholds: Mapping[str, float]) -> Calibration:
        """As the card keeps it. Raises KeyError when a number is missing."""
        limits = tuple(thresholds[f"exam_score_{level}"] for level in range(2, LEVELS + 1))
        view_slope, view_intercept, breast_slope, breast_intercept, prevalence = (thresholds[name] for name in NAMES)
        return cls(view_slope, view_intercept, breast_slope, breast_intercept, prevalence, limits)


NAMES = ("view_slope", "view_intercept", "breast_slope", "breast_intercept", "fitted_prevalence")


def platt(logits: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of the logistic line with the highest likelihood (Platt 1999, without his target smoothing)."""

    def negative(line: Floats) -> float:
        return -float(np.where(truth, log_expit(line[0] * logits + line[1]), log_expit(-line[0] * logits - line[1])).sum())

    found = minimize(negative, np.array([1.0, 0.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8})
    return float(found.x[0]), float(found.x[1])


def deciles(values: Floats, cancer: NDArray[np.bool_], prevalence: float = SCREENING_PREVALENCE) -> tuple[float, ...]:
    """The nine limits that cut a population with `prevalence` cancers into tenths, from a case-control set re-weighted to it."""
    weight = np.where(cancer, prevalence / cancer.mean(), (1 - prevalence) / (~cancer).mean())
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    places = np.searchsorted(share, np.arange(1, LEVELS) / LEVELS, side="right")
    return tuple(float(value) for value in values[order][np.minimum(places, len(values) - 1)])
