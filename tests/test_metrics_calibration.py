"""Calibration and decision curve: the worked example of the statistics page, and statsmodels as a second opinion."""

import numpy as np
import pytest
from scipy.special import expit, logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from core.metrics import calibration
from core.metrics.decision_curve import decision_curve

TRUTH = np.array([0, 0, 1, 1, 0, 1, 0, 1, 0, 0])
P = np.array([0.05, 0.15, 0.85, 0.65, 0.25, 0.95, 0.45, 0.35, 0.55, 0.10])


def test_worked_example_brier_and_ece() -> None:
    assert calibration.brier(TRUTH, P) == pytest.approx(0.11725)
    assert calibration.ece(TRUTH, P, bins=5) == pytest.approx(0.225)


def test_reliability_table_counts_every_case_once() -> None:
    rows = calibration.reliability([0, 1, 1, 0], [0.0, 0.2, 1.0, 0.19], bins=5)
    assert [(row.n, row.observed.numerator) for row in rows] == [(2, 0), (1, 1), (0, 0), (0, 0), (1, 1)]
    assert (rows[2].mean_probability, rows[2].observed.interval) == (None, None)
    assert (rows[1].low, rows[1].high, rows[1].mean_probability) == (0.2, 0.4, 0.2)


def test_slope_and_intercept_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(0)
    p = expit(rng.normal(-1, 1.5, 800))
    truth = (rng.random(800) < expit(0.5 + 0.6 * logit(p))).astype(int)
    ours = calibration.slope_intercept(truth, p)
    theirs = GLM(truth, np.column_stack([np.ones(800), logit(p)]), family=Binomial()).fit()
    large = GLM(truth, np.ones(800), family=Binomial(), offset=logit(p)).fit()
    values, limits = [*theirs.params, *large.params], [*theirs.conf_int(), *large.conf_int()]
    for interval, value, (low, high) in zip((ours.intercept, ours.slope, ours.in_the_large), values, limits, strict=True):
        assert (interval.value, interval.low, interval.high) == pytest.approx((value, low, high), abs=1e-6)


def test_perfect_calibration_has_slope_one_inside() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.02, 0.98, 3000)
    result = calibration.slope_intercept(rng.random(3000) < p, p)
    assert result.slope.low < 1 < result.slope.high
    assert result.in_the_large.low < 0 < result.in_the_large.high


@pytest.mark.parametrize(("truth", "p"), [([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]), ([1, 1], [0.3, 0.4]), ([0, 1], [0.5, 0.5])])
def test_no_finite_slope_is_refused(truth: list[int], p: list[float]) -> None:
    with pytest.raises(ValueError, match="do not overlap"):
        calibration.slope_intercept(truth, p)


@pytest.mark.parametrize(("p", "words"), [([0.5, 1.2], "from 0.5 to 1.2"), ([0.5, np.nan], "missing"), ([0.5], "equal length")])
def test_impossible_probabilities_are_named(p: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        calibration.brier([0, 1], p)


def test_worked_example_net_benefit() -> None:
    curve = decision_curve(TRUTH, P, [0.1, 0.2, 0.5])
    assert curve.model == pytest.approx([0.34444, 0.325, 0.200], abs=1e-5)
    assert curve.all == pytest.approx([0.4 - 0.6 / 9, 0.4 - 0.6 / 4, -0.2])


@pytest.mark.parametrize("threshold", [0, 1, -0.1])
def test_threshold_must_lie_inside(threshold: float) -> None:
    with pytest.raises(ValueError, match="ends excluded"):
        decision_curve(TRUTH, P, [threshold])
