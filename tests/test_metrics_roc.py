"""Area under the curve: the worked example of the statistics page, ties, limits at 1, and the paired test."""

import time

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from core.metrics import roc

TRUTH = np.array([1] * 6 + [0] * 8)
SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.65, 0.5, 0.45, 0.3, 0.3, 0.2, 0.1, 0.05])


def test_worked_example_area_and_variance() -> None:
    area, variance = roc.delong(TRUTH, SCORE)
    assert area == pytest.approx(0.895833, abs=1e-6)
    assert variance == pytest.approx(0.00746528, abs=1e-8)
    assert area - 1.959964 * variance**0.5 == pytest.approx(0.726489, abs=1e-6)
    assert area + 1.959964 * variance**0.5 == pytest.approx(1.065178, abs=1e-6)


def test_interval_stays_inside_one() -> None:
    interval = roc.auc(TRUTH, SCORE)
    assert interval.low < interval.value < interval.high < 1


def test_ties_count_one_half() -> None:
    score = np.random.default_rng(1).integers(0, 4, 200)
    truth = np.random.default_rng(2).integers(0, 2, 200)
    assert roc.auc(truth, score).value == pytest.approx(roc_auc_score(truth, score), abs=1e-12)


@pytest.mark.parametrize(("score", "area"), [(TRUTH, 1.0), (1 - TRUTH, 0.0), (np.zeros(14), 0.5)])
def test_no_variance_never_means_certainty(score: np.ndarray, area: float) -> None:
    interval = roc.auc(TRUTH, score)
    assert interval.value == area
    assert interval.high - interval.low > 0.2


def test_one_case_of_a_class_still_has_a_wide_interval() -> None:
    interval = roc.auc([1, 0, 0, 0], [0.5, 0.1, 0.9, 0.3])
    assert interval.value == pytest.approx(2 / 3)
    assert interval.low < 0.25
    assert interval.high > 0.9


@pytest.mark.parametrize(
    ("truth", "score", "words"),
    [
        ([1, 1], [0.1, 0.2], "2 positive of 2 cases; expected at least one positive and one negative"),
        ([0, 0], [0.1, 0.2], "0 positive of 2"),
        ([], [], "0 positive of 0"),
        ([0, 2], [0.1, 0.2], "expected only 0"),
        ([0, 1], [0.1, np.nan], "1 missing or infinite"),
        ([0, 1, 1], [0.1, 0.3], "equal length"),
    ],
)
def test_impossible_input_is_named(truth: list[int], score: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        roc.auc(truth, score)


def test_coverage_of_the_interval() -> None:
    rng = np.random.default_rng(3)
    truth = np.arange(80) < 30
    inside = 0
    for _ in range(400):
        interval = roc.auc(truth, rng.normal(size=80) + truth * 1.1898)  # true area 0.80
        inside += interval.low <= 0.80 <= interval.high
    assert 0.92 <= inside / 400 <= 0.98


def test_paired_comparison_of_equal_rankings() -> None:
    result = roc.compare(TRUTH, SCORE, SCORE * 2)
    assert (result.difference.value, result.p_value) == (0, 1)


def test_paired_comparison_false_alarm_rate_and_power() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(120) < 40
    same = better = 0
    for _ in range(300):
        shared = rng.normal(size=120) + truth
        first, second = shared + rng.normal(size=120), shared + rng.normal(size=120)
        same += roc.compare(truth, first, second).p_value < 0.05
        better += roc.compare(truth, first, second + 1.5 * truth).p_value < 0.05
    assert same / 300 < 0.09
    assert better / 300 > 0.8


def test_comparison_without_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="no variance over 1 positives and 1 negatives"):
        roc.compare([1, 0], [0.9, 0.1], [0.1, 0.9])


def test_curve_has_the_corners_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    truth, score = rng.integers(0, 2, 500), rng.integers(0, 60, 500)
    ours = roc.curve(truth, score)
    fpr, tpr, threshold = roc_curve(truth, score)
    assert np.trapezoid(ours.sensitivity, ours.false_positive_rate) == pytest.approx(roc_auc_score(truth, score))
    for point in zip(ours.false_positive_rate[1:-1], ours.sensitivity[1:-1], ours.threshold[1:-1], strict=True):
        assert np.isclose(np.column_stack([fpr, tpr, threshold]), point).all(axis=1).any()
    assert (ours.false_positive_rate[0], ours.sensitivity[0], ours.false_positive_rate[-1], ours.sensitivity[-1]) == (0, 0, 1, 1)


def test_a_million_scores_take_less_than_a_second() -> None:
    rng = np.random.default_rng(6)
    truth = rng.random(1_000_000) < 0.05
    score = rng.normal(size=1_000_000) + truth
    took = []
    for _ in range(3):
        start = time.process_time()
        roc.auc(truth, score)
        took.append(time.process_time() - start)
    assert min(took) < 1
