"""The indicators of a screening programme, each with counts, interval, definition, benchmark and what is not known yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from core.metrics import agreement
from core.metrics.benchmark import BANDS, REFERENCES, Band
from core.metrics.gaps import NONE, Gaps
from core.metrics.indicator import Indicator, stable_on
from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats
from core.metrics.measure import MIDDLES
from core.metrics.measures import BY_KEY, MEASURES, Measure
from core.metrics.proportions import STABLE_NUMERATOR, proportion
from core.metrics.screening import Cohort, Terms, said
from core.metrics.waiting import WAITS
from core.words import N_, say

Places = NDArray[np.int64]
UNRECORDED = N_("Nobody has written down here yet what this is counted from.")
DAYS = {"exams": "exam_date", "invitations": "invited_on"}


@dataclass(frozen=True)
class Parts:
    """A cut of the tables into parts: for each table the number of each row's part, -1 for none; a table not named is not cut."""

    n: int
    of: Mapping[str, Places]
    records: bool = False
    """Whether each part keeps its own records, as a site does: where it never wrote a thing down, figures of that thing are absent."""


class Tally:
    """The rows of every indicator over one cohort, found once and then counted for the whole and for any cut of it.

    `known`: the day of knowledge, while the period still goes on; a figure too small then says when it will be large enough. `bands` are
    those in force instead of the built-in ones. Rows in `gaps` do not record what is counted: they leave every count, with a reason.
    """

    def __init__(
        self, frame: pd.DataFrame, terms: Terms, invitations: pd.DataFrame | None = None, gaps: Gaps | None = None, *,
        people: pd.DataFrame | None = None, known: date | None = None, bands: Mapping[str, Band] | None = None,
    ) -> None:  # fmt: skip
        self.terms, self.known, self.gaps = terms, known, gaps or NONE
        tables = {"exams": frame, "invitations": invitations, "people": people}
        self.tables = {name: table for name, table in tables.items() if table is not None}
        self.cohorts = {name: Cohort(table, terms) for name, table in self.tables.items()}
        self.measures = tuple(one for one in MEASURES if one.of in self.cohorts and one.exists(self.cohorts[one.of]))
        self.bands = BANDS.get(terms.programme, {}) if bands is None else bands
        self._found: dict[str, tuple[Places, Places]] = {}
        self._waiting: dict[str, Places] = {}
        self._records: dict[tuple[str, ...], Bools] = {}

    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator of the whole."""
        whole = Parts(1, {name: np.zeros(len(table), dtype=np.int64) for name, table in self.tables.items()}, records=True)
        return tuple(self._split(measure, whole, forecast=True)[0] for measure in self.measures)

    def split(self, parts: Parts, keys: Collection[str] | None = None) -> list[tuple[Indicator, ...]]:
        """For each part its indicators, of all measures or of `keys`; those of a table that is not cut are left out."""
        wanted = [one for one in self.measures if one.of in parts.of and (keys is None or one.key in keys)]
        columns = [self._split(measure, parts, forecast=keys is not None) for measure in wanted]
        return [tuple(column[place] for column in columns) for place in range(parts.n)]

    def _split(self, measure: Measure, parts: Parts, *, forecast: bool) -> list[Indicator]:
        top, bottom = self._rows(measure)
        code = parts.of[measure.of]
        weight = self.tables[measure.of].get("weight")
        numerators, denominators = (_counted(code, rows, parts.n, weight) for rows in (top, bottom))
        waiting = _counted(parts.of["exams"], self._waits(measure.key), parts.n) if measure.key in WAITS else np.zeros(parts.n, dtype=int)
        counted = denominators if _by_denominator(measure) else numerators
        small = np.flatnonzero(counted < STABLE_NUMERATOR).tolist() if forecast and self.known else []
        firsts = self._firsts(measure, bottom, code[bottom], small) if small else {}
        intervals = self._intervals(measure, bottom, code[bottom], numerators, denominators)
        made = [
            self._indicator(measure, int(numerators[k]), int(denominators[k]), intervals[k], int(waiting[k]), firsts.get(k))
            for k in range(parts.n)
        ]
        if parts.records:
            made = [self._with_record(measure, one, code == k) for k, one in enumerate(made)]
        return made if self.gaps is NONE else [self._with_gaps(measure, one, code == k) for k, one in enumerate(made)]

    def _with_record(self, measure: Measure, one: Indicator, rows: Bools) -> Indicator:
        """No figure where nobody has ever written down what it is counted from."""
        if not measure.marked or not one.denominator or (self._recorded(measure) & rows).any():
            return one
        return replace(one, numerator=0, denominator=0, interval=None, stable=False, mature=None, stable_on=None, absent=say(UNRECORDED))

    def _recorded(self, measure: Measure) -> Bools:
        if measure.needs not in self._records:
            self._records[measure.needs] = self.cohorts[measure.of].recorded(*measure.needs)
        return self._records[measure.needs]

    def _with_gaps(self, measure: Measure, one: Indicator, rows: Bools) -> Indicator:
        """Why there is no figure on these rows, and no band where they were chosen for a study."""
        judged = not self.gaps.any_chosen(measure.of, rows)
        return replace(one, absent=self.gaps.reason(measure.key, rows) or one.absent, benchmark=one.benchmark if judged else None,
                       reference=one.reference if judged else None)  # fmt: skip

    def _indicator(
        self, measure: Measure, numerator: int, denominator: int, interval: Interval | None, waiting: int, first: date | None
    ) -> Indicator:
        programme, key = self.terms.programme, measure.key
        counted = denominator if _by_denominator(measure) else numerator
        return Indicator(
            key=key, name=say(measure.name), numerator=numerator, denominator=denominator, unit=measure.unit, interval=interval,
            definition=measure.defined(self.terms), benchmark=self.bands.get(key), reference=REFERENCES.get(programme, {}).get(key),
            stable=counted >= STABLE_NUMERATOR, mature=say(WAITS[key][1], n=waiting) if waiting else None, theme=measure.theme,
            positive=self.terms.positive if measure.of_positives else (),
            stable_on=stable_on(counted, first, self.known) if first and self.known else None,
        )  # fmt: skip

    def rows(self, key: str) -> tuple[Places, Places]:
        """Places of the rows in the numerator and in the denominator of an indicator."""
        return self._rows(BY_KEY[key])

    def _rows(self, measure: Measure) -> tuple[Places, Places]:
        if measure.key not in self._found:
            top, bottom = measure.masks(self.cohorts[measure.of])
            bottom = self.gaps.known(measure.key, bottom)
            self._found[measure.key] = np.flatnonzero(top & bottom), np.flatnonzero(bottom)
        return self._found[measure.key]

    def _waits(self, key: str) -> Places:
        if key not in self._waiting:
            self._waiting[key] = np.flatnonzero(self.gaps.known(key, WAITS[key][0](self.cohorts["exams"])))
        return self._waiting[key]

    def _firsts(self, measure: Measure, rows: Places, code: Places, small: Sequence[int]) -> dict[int, date]:
        """The day of the first counted row of each part that is too small."""
        if measure.of not in DAYS or not len(rows):
            return {}
        days = self.cohorts[measure.of].day(DAYS[measure.of])[rows]
        found = {k: days[code == k] for k in small}
        return {k: some.min().astype(date) for k, some in found.items() if len(some)}

    def _intervals(self, measure: Measure, rows: Places, code: Places, top: Places, bottom: Places) -> list[Interval | None]:
        if measure.values is not None:
            values = measure.values(self.cohorts[measure.of])[rows]
            return [median_interval(values[code == k]) for k in range(len(bottom))]
        if measure.unit == "kappa":
            first, second = (codes[rows] for codes in said(self.tables[measure.of]))
            return [_kappa(first[code == k], second[code == k]) for k in range(len(bottom))]
        return [proportion(int(x), int(n)).interval for x, n in zip(top, bottom, strict=True)]


def _by_denominator(measure: Measure) -> bool:
    """Whether the number of cases, and not that of events, says if the figure is large enough."""
    return measure.unit in MIDDLES or measure.unit == "kappa"


def indicators(frame: pd.DataFrame, terms: Terms, invitations: pd.DataFrame | None = None) -> tuple[Indicator, ...]:
    """Every indicator of the exams in `frame` (and of the invitations, where given), in the order in which they are shown."""
    return Tally(frame, terms, invitations).indicators()


def cases(key: str, frame: pd.DataFrame, terms: Terms, gaps: Gaps | None = None) -> pd.DataFrame:
    """The rows behind a number: its denominator, with `counted` saying which of them stand in the numerator."""
    top, bottom = BY_KEY[key].masks(Cohort(frame, terms))
    bottom = (gaps or NONE).known(key, bottom)
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


def _counted(code: Places, rows: Places, n: int, weight: "pd.Series[int] | None" = None) -> Places:
    """How many of these rows lie in each part (or the sum of their weights); rows of no part are left out."""
    if not len(rows):
        return np.zeros(n, dtype=np.int64)
    weights: Floats | None = None if weight is None else np.asarray(weight, dtype=np.float64)[rows]
    return np.bincount(code[rows] + 1, weights=weights, minlength=n + 1)[1:].astype(np.int64)


def _kappa(first: Places, second: Places) -> Interval | None:
    """None with few pairs, or when a reader used one decision throughout (kappa then says nothing)."""
    if len(first) < STABLE_NUMERATOR or not (np.ptp(first) and np.ptp(second)):
        return None
    return agreement.kappa(first, second)


def exceptions(found: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """What lies outside of its band, the surest first: verified and wholly outside, then the rest."""
    out = [one for one in found if one.place in ("outside", "near")]
    return tuple(sorted(out, key=lambda one: (one.place != "outside", not (one.benchmark and one.benchmark.verified))))


__all__ = ["Indicator", "Parts", "Tally", "cases", "exceptions", "indicators", "median_interval", "stable_on"]
