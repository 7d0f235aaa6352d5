"""One figure of a programme with everything that must stand beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from core.metrics.benchmark import Band, Place, Reference
from core.metrics.interval import Interval
from core.metrics.measure import Theme, Unit
from core.metrics.proportions import STABLE_NUMERATOR
from core.words import Sentence


@dataclass(frozen=True)
class Indicator:
    """One figure. `interval` (shares, days or kappa) is None when there is nothing to count; `stable` False: show "x of n" only."""

    key: str
    name: Sentence
    numerator: int
    denominator: int
    interval: Interval | None
    unit: Unit
    definition: Sentence
    benchmark: Band | None
    reference: Reference | None
    stable: bool
    mature: Sentence | None
    """What may still change the figure, in words."""
    theme: Theme = "detection"
    positive: tuple[str, ...] = ()
    """The categories called positive, where the figure depends on it."""
    stable_on: date | None = None
    """When it will be large enough at the pace so far; None when it is, or when nothing can be said."""
    absent: Sentence | None = None
    """Why there is no figure: nobody recorded here what it is counted from."""

    @property
    def place(self) -> Place | None:
        """Where the figure lies against its band; None without a band or when the figure is too small to be judged."""
        if self.benchmark is None or self.interval is None or not self.stable:
            return None
        return self.benchmark.place(self.interval)


def stable_on(counted: int, first: date, known: date) -> date | None:
    """The day on which `counted` will have grown to 25 at its pace from `first` to `known`; None for no pace, or when it is there.

    12 counted in 180 days: 15 days for each, 13 are missing, so 195 days from now.
    """
    passed = (known - first).days
    if counted <= 0 or passed <= 0 or counted >= STABLE_NUMERATOR:
        return None
    needed = ceil((STABLE_NUMERATOR - counted) * passed / counted)
    return known + timedelta(days=needed) if needed < (date.max - known).days else None
