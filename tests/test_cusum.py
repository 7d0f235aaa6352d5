"""A change is found soon, and a steady stream is left in peace."""

import numpy as np
import pytest

from core.metrics import cusum, run_length
from core.metrics.cusum import of_events, of_scores


def by_hand(steps: list[float]) -> list[float]:
    sums, last = [], 0.0
    for step in steps:
        last = max(0.0, last + step)
        sums.append(last)
    return sums


def test_the_sums_are_page_s() -> None:
    steps = np.random.default_rng(1).normal(-0.1, 1, 500)
    assert cusum._sums(steps) == pytest.approx(by_hand(steps.tolist()))


def test_the_limit_is_the_published_one() -> None:
    """A one-sided normal chart with allowance 0.5 and limit 4 runs 336 cases, with limit 5 930 (Montgomery: two-sided 168, 465)."""
    assert cusum._run_length(lambda edge: cusum.ndtr(edge + 0.5), 4.0) == pytest.approx(336, rel=0.03)
    assert cusum._run_length(lambda edge: cusum.ndtr(edge + 0.5), 5.0) == pytest.approx(930, rel=0.03)


def test_a_doubled_recall_rate_from_case_500_is_found_by_700() -> None:
    rng = np.random.default_rng(3)
    found = [of_events(np.concatenate((rng.random(500) < 0.1, rng.random(500) < 0.25)), 0.1).alarm for _ in range(10)]
    assert all(alarm is not None and 500 <= alarm < 700 for alarm in found), found


def test_shifted_scores_from_case_500_are_found_by_700() -> None:
    rng = np.random.default_rng(4)
    reference = rng.beta(2, 8, 5000)
    found = [of_scores(np.concatenate((rng.beta(2, 8, 500), rng.beta(3, 7, 500))), reference).alarm for _ in range(10)]
    assert all(alarm is not None and 500 <= alarm < 700 for alarm in found), found


def test_twenty_steady_streams_give_at_most_one_alarm() -> None:
    rng = np.random.default_rng(5)
    reference = rng.beta(2, 8, 5000)
    events = sum(of_events(rng.random(1000) < 0.1, 0.1).alarm is not None for _ in range(20))
    scores = sum(of_scores(rng.beta(2, 8, 1000), reference).alarm is not None for _ in range(20))
    assert events <= 1
    assert scores <= 1


def test_a_fallen_rate_is_found_too() -> None:
    chart = of_events(np.concatenate((np.tile([1, 0, 0, 0, 0], 100), np.zeros(200))), 0.2)
    assert chart.alarm is not None
    assert chart.up[-1] == 0 < chart.down[-1]


@pytest.mark.parametrize(("events", "expected", "named"), [([0, 2], 0.1, "other values than 0 and 1"), ([0, 1], 1.0, "expected is 1.0")])
def test_what_cannot_be_is_refused(events: list[int], expected: float, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        of_events(events, expected)


def test_a_small_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="reference has 99 values"):
        of_scores([0.5], np.zeros(99))


@pytest.mark.parametrize(("up", "jump", "height"), [(0.1, 4, 12), (0.02, 20, 60), (0.3, 2, 9)])
def test_run_length_of_jumps_is_that_of_the_chain_solved_whole(up: float, jump: int, height: int) -> None:
    chain = np.zeros((height, height))
    for state in range(height):
        chain[state, max(state - 1, 0)] += 1 - up
        if state + jump < height:
            chain[state, state + jump] += up
    run = float(np.linalg.solve(np.eye(height) - chain, np.ones(height))[0])
    assert run_length.limit_of_jumps(up, jump, run * (1 - 1e-9)) == height
    assert run_length.limit_of_jumps(up, jump, run * (1 + 1e-9)) == height + 1


@pytest.mark.parametrize(("up", "fall", "height"), [(0.9, 10, 30), (0.995, 230, 600), (0.6, 2, 8)])
def test_run_length_of_steps_is_that_of_the_chain_solved_whole(up: float, fall: int, height: int) -> None:
    chain = np.zeros((height, height))
    for state in range(height):
        chain[state, max(state - fall, 0)] += 1 - up
        if state + 1 < height:
            chain[state, state + 1] += up
    run = float(np.linalg.solve(np.eye(height) - chain, np.ones(height))[0])
    assert run_length.limit_of_steps(up, fall, run * (1 - 1e-9)) == height
    assert run_length.limit_of_steps(up, fall, run * (1 + 1e-9)) == height + 1


@pytest.mark.parametrize("rate", [0.003, 0.007, 0.03, 0.1, 0.4, 0.9])
def test_rare_and_frequent_events_are_left_in_peace_and_watched(rate: float) -> None:
    """Cancers at 7 of 1000 as well as recalls at 10 %: steady streams are silent, and a large change is found."""
    rng = np.random.default_rng(11)
    silent = [of_events(rng.random(2000) < rate, rate).alarm for _ in range(20)]
    assert sum(alarm is not None for alarm in silent) <= 1
    more = rate * 6 if rate < 0.1 else 1 - (1 - rate) / 4
    chart = of_events(np.concatenate((rng.random(500) < rate, rng.random(1500) < more)), rate)
    assert chart.alarm is not None
    assert 500 <= chart.alarm < 1500
    assert chart.rising
