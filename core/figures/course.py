"""How a figure ran through the quarters: since when it lies where it lies, and whether it rises or falls."""

from collections.abc import Callable, Sequence
from typing import Literal

from core.metrics.difference import newcombe

Trend = Literal["rising", "falling", "steady"]
Quarter = tuple[str, int, int]
"""Name, events and cases of one quarter; quarters in order."""
YEAR = 4


def since(quarters: Sequence[Quarter], out: Callable[[int, int], bool]) -> str | None:
    """The quarter from whose end on everything counted until then lay out without a break up to now; None when it does not now.

    `out` gets the events and cases counted from the beginning.
    """
    events = cases = 0
    found: str | None = None
    for name, more_events, more_cases in quarters:
        events, cases = events + more_events, cases + more_cases
        if not (cases and out(events, cases)):
            found = None
        elif found is None:
            found = name
    return found


def trend(quarters: Sequence[Quarter]) -> Trend | None:
    """The last four quarters against the four before: rising or falling when the 95 % interval of the difference says so.

    None when one of the two years has no case.
    """
    new, old = quarters[-YEAR:], quarters[-2 * YEAR : -YEAR]
    (before, before_n), (after, after_n) = (
        (sum(events for _name, events, _n in part), sum(n for _name, _events, n in part)) for part in (old, new)
    )
    if not before_n or not after_n:
        return None
    gap = newcombe(before, before_n, after, after_n)
    return "rising" if gap.low > 0 else "falling" if gap.high < 0 else "steady"
