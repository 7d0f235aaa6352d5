"""Proportions with Wilson intervals; a small numerator is marked so that nobody reads "1 of 3" as a rate.

Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

from core.metrics.interval import Interval, normal_quantile

STABLE_NUMERATOR = 25
"""Below this numerator the rate is shown as "x of n" only (the rule of the English KC62 return)."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """numerator / denominator with its interval; the interval is None exactly when the denominator is 0 (nothing to divide by)."""

    numerator: int
    denominator: int
    interval: Interval | None

    @property
    def stable(self) -> bool:
        """True when the numerator is large enough (25) for the rate to be compared with others."""
        return self.numerator >= STABLE_NUMERATOR

    @property
    def value(self) -> float | None:
        return None if self.interval is None else self.interval.value


def wilson(successes: float, n: float, *, confidence: float = 0.95) -> Interval:
    """Wilson score interval of successes / n.

    Raises ValueError when n is 0: no proportion exists; use `proportion`, which carries that case as `interval=None`.
    """
    _check_counts(successes, n)
    if n == 0:
        raise ValueError("n is 0, so there is no proportion; expected at least one case")
    z = normal_quantile(confidence)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else min(centre - half, rate)
    high = 1.0 if successes == n else max(centre + half, rate)
    return Interval(rate, low, high)


def proportion(numerator: int, denominator: int, *, confidence: float = 0.95) -> Proportion:
    """The proportion to show: counts, Wilson interval (None for 0 of 0) and whether the numerator is stable."""
    _check_counts(numerator, denominator)
    interval = wilson(numerator, denominator, confidence=confidence) if denominator else None
    return Proportion(int(numerator), int(denominator), interval)


def _check_counts(successes: float, n: float) -> None:
    if not (isfinite(successes) and isfinite(n)) or successes < 0 or n < 0:
        raise ValueError(f"counts are {successes} of {n}; expected finite numbers that are not negative")
    if successes > n:
        raise ValueError(f"counts are {successes} of {n}; expected a numerator that is not above the denominator")
