"""Wilson intervals against the fixtures of the statistics page and against statsmodels."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from core.metrics.interval import Interval, normal_quantile
from core.metrics.proportions import proportion, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high", "digits"),
    [
        (0, 50, 0, 7.13, 2),
        (50, 50, 92.87, 100, 2),
        (20, 143, 9.24, 20.62, 2),
        (5747, 6710, 84.79, 86.47, 2),
        (225612, 2264089, 9.926, 10.004, 3),
        (143, 985, 12.5, 16.9, 1),
        (20, 985, 1.32, 3.12, 2),
        (61, 747, 6.4, 10.4, 1),
        (10, 61, 9.2, 27.6, 1),
        (29, 642, 3.2, 6.4, 1),
        (3, 29, 3.6, 26.4, 1),
    ],
)
def test_published_and_computed_rows(successes: int, n: int, low: float, high: float, digits: int) -> None:
    interval = wilson(successes, n)
    assert (round(interval.low * 100, digits), round(interval.high * 100, digits)) == (low, high)


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 7, 0.9), (1, 1000, 0.95), (998, 1000, 0.998)])
def test_agrees_with_statsmodels(successes: int, n: int, confidence: float) -> None:
    interval = wilson(successes, n, confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx(proportion_confint(successes, n, 1 - confidence, "wilson"), abs=1e-12)


def test_nothing_to_divide_by_is_no_rate() -> None:
    with pytest.raises(ValueError, match="n is 0"):
        wilson(0, 0)
    empty = proportion(0, 0)
    assert (empty.interval, empty.value, empty.stable) == (None, None, False)


@pytest.mark.parametrize(("numerator", "stable"), [(24, False), (25, True)])
def test_small_numerators_are_marked(numerator: int, stable: bool) -> None:
    assert proportion(numerator, 1000).stable is stable


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (float("nan"), 5), (1, float("inf"))])
def test_impossible_counts_are_named(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match="counts are"):
        wilson(successes, n)


@pytest.mark.parametrize(("value", "low", "high"), [(0.5, 0.6, 0.7), (0.8, 0.6, 0.7), (float("nan"), 0, 1)])
def test_an_interval_cannot_be_inside_out(value: float, low: float, high: float) -> None:
    with pytest.raises(ValueError, match="interval needs"):
        Interval(value, low, high)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(confidence)
