"""Funnels with exact limits, exceptions that find what was planted and nothing else, differences, and since when."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from core.clock import today
from core.figures.course import since, trend
from core.figures.exceptions import breaches
from core.figures.settings import Settings
from core.metrics.difference import newcombe
from core.metrics.funnel import ACT, WATCH, curve, funnel, limits, surprise
from core.metrics.gaps import NONE, Gaps
from core.metrics.programme import Tally, exceptions
from core.metrics.screening import Terms
from core.words import say
from core.workflow.period import Period
from core.workflow.programme_figures import Group, ProgrammeFigures, Question, _counts
from tests.cohort_build import DEFAULTS, terms

RATE = 0.04


def year(sites: np.ndarray, recalled: np.ndarray, readers: np.ndarray | None = None, days: np.ndarray | None = None) -> pd.DataFrame:
    """Breast exams with a site, recalled or not, spread over two years; nothing else happens to them."""
    n = len(sites)
    made = pd.DataFrame({name: [value] * n for name, value in DEFAULTS.items()})
    made["category"] = np.where(recalled, "0", "1")
    made["decision"] = np.where(recalled, "assessment", "routine_recall")
    made["site_id"], made["first_reader"] = sites, sites if readers is None else readers
    made["exam_date"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(n) % 730 if days is None else days, unit="D")
    made["quarter"] = pd.Categorical(made.exam_date.dt.year.astype(str) + " Q" + made.exam_date.dt.quarter.astype(str))
    made["outcome_certainty"] = None
    return made


def asked(made: pd.DataFrame, own: Terms | None = None) -> ProgrammeFigures:
    tally = Tally(made, own or terms(), bands={})
    whole = Group(say("breast"), len(made), tally.indicators())
    names = {"site": {int(site): f"S{site}" for site in sorted(made.site_id.unique())},
             "reader": {int(one): f"R{one}" for one in sorted(made.first_reader.unique())}}  # fmt: skip
    day = today()
    return ProgrammeFigures(
        asked=Question("breast", Period(say("all"), day, day)), settings=Settings(0, (50, 70), {}, frozenset()), terms=terms(), first=None,
        last=None, as_of=day, synthetic=False, both=False, counts=_counts(made), whole=whole,
        exceptions=exceptions(whole.indicators), frame=made, rounds=pd.DataFrame(), gaps=NONE, about=(), tally=tally, names=names,
    )  # fmt: skip


@pytest.mark.parametrize("confidence", [WATCH, ACT])
@pytest.mark.parametrize("rate", [0.0051, 0.116])
def test_the_limits_are_those_of_the_binomial_distribution(rate: float, confidence: float) -> None:
    sizes = [1, 40, 1000, 5000, 10000]
    tail = (1 - confidence) / 2
    low, high = curve(rate, sizes, confidence=confidence)
    for place, n in enumerate(sizes):
        found = limits(rate, n, confidence=confidence)
        assert (found.low, found.high) == (binom.ppf(tail, n, rate), binom.ppf(1 - tail, n, rate))
        assert found.rates == (low[place], high[place])


def test_limits_of_the_table() -> None:
    """domain/statistics.md: 5.1 per 1000 among 1000: 0–13 and 1–10."""
    assert (limits(0.0051, 1000).low, limits(0.0051, 1000).high) == (0, 13)
    assert (limits(0.0051, 1000, confidence=WATCH).low, limits(0.0051, 1000, confidence=WATCH).high) == (1, 10)


def test_a_funnel_finds_the_outlier_and_not_the_others() -> None:
    drawn = funnel([("a", 42, 1000), ("b", 38, 1000), ("c", 40, 1000), ("far", 90, 1000), ("empty", 0, 0)])
    assert drawn is not None
    assert drawn.rate == pytest.approx(210 / 4000)
    assert {point.key: point.standing for point in drawn.points} == {"a": "inside", "b": "watch", "c": "inside", "far": "act"}
    assert funnel([("a", 0, 0)]) is None


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 400), st.floats(0.01, 0.6))
def test_what_lies_beyond_the_limits_is_as_unlikely_as_they_say(events: int, n: int, rate: float) -> None:
    events = min(events, n)
    if not limits(rate, n).hold(events):
        assert surprise(events, n, rate) <= 1 - ACT + 1e-12


def test_noise_of_a_hundred_sites_raises_less_than_one_alarm() -> None:
    rng = np.random.default_rng(20261123)
    alarms = []
    for _ in range(12):
        sites = np.repeat(np.arange(100), rng.integers(80, 400, 100))
        found = asked(year(sites, rng.random(len(sites)) < RATE))
        alarms.append(len([one for one in breaches(found) if one.kind == "site"]))
    assert np.mean(alarms) < 1


@pytest.fixture(scope="module")
def planted() -> ProgrammeFigures:
    """Ten sites of 1800 exams, each with two readers; site 7 recalls three times as often from the second half of 2025 on."""
    rng = np.random.default_rng(5)
    sites = np.repeat(np.arange(10), 1800)
    days = np.tile(np.arange(1800) * 730 // 1800, 10)
    chance = np.where((sites == 7) & (days >= 181), 3 * RATE, RATE)
    readers = sites * 2 + rng.integers(0, 2, len(sites))
    return asked(year(sites, rng.random(len(sites)) < chance, readers, days))


def test_a_planted_breach_is_told_once_with_its_beginning(planted: ProgrammeFigures) -> None:
    (one,) = breaches(planted)
    assert (one.kind, str(one.part), one.indicator.key) == ("site", "S7", "recall")
    assert one.since in {"2025 Q3", "2025 Q4", "2026 Q1"}
    assert one.limits is not None
    assert one.indicator.numerator > one.limits.high


def test_a_reader_of_that_site_is_not_told_again_but_an_outlying_reader_is() -> None:
    rng = np.random.default_rng(8)
    sites = np.repeat(np.arange(6), 900)
    readers = sites * 3 + rng.integers(0, 3, len(sites))
    chance = np.where(readers == 4, 3 * RATE, RATE)
    found = breaches(asked(year(sites, rng.random(len(sites)) < chance, readers)))
    assert ("reader", "R4") in {(one.kind, str(one.part)) for one in found}
    assert {str(one.part) for one in found if one.kind == "reader"} == {"R4"}


def test_since_is_the_beginning_of_the_last_run() -> None:
    high = lambda x, n: x / n > 0.10  # noqa: E731
    quarters = [("Q1", 20, 100), ("Q2", 0, 200), ("Q3", 30, 100), ("Q4", 9, 100)]
    assert since(quarters, high) == "Q3"
    assert since([("Q1", 20, 100), ("Q2", 0, 200)], high) is None
    assert since([], high) is None


def test_a_trend_needs_more_than_chance() -> None:
    flat = [(f"Q{k}", 10 + k % 2, 250) for k in range(8)]
    up = [(f"Q{k}", 10 if k < 4 else 30, 250) for k in range(8)]
    assert (trend(flat), trend(up), trend(up[::-1])) == ("steady", "rising", "falling")
    assert trend(up[:4]) is None


def test_newcombe_1998_example() -> None:
    """Table II of the paper, method 10: 56/70 − 48/80 = 0.2000 (0.0524 to 0.3339); 9/10 − 3/10 = 0.6000 (0.1705 to 0.8090)."""
    for x, n, y, m, wanted in ((56, 70, 48, 80, (0.2, 0.0524, 0.3339)), (9, 10, 3, 10, (0.6, 0.1705, 0.8090))):
        gap = newcombe(y, m, x, n)
        assert (round(gap.value, 4), round(gap.low, 4), round(gap.high, 4)) == wanted


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(30, 90), st.integers(0, 30), st.integers(30, 90))
def test_a_difference_turns_with_its_groups(x: int, n: int, y: int, m: int) -> None:
    one, other = newcombe(x, n, y, m), newcombe(y, m, x, n)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert -1 <= one.low <= one.value <= one.high <= 1


def test_sites_chosen_for_a_study_are_no_exception_and_no_measure_for_others() -> None:
    rng = np.random.default_rng(3)
    sites = np.repeat(np.arange(5), 800)
    made = asked(year(sites, rng.random(len(sites)) < np.where(sites == 2, 0.4, RATE)))
    assert "S2" in {str(one.part) for one in breaches(made)}
    chosen = Gaps(chosen={"exams": sites == 2})
    apart = replace(made, gaps=chosen, _groups={}, _cuts={})
    assert [one for one in breaches(apart) if one.kind == "site"] == []
