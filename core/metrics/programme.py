"""The indicators of a screening programme, each with counts, interval, definition, benchmark and what is not known yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from core.metrics import agreement, screening
from core.metrics.benchmark import BANDS, REFERENCES, Band, Place, Reference
from core.metrics.interval import Interval
from core.metrics.labels import Bools
from core.metrics.measures import MEASURES, Measure, Unit
from core.metrics.proportions import STABLE_NUMERATOR, proportion
from core.metrics.screening import Terms
from core.words import N_, Sentence, say


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

    @property
    def place(self) -> Place | None:
        """Where the figure lies against its band; None without a band or when the figure is too small to be judged."""
        if self.benchmark is None or self.interval is None or not self.stable:
            return None
        return self.benchmark.place(self.interval)


class Tally:
    """The masks of every indicator over one cohort, made once and then counted for the whole and for any part of it."""

    def __init__(self, frame: pd.DataFrame, terms: Terms, invitations: pd.DataFrame | None = None) -> None:
        self.terms = terms
        self.tables = {"exams": frame} | ({} if invitations is None else {"invitations": invitations})
        self.masks = {measure.key: measure.masks(self.tables[measure.of], terms) for measure in MEASURES if measure.of in self.tables}
        self.waiting = {key: pick(frame, terms) for key, (pick, _) in WAITS.items()}

    def indicators(self, parts: Mapping[str, Bools] | None = None) -> tuple[Indicator, ...]:
        """Every indicator, of the whole or of the rows in `parts` ("exams" and "invitations" to masks)."""
        whole = {name: np.ones(len(table), dtype=bool) for name, table in self.tables.items()}
        return tuple(self._indicator(measure, parts or whole) for measure in MEASURES if measure.of in self.tables)

    def _indicator(self, measure: Measure, parts: Mapping[str, Bools]) -> Indicator:
        top, bottom = self.masks[measure.key]
        bottom = bottom & parts[measure.of]
        numerator, denominator = int((top & bottom).sum()), int(bottom.sum())
        waiting = int((self.waiting[measure.key] & parts["exams"]).sum()) if measure.key in WAITS else 0
        programme, key = self.terms.programme, measure.key
        return Indicator(
            key=key, name=say(measure.name), numerator=numerator, denominator=denominator, unit=measure.unit,
            interval=_interval(measure, self.tables[measure.of], bottom, numerator), definition=measure.defined(self.terms),
            benchmark=BANDS.get(programme, {}).get(key), reference=REFERENCES.get(programme, {}).get(key),
            stable=(denominator if measure.unit in ("days", "kappa") else numerator) >= STABLE_NUMERATOR,
            mature=say(WAITS[key][1], n=waiting) if waiting else None,
        )  # fmt: skip


def indicators(frame: pd.DataFrame, terms: Terms, invitations: pd.DataFrame | None = None) -> tuple[Indicator, ...]:
    """Every indicator of the exams in `frame` (and of the invitations, where given), in the order in which they are shown."""
    return Tally(frame, terms, invitations).indicators()


def cases(key: str, frame: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The exams behind a number: its denominator, with `counted` saying which of them stand in the numerator."""
    measure = next(one for one in MEASURES if one.key == key)
    top, bottom = measure.masks(frame, terms)
    return frame[bottom].assign(counted=top[bottom])


def median_interval(values: ArrayLike) -> Interval | None:
    """Median of values (n,) with its exact 95 % interval from order statistics (binomial); None for no values, all of them when few."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    if n == 0:
        return None
    rank = int(binom.ppf(0.025, n, 0.5))
    low, high = (ordered[rank - 1], ordered[n - rank]) if rank > 0 else (ordered[0], ordered[-1])
    return Interval(float(np.median(ordered)), float(low), float(high))


def _interval(measure: Measure, table: pd.DataFrame, rows: Bools, numerator: int) -> Interval | None:
    if measure.unit == "days":
        return median_interval(table.days_to_read.to_numpy(dtype=np.float64)[rows])
    if measure.unit == "kappa":
        return _kappa(table.first_decision.to_numpy(dtype=object)[rows], table.second_decision.to_numpy(dtype=object)[rows])
    return proportion(numerator, int(rows.sum())).interval


def _kappa(first: NDArray[np.object_], second: NDArray[np.object_]) -> Interval | None:
    """None with few pairs, or when a reader used one decision throughout (kappa then says nothing)."""
    if len(first) < STABLE_NUMERATOR or min(len(set(first)), len(set(second))) < 2:
        return None
    return agreement.kappa(first, second)


def _unresolved(frame: pd.DataFrame, terms: Terms) -> Bools:
    return screening.positive(frame, terms) & ~screening.bools(frame.resolved)


def _round_open(frame: pd.DataFrame, terms: Terms) -> Bools:
    routine = frame.decision.eq("routine_recall") & (frame.age_days < terms.interval_days)
    return screening.final(frame) & screening.bools(routine)


def _immature(frame: pd.DataFrame, terms: Terms) -> Bools:
    return screening.final(frame) & ~screening.bools(frame.mature)


YEAR = N_("{n} exams are not followed up for 365 days and are left out: without a cancer they are not negative yet.")
WAITS: Mapping[str, tuple[Callable[[pd.DataFrame, Terms], Bools], str]] = {
    "detection": (_unresolved, N_("{n} positive exams still wait for their outcome; the rate can rise.")),
    "ppv": (_unresolved, N_("{n} positive exams still wait for their outcome and are left out.")),
    "interval": (_round_open, N_("{n} exams are not followed up to the next round yet and are left out.")),
    "sensitivity": (_immature, YEAR),
    "specificity": (_immature, YEAR),
    "missed": (_immature, YEAR),
}


def exceptions(found: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """What lies outside of its band, the surest first: verified and wholly outside, then the rest."""
    out = [one for one in found if one.place in ("outside", "near")]
    return tuple(sorted(out, key=lambda one: (one.place != "outside", not (one.benchmark and one.benchmark.verified))))
