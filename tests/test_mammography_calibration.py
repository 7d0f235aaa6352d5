"""Platt's line, re-weighting to screening prevalence and the exam score's tenths."""

import numpy as np
import pytest
from scipy.special import expit

from models.breast.calibration import Calibration, deciles, platt
from tests.breast_build import LINE


def test_platt_finds_the_line_the_labels_were_drawn_from() -> None:
    draw = np.random.default_rng(0)
    logits = draw.normal(0, 2, 40_000)
    truth = draw.random(len(logits)) < expit(0.6 * logits - 0.8)
    assert platt(logits, truth) == pytest.approx((0.6, -0.8), abs=0.04)


def test_the_same_evidence_at_screening_prevalence() -> None:
    """Bayes by hand: odds 0.34/0.66 at a prevalence of 0.34 are a likelihood ratio of 1, so the probability is the prevalence."""
    assert LINE.at_prevalence(0.34, 0.006) == pytest.approx(0.006)
    odds = 0.8 / 0.2 / (0.34 / 0.66) * (0.006 / 0.994)
    assert LINE.at_prevalence(0.8) == pytest.approx(odds / (1 + odds))


def test_tenths_are_those_of_the_population_not_of_the_case_control_set() -> None:
    """Half of the set has cancer with high values; re-weighted, the tenths are nearly those of the healthy."""
    values = np.concatenate([np.linspace(0, 0.5, 1000), np.linspace(0.5, 1, 1000)])
    cancer = np.arange(2000) >= 1000
    limits = deciles(values, cancer, 0.006)
    assert limits == tuple(sorted(limits))
    assert limits[4] == pytest.approx(0.25, abs=0.01)
    assert limits[8] == pytest.approx(0.45, abs=0.01)


def test_exam_score_counts_the_limits_the_worse_breast_reaches() -> None:
    assert LINE.exam_score([0.05]) == 1
    assert LINE.exam_score([0.05, 0.55]) == 6
    assert LINE.exam_score([0.99]) == 10


def test_the_card_keeps_the_calibration() -> None:
    assert Calibration.of(LINE.as_thresholds()) == LINE


def test_a_card_without_a_limit_is_not_used() -> None:
    thresholds = LINE.as_thresholds()
    del thresholds["exam_score_7"]
    with pytest.raises(KeyError, match="exam_score_7"):
        Calibration.of(thresholds)
