"""What a threshold does: recall rate, sensitivity, specificity and predictive values, each as a proportion with its Wilson interval.

A case is positive when its score is >= the threshold. A threshold chosen on the same cases that are then counted makes the counts
look a little better than they will be; choose it on other cases where that matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.labels import both_classes, scored
from core.metrics.proportions import Proportion, proportion


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The confusion matrix at one threshold."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def n(self) -> int:
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def recall_rate(self) -> Proportion:
        """Positive calls among all cases (programme word: recall; not the sensitivity)."""
        return proportion(self.true_positives + self.false_positives, self.n)

    @property
    def sensitivity(self) -> Proportion:
        return proportion(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> Proportion:
        return proportion(self.true_negatives, self.true_negatives + self.false_positives)

    @property
    def ppv(self) -> Proportion:
        return proportion(self.true_positives, self.true_positives + self.false_positives)

    @property
    def npv(self) -> Proportion:
        return proportion(self.true_negatives, self.true_negatives + self.false_negatives)


def at(truth: ArrayLike, score: ArrayLike, thresholds: Iterable[float]) -> tuple[OperatingPoint, ...]:
    """One operating point per threshold, in the given order; truth (n,) of 0/1, score (n,)."""
    positive, values = scored(truth, score)
    found, alarms = np.sort(values[positive]), np.sort(values[~positive])
    points = []
    for threshold in map(float, thresholds):
        missed, cleared = int(np.searchsorted(found, threshold)), int(np.searchsorted(alarms, threshold))
        points.append(OperatingPoint(threshold, len(found) - missed, len(alarms) - cleared, missed, cleared))
    return tuple(points)


def sensitivity_at_specificity(truth: ArrayLike, score: ArrayLike, specificity: float) -> OperatingPoint:
    """The lowest threshold among the scores whose specificity is at least the wanted one; above every score if no score reaches it."""
    _check_share("specificity", specificity)
    positive, values = both_classes(truth, score)
    alarms = np.sort(values[~positive])
    allowed = int(np.floor((1 - specificity) * len(alarms) + 1e-9))
    floor = alarms[len(alarms) - allowed - 1] if allowed < len(alarms) else -np.inf  # the threshold must lie above this score
    above = values[values > floor]
    return at(truth, score, [above.min() if above.size else np.nextafter(values.max(), np.inf)])[0]


def specificity_at_sensitivity(truth: ArrayLike, score: ArrayLike, sensitivity: float) -> OperatingPoint:
    """The highest threshold whose sensitivity is at least the wanted one."""
    _check_share("sensitivity", sensitivity)
    positive, values = both_classes(truth, score)
    found = np.sort(values[positive])[::-1]
    needed = max(1, int(np.ceil(sensitivity * len(found) - 1e-9)))
    return at(truth, score, [found[needed - 1]])[0]


def ppv_at_prevalence(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Positive predictive value in a population of another prevalence than the test set (Bayes); ValueError if no call is positive."""
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity), ("prevalence", prevalence)):
        _check_share(name, value)
    hits, alarms = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    if hits + alarms == 0:
        raise ValueError("no case is called positive at this sensitivity and specificity, so there is no predictive value")
    return hits / (hits + alarms)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; expected a share between 0 and 1")
