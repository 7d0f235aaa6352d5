"""Do two sets of yes/no calls on the same cases differ? McNemar Q. Psychometrika 1947;12:153; exact below 25 discordant cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, chi2

EXACT_BELOW = 25


@dataclass(frozen=True, slots=True)
class Discordance:
    """Cases that only one of the two got right; the statistic is None where the exact binomial test gave the p value."""

    only_first: int
    only_second: int
    statistic: float | None
    p_value: float


def statistic(only_first: int, only_second: int, *, corrected: bool = True) -> float:
    """McNemar's χ² with one degree of freedom, by default with the continuity correction; 0 when nothing is discordant."""
    total = only_first + only_second
    if only_first < 0 or only_second < 0:
        raise ValueError(f"discordant counts are {only_first} and {only_second}; expected none negative")
    if total == 0:
        return 0.0
    return float(max(0, abs(only_first - only_second) - corrected) ** 2 / total)


def test(only_first: int, only_second: int) -> Discordance:
    """Two-sided test of the discordant counts."""
    value = statistic(only_first, only_second)
    total = only_first + only_second
    if total < EXACT_BELOW:
        return Discordance(only_first, only_second, None, min(1.0, 2 * float(binom.cdf(min(only_first, only_second), total, 0.5))))
    return Discordance(only_first, only_second, value, float(chi2.sf(value, 1)))


def compare(truth: ArrayLike, first: ArrayLike, second: ArrayLike) -> Discordance:
    """Test the calls first (n,) and second (n,) of 0/1 against truth (n,): do they get the same share right?"""
    labels, a, b = (np.asarray(each) for each in (truth, first, second))
    if not (labels.ndim == 1 and labels.shape == a.shape == b.shape):
        raise ValueError(f"truth and calls have shapes {labels.shape}, {a.shape}, {b.shape}; expected three flat arrays of equal length")
    return test(int(((a == labels) & (b != labels)).sum()), int(((a != labels) & (b == labels)).sum()))
