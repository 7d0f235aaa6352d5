"""How far two independent estimates lie apart, when all that is known of each is its value and its limits.

Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. Stat Med 2008;27:1693 (MOVER); with Wilson
limits of two proportions it is Newcombe's method 10.
"""

from math import sqrt

from core.metrics.interval import Interval


def difference(first: Interval, second: Interval) -> Interval:
    """second − first with its interval, at the confidence level that both limits have."""
    gap = second.value - first.value
    low = gap - sqrt((second.value - second.low) ** 2 + (first.high - first.value) ** 2)
    high = gap + sqrt((second.high - second.value) ** 2 + (first.value - first.low) ** 2)
    return Interval(gap, min(low, gap), max(high, gap))
