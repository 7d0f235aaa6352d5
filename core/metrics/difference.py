"""How far two independent proportions lie apart, with an interval that behaves for small and extreme counts.

Newcombe RG. Interval estimation for the difference between independent proportions. Stat Med 1998;17:873 (method 10, without continuity
correction): from the Wilson limits of both.
"""

from math import sqrt

from core.metrics.interval import Interval
from core.metrics.proportions import wilson


def newcombe(first: int, first_n: int, second: int, second_n: int, *, confidence: float = 0.95) -> Interval:
    """second/second_n − first/first_n with its interval; ValueError when one of them has no case."""
    a, b = wilson(first, first_n, confidence=confidence), wilson(second, second_n, confidence=confidence)
    gap = b.value - a.value
    low = gap - sqrt((b.value - b.low) ** 2 + (a.high - a.value) ** 2)
    high = gap + sqrt((b.high - b.value) ** 2 + (a.value - a.low) ** 2)
    return Interval(gap, min(low, gap), max(high, gap))
