"""Limits for the plots of a report: volumes against the readers' as ratios (Bland–Altman on the logarithm), shares of bins (Wilson)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from core.metrics.agreement import limits
from core.metrics.interval import Interval
from core.metrics.proportions import wilson

FEWEST = 3


@dataclass(frozen=True, slots=True)
class RatioLimits:
    """Model over readers: the geometric mean ratio with its 95 % interval, and the ratios between which 95 % of nodules lie."""

    bias: Interval
    lower: float
    upper: float
    n: int


def ratio_limits(pairs: Sequence[Sequence[float]]) -> RatioLimits | None:
    """Of rows of the readers' and the model's volume, both above 0; None with fewer than three."""
    if len(pairs) < FEWEST:
        return None
    found = limits([log(pair[0]) for pair in pairs], [log(pair[1]) for pair in pairs])
    bias = Interval(exp(found.bias.value), exp(found.bias.low), exp(found.bias.high))
    return RatioLimits(bias, exp(found.lower), exp(found.upper), found.n)


def at_ratios(pairs: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """(geometric mean of both volumes, model over readers) of each row: where a Bland–Altman plot puts it."""
    return [((pair[0] * pair[1]) ** 0.5, pair[1] / pair[0]) for pair in pairs]


def observed(row: Mapping[str, Any]) -> Interval | None:
    """The observed share of one bin of a reliability table with its limits; None for an empty bin."""
    return wilson(round(row["observed"] * row["n"]), row["n"]) if row["n"] and row["observed"] is not None else None
