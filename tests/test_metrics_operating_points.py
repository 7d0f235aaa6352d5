"""Operating points recomputed from the confusion matrix."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from core.metrics import operating_points as points

TRUTH = np.array([1] * 6 + [0] * 8)
SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.65, 0.5, 0.45, 0.3, 0.3, 0.2, 0.1, 0.05])


@pytest.mark.parametrize("threshold", [-1, 0.05, 0.3, 0.31, 0.55, 0.9, 1])
def test_counts_are_those_of_the_confusion_matrix(threshold: float) -> None:
    point = points.at(TRUTH, SCORE, [threshold])[0]
    tn, fp, fn, tp = confusion_matrix(TRUTH, threshold <= SCORE).ravel()
    assert (point.true_negatives, point.false_positives, point.false_negatives, point.true_positives) == (tn, fp, fn, tp)


def test_every_rate_carries_its_counts() -> None:
    point = points.at(TRUTH, SCORE, [0.5])[0]
    shown = [(r.numerator, r.denominator) for r in (point.recall_rate, point.sensitivity, point.specificity, point.ppv, point.npv)]
    assert shown == [(7, 14), (5, 6), (6, 8), (5, 7), (6, 7)]
    assert point.sensitivity.interval is not None
    assert point.sensitivity.interval.low == pytest.approx(0.4365, abs=1e-4)


def test_no_positive_call_has_no_ppv() -> None:
    assert points.at(TRUTH, SCORE, [2])[0].ppv.interval is None


@pytest.mark.parametrize(
    ("specificity", "true_positives", "threshold"), [(1, 3, 0.7), (0.875, 5, 0.55), (0.8, 5, 0.55), (0.75, 5, 0.5), (0, 6, 0.05)]
)
def test_sensitivity_at_specificity(specificity: float, true_positives: int, threshold: float) -> None:
    point = points.sensitivity_at_specificity(TRUTH, SCORE, specificity)
    assert (point.true_positives, point.threshold) == (true_positives, threshold)
    assert point.true_negatives >= specificity * 8


def test_specificity_that_no_score_reaches_calls_nobody_positive() -> None:
    point = points.sensitivity_at_specificity([1, 0], [0.5, 0.9], 1)
    assert (point.true_positives, point.false_positives) == (0, 0)


@pytest.mark.parametrize(("sensitivity", "true_negatives"), [(1, 5), (5 / 6, 7), (0.5, 8), (0, 8)])
def test_specificity_at_sensitivity(sensitivity: float, true_negatives: int) -> None:
    assert points.specificity_at_sensitivity(TRUTH, SCORE, sensitivity).true_negatives == true_negatives


def test_predictive_value_at_another_prevalence() -> None:
    assert points.ppv_at_prevalence(0.9, 0.9, 0.5) == pytest.approx(0.9)
    assert points.ppv_at_prevalence(0.9, 0.9, 0.01) == pytest.approx(0.0833, abs=1e-4)
    with pytest.raises(ValueError, match="no case is called positive"):
        points.ppv_at_prevalence(0, 1, 0.5)


@pytest.mark.parametrize("wanted", [-0.1, 1.1, 95])
def test_shares_only(wanted: float) -> None:
    with pytest.raises(ValueError, match="share between 0 and 1"):
        points.sensitivity_at_specificity(TRUTH, SCORE, wanted)
