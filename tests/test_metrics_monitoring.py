"""Drift, paired calls, agreement, funnel limits and workload: the fixtures of the statistics page."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from core.metrics import agreement, drift, funnel, mcnemar, workload


def test_psi_worked_example() -> None:
    assert drift.psi([0.10, 0.20, 0.40, 0.20, 0.10], [0.05, 0.15, 0.35, 0.25, 0.20]) == pytest.approx(0.136190, abs=1e-6)
    assert drift.psi([10, 20, 40, 20, 10], [5, 15, 35, 25, 20]) == pytest.approx(0.136190, abs=1e-6)


def test_psi_of_an_empty_bin_is_large_but_finite() -> None:
    assert drift.ACT < drift.psi([0.5, 0.5], [1, 0]) < 10


@pytest.mark.parametrize(("before", "now"), [([], []), ([0, 0], [1, 1]), ([1, -1], [1, 1]), ([1, 1], [1, 1, 1]), ([np.nan, 1], [1, 1])])
def test_psi_needs_histograms_over_the_same_bins(before: list[float], now: list[float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        drift.psi(before, now)


def test_quantile_bins_of_the_reference_hold_equal_shares() -> None:
    before, now = drift.histograms(np.arange(1000), np.arange(500), bins=10)
    assert before.tolist() == [100] * 10
    assert now.tolist() == [100] * 5 + [0] * 5


def test_shifts_are_corrected_for_looking_often() -> None:
    rng = np.random.default_rng(0)
    samples = {f"same {i}": (rng.normal(size=300), rng.normal(size=300)) for i in range(20)}
    found = drift.shifts(samples | {"moved": (rng.normal(size=300), rng.normal(0.6, size=300))})
    assert [name for name, shift in found.items() if shift.adjusted_p < 0.05] == ["moved"]
    assert all(shift.adjusted_p >= shift.p_value for shift in found.values())


def test_mcnemar_worked_example() -> None:
    assert mcnemar.statistic(25, 10) == pytest.approx(5.600)
    assert mcnemar.statistic(25, 10, corrected=False) == pytest.approx(6.4286, abs=1e-4)
    assert mcnemar.test(25, 10).p_value == pytest.approx(0.01796, abs=1e-5)


@pytest.mark.parametrize(("b", "c"), [(8, 2), (0, 5), (3, 3), (0, 0)])
def test_few_discordant_cases_are_tested_exactly(b: int, c: int) -> None:
    result = mcnemar.test(b, c)
    assert result.statistic is None
    assert result.p_value == pytest.approx(binomtest(b, b + c).pvalue if b + c else 1)


def test_only_discordant_cases_count() -> None:
    result = mcnemar.compare([1, 1, 0, 0, 0], [1, 1, 0, 1, 1], [1, 0, 0, 0, 1])
    assert (result.only_first, result.only_second) == (1, 1)


@pytest.mark.parametrize("weights", ["none", "quadratic"])
def test_kappa_agrees_with_scikit_learn(weights: str) -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 4, 300)
    second = np.clip(first + rng.integers(-1, 2, 300), 0, 3)
    scheme = None if weights == "none" else weights
    ours = agreement.kappa(first, second, weights=weights)  # type: ignore[arg-type]
    assert ours.value == pytest.approx(cohen_kappa_score(first, second, weights=scheme))
    draws = [cohen_kappa_score(first[pick], second[pick], weights=scheme) for pick in rng.integers(0, 300, (300, 300))]
    assert (ours.low, ours.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.03)


def test_full_agreement_of_few_cases_is_not_certainty() -> None:
    perfect = agreement.kappa(list("ABAB"), list("ABAB"))
    assert perfect.value == 1
    assert perfect.low < 0.2


def test_agreement_on_one_category_says_nothing() -> None:
    with pytest.raises(ValueError, match="into one category"):
        agreement.kappa(["A", "A"], ["A", "A"])
    with pytest.raises(ValueError, match="into one category"):
        agreement.kappa(["A", "A", "A"], ["A", "B", "B"])


def test_unknown_category_is_named() -> None:
    with pytest.raises(ValueError, match="'E'"):
        agreement.kappa(["A", "E"], ["A", "B"], categories=["A", "B", "C", "D"])


def test_limits_of_agreement() -> None:
    result = agreement.limits([10, 20, 30, 40], [11, 22, 31, 42])
    assert (result.bias.value, result.n) == (1.5, 4)
    assert (result.lower, result.upper) == pytest.approx((1.5 - 1.959964 * 0.57735, 1.5 + 1.959964 * 0.57735), abs=1e-4)


@pytest.mark.parametrize(
    ("rate", "n", "act", "watch", "per", "digits"),
    [
        (0.0051, 1000, (0, 13), (1, 10), 1000, 1),
        (0.0051, 5000, (2.2, 8.4), (3.2, 7.2), 1000, 1),
        (0.0051, 10000, (3.0, 7.4), (3.8, 6.5), 1000, 1),
        (0.116, 1000, (8.6, 14.8), (9.7, 13.6), 100, 1),
        (0.116, 5000, (10.22, 13.02), (10.72, 12.50), 100, 2),
    ],
)
def test_funnel_limits(rate: float, n: int, act: tuple[float, float], watch: tuple[float, float], per: int, digits: int) -> None:
    for confidence, expected in ((0.998, act), (0.95, watch)):
        low, high = funnel.limits(rate, n, confidence=confidence).rates
        assert (round(low * per, digits), round(high * per, digits)) == expected


def test_masai_reading_workload() -> None:
    assert workload.saving(46345, 83231) == pytest.approx(0.4432, abs=1e-4)
    with pytest.raises(ValueError, match="against 0"):
        workload.saving(1, 0)
