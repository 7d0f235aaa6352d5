"""Control limits of a funnel plot: how far a reader or site may lie from the programme's rate by chance alone.

Exact binomial limits, because the normal limits are wrong in the tail of rare events such as cancers detected.
Spiegelhalter DJ. Stat Med 2005;24:1185.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from core.metrics.labels import Floats

WATCH, ACT = 0.95, 0.998
Standing = Literal["inside", "watch", "act"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts of events that are still inside the limits, both ends included, among n."""

    low: int
    high: int
    n: int

    @property
    def rates(self) -> tuple[float, float]:
        return self.low / self.n, self.high / self.n

    def hold(self, events: int) -> bool:
        return self.low <= events <= self.high


@dataclass(frozen=True, slots=True)
class Point:
    """One site or reader: `events` among `n`, with the limits for watching (95 %) and for acting (99.8 %)."""

    key: str
    events: int
    n: int
    watch: Limits
    act: Limits

    @property
    def standing(self) -> Standing:
        if self.act.hold(self.events):
            return "inside" if self.watch.hold(self.events) else "watch"
        return "act"

    @property
    def above(self) -> bool:
        return self.events > self.watch.high


@dataclass(frozen=True, slots=True)
class Funnel:
    """`rate` of all together and a point for each part that has cases."""

    rate: float
    points: tuple[Point, ...]


def limits(rate: float, n: int, *, confidence: float = ACT) -> Limits:
    """Limits around the programme's rate for n cases; customary levels are 0.95 (watch) and 0.998 (act)."""
    if not 0 < confidence < 1 or not 0 <= rate <= 1 or n < 1:
        raise ValueError(f"rate {rate}, n {n}, confidence {confidence}; expected a rate and a level within 0–1 and n >= 1")
    tail = (1 - confidence) / 2
    return Limits(int(binom.ppf(tail, n, rate)), int(binom.ppf(1 - tail, n, rate)), n)


def funnel(parts: Iterable[tuple[str, int, int]]) -> Funnel | None:
    """(key, events, n) of each site or reader against the rate of all; None when there is no case."""
    known = [(key, events, n) for key, events, n in parts if n > 0]
    total = sum(n for _key, _events, n in known)
    if not total:
        return None
    rate = sum(events for _key, events, _n in known) / total
    made = (Point(key, events, n, limits(rate, n, confidence=WATCH), limits(rate, n, confidence=ACT)) for key, events, n in known)
    return Funnel(rate, tuple(made))


def curve(rate: float, sizes: Sequence[int], *, confidence: float) -> tuple[Floats, Floats]:
    """Lower and upper limit as rates for each n of `sizes`, for drawing."""
    n: NDArray[np.int64] = np.asarray(sizes, dtype=np.int64)
    tail = (1 - confidence) / 2
    return binom.ppf(tail, n, rate) / n, binom.ppf(1 - tail, n, rate) / n


def surprise(events: int, n: int, rate: float) -> float:
    """Two-sided exact probability of events as far out as these among n; the smaller, the less it is chance."""
    lower, upper = float(binom.cdf(events, n, rate)), float(binom.sf(events - 1, n, rate))
    return min(1.0, 2 * min(lower, upper))
