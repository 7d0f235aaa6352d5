"""Has something changed from some case on? Cumulative sums over a stream of cases, with the false-alarm rate chosen beforehand.

Page ES. Continuous inspection schemes. Biometrika 1954;41:100. Run lengths by a Markov chain: Brook D, Evans DA. Biometrika 1972;59:539.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from core.metrics.labels import Floats
from core.metrics.run_length import limit_of_jumps, limit_of_steps

STATES = 100  # of the Markov chain; more change the run length by about 1 %
FALSE_ALARM_EVERY = 100_000  # cases, on average
SHIFT = 0.5  # standard deviations of a score that are worth an alarm


@dataclass(frozen=True, slots=True)
class Chart:
    """The two sums after each case (n,), the limit, and the first case over it (counted from 0; None: no alarm)."""

    up: Floats
    down: Floats
    limit_up: float
    limit_down: float

    @property
    def alarm(self) -> int | None:
        over = np.flatnonzero((self.up > self.limit_up) | (self.down > self.limit_down))
        return int(over[0]) if over.size else None

    @property
    def since(self) -> int | None:
        """Where the change that gave the alarm seems to have begun: the case after the sum last stood at 0 (None: no alarm)."""
        if self.alarm is None:
            return None
        sums = self.up if self.up[self.alarm] > self.limit_up else self.down
        at_zero = np.flatnonzero(sums[: self.alarm] <= 0)
        return int(at_zero[-1]) + 1 if at_zero.size else 0

    @property
    def rising(self) -> bool:
        """Whether the alarm, where there is one, says "more" and not "less"."""
        return self.alarm is not None and bool(self.up[self.alarm] > self.limit_up)


def of_events(events: ArrayLike, expected: float, *, odds_ratio: float = 2.0, false_alarm_every: float = FALSE_ALARM_EVERY) -> Chart:
    """Chart of yes/no events (n,), such as recalls, against an `expected` rate: odds `odds_ratio` times higher or lower.

    `false_alarm_every`: cases between two false alarms on average, while nothing changes.
    """
    happened = np.asarray(events, dtype=np.float64)
    if not np.isin(happened, (0, 1)).all():
        raise ValueError("events hold other values than 0 and 1; expected one yes or no for each case")
    if not 0 < expected < 1 or odds_ratio <= 1:
        raise ValueError(f"expected is {expected} and odds_ratio {odds_ratio}; expected a rate between 0 and 1, and a ratio above 1")
    charts = [_bernoulli(happened, expected, ratio, 2 * false_alarm_every) for ratio in (odds_ratio, 1 / odds_ratio)]
    return Chart(charts[0][0], charts[1][0], charts[0][1], charts[1][1])


def of_scores(scores: ArrayLike, reference: ArrayLike, *, shift: float = SHIFT, false_alarm_every: float = FALSE_ALARM_EVERY) -> Chart:
    """Chart of scores (n,) against a `reference` sample, by rank, so that any distribution will do; `shift` in standard deviations."""
    now, before = np.asarray(scores, dtype=np.float64), np.sort(np.asarray(reference, dtype=np.float64))
    if before.size < 100 or not (np.isfinite(before).all() and np.isfinite(now).all()):
        raise ValueError(f"reference has {before.size} values; expected at least 100, and finite numbers in both")
    middle = (np.searchsorted(before, now, "left") + np.searchsorted(before, now, "right")) / 2
    normal = ndtri((middle + 0.5) / (before.size + 1))
    limit = _normal_limit(shift, 2 * false_alarm_every)
    return Chart(_sums(normal - shift / 2), _sums(-normal - shift / 2), limit, limit)


@cache
def _normal_limit(shift: float, run: float) -> float:
    return _limit(lambda edge: ndtr(edge + shift / 2), run)


def _bernoulli(happened: Floats, expected: float, ratio: float, run: float) -> tuple[Floats, float]:
    """Sums in units of the smaller step, and their limit."""
    yes, no = _ratios(expected, ratio)
    rising, chance = (happened > 0, expected) if yes > no else (happened <= 0, 1 - expected)
    climb, fall = max(yes, no), -min(yes, no)
    if climb >= fall:
        jump = max(1, min(round(climb / fall), ceil((1 - chance) / chance) - 1))  # on the whole it falls while nothing changes
        return _sums(np.asarray(np.where(rising, jump, -1), np.float64)), limit_of_jumps(chance, jump, run) - 0.5
    drop = max(round(fall / climb), floor(chance / (1 - chance)) + 1)
    return _sums(np.asarray(np.where(rising, 1, -drop), np.float64)), limit_of_steps(chance, drop, run) - 0.5


def _ratios(expected: float, ratio: float) -> tuple[float, float]:
    """Log likelihood ratio of a case with and without the event."""
    changed = expected * ratio / (1 - expected + expected * ratio)
    return float(np.log(changed / expected)), float(np.log((1 - changed) / (1 - expected)))


def _sums(steps: Floats) -> Floats:
    """max(0, sum so far + step) after each step: the running total above its lowest value so far."""
    total = np.cumsum(steps)
    lowest: Floats = np.minimum(np.minimum.accumulate(total), 0.0)
    return total - lowest


def _limit(share_up_to: Callable[[Floats], Floats], run: float) -> float:
    """The limit at which a chart without change runs for `run` cases on average; by halving."""
    low, high = 0.05, 30.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _run_length(share_up_to, middle) < run else (low, middle)
    return high


def _run_length(share_up_to: Callable[[Floats], Floats], limit: float) -> float:
    """Average cases until the sum passes `limit`, from a sum of 0."""
    width = limit / (STATES - 0.5)
    centres = np.arange(STATES) * width
    edges = centres[None, :] + width / 2 - centres[:, None]
    reached = share_up_to(edges)
    moves = np.diff(reached, axis=1, prepend=0.0)  # state 0 takes everything at or below its upper edge
    try:
        run = float(np.linalg.solve(np.eye(STATES) - moves, np.ones(STATES))[0])
    except np.linalg.LinAlgError:  # so far away that no case passes it
        return np.inf
    return run if run >= 1 else np.inf  # numerically the same
