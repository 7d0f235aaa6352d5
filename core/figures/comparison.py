"""Two groups side by side: each figure of both, and how far they lie apart."""

from dataclasses import dataclass

from core.metrics.difference import newcombe
from core.metrics.indicator import Indicator
from core.metrics.interval import Interval
from core.workflow.programme_figures import Group

RATES = ("%", "per 1000")


@dataclass(frozen=True)
class Line:
    """One figure of two groups; `difference` is second − first, None for a median or kappa or where one group has no case."""

    first: Indicator
    second: Indicator
    difference: Interval | None

    @property
    def apart(self) -> bool:
        """Whether both are large enough to be compared and the interval of the difference leaves out nought."""
        gap = self.difference
        return gap is not None and self.first.stable and self.second.stable and not gap.low <= 0 <= gap.high


def compare(first: Group, second: Group) -> tuple[Line, ...]:
    """Every figure that both groups have."""
    return tuple(_line(one, second.of(one.key)) for one in first.indicators if second.has(one.key))


def _line(one: Indicator, other: Indicator) -> Line:
    counted = one.unit in RATES and one.denominator and other.denominator
    gap = newcombe(one.numerator, one.denominator, other.numerator, other.denominator) if counted else None
    return Line(one, other, gap)
