"""Several cases of one person: one case each must give DeLong back, and copies of a case must add no certainty."""

import time

import numpy as np
import pytest

from core.metrics import clusters, roc


def sample(seed: int, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) < n // 3
    return truth, rng.normal(size=n) + truth


def test_one_case_each_gives_delong() -> None:
    truth, score = sample(0)
    ours, plain = clusters.auc(truth, score, np.arange(200)), roc.auc(truth, score)
    assert (ours.value, ours.low, ours.high) == pytest.approx((plain.value, plain.low, plain.high), abs=1e-9)


def test_copies_of_each_case_add_no_certainty() -> None:
    truth, score = sample(1)
    copied = [np.repeat(each, 5) for each in (truth, score, np.arange(200))]
    ours, plain = clusters.auc(*copied), roc.auc(truth, score)
    assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high), abs=1e-9)
    assert roc.auc(copied[0], copied[1]).low > ours.low


def test_bootstrap_by_person_agrees_with_the_formula() -> None:
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(150), 3)
    truth = rng.random(450) < 0.3
    score = rng.normal(size=450) + truth + rng.normal(size=150)[person]
    formula, drawn = clusters.auc(truth, score, person), clusters.bootstrap_auc(truth, score, person)
    assert (drawn.low, drawn.high) == pytest.approx((formula.low, formula.high), abs=0.015)


def test_bootstrap_counts_ties_one_half() -> None:
    truth = np.array([0, 1, 0, 1, 0, 1])
    assert clusters.bootstrap_auc(truth, np.ones(6), np.arange(6), replicates=50).low == 0.5


def test_paired_comparison_with_one_case_each_gives_delong() -> None:
    truth, first = sample(3)
    second = first + np.random.default_rng(4).normal(size=200)
    ours, plain = clusters.compare(truth, first, second, np.arange(200)), roc.compare(truth, first, second)
    assert ours.p_value == pytest.approx(plain.p_value)
    assert ours.difference.low == pytest.approx(plain.difference.low)


def test_a_single_person_in_a_class_gives_a_wide_interval() -> None:
    interval = clusters.auc([1, 1, 0, 0, 0], [5, 4, 3, 2, 1], [0, 0, 1, 2, 3])
    assert interval.low < 0.6


def test_person_must_fit_the_cases() -> None:
    with pytest.raises(ValueError, match="one person for each case"):
        clusters.auc([1, 0], [0.2, 0.1], [1])


def test_two_thousand_replicates_of_twenty_thousand_exams_would_take_five_seconds_at_most() -> None:
    truth, score = sample(5, 20_000)
    took = []
    for _ in range(3):
        start = time.process_time()
        clusters.bootstrap_auc(truth, score, np.arange(20_000) // 2, replicates=200)
        took.append(time.process_time() - start)
    assert min(took) * 10 < 5
