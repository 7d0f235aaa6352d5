"""Which exams stand in the numerator and which in the denominator of the indicators of recall, detection and follow-up.

Definitions after the BCSC glossary and audit tables (domain/clinical-rules.md 2.8). A column name here is a column of the frame that
`core.workflow.cohort` makes; every function returns two masks over its rows, (numerator, denominator), so that the cases behind a number
can be listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from core.metrics.labels import Bools, Floats

Masks: TypeAlias = tuple[Bools, Bools]
POSITIVE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "breast": (("0", "3", "4A", "4B", "4C", "5"), ("0", "4A", "4B", "4C", "5")),
    "lung": (("3", "4A", "4B", "4X"),),
}
"""What may be called positive, the programme's usual definition first. Both breast definitions are in print."""
BIOPSY: Mapping[str, tuple[str, ...]] = {"breast": ("4A", "4B", "4C", "5"), "lung": ("4A", "4B", "4X")}
"""Categories with which tissue is recommended (PPV2 of the BCSC audit: 4 and 5; for lungs the fourth category)."""
KNOWN_CANCER = "6"
ALWAYS = ("exam_date", "due_on")
"""Columns that every exam has, whether or not anybody writes down what came of it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme calls positive and how long things may take."""

    programme: str
    positive: tuple[str, ...]
    limit_days: int
    interval_days: int
    ages: tuple[int, int] = (0, 120)
    """Whose coverage is counted, whole years, both included."""


@dataclass(frozen=True)
class Cohort:
    """A frame with the masks that many indicators share, each made once."""

    frame: pd.DataFrame
    terms: Terms
    _days: dict[str, "np.ndarray[tuple[int], np.dtype[np.datetime64]]"] = field(default_factory=dict, compare=False, repr=False)

    def has(self, *columns: str) -> bool:
        return all(name in self.frame for name in columns)

    def recorded(self, *columns: str) -> Bools:
        """The rows on which one of these columns says something; yes-or-no columns say nothing about that and are left out."""
        told = [self.known(name) for name in columns if self.frame[name].dtype != bool and name not in ALWAYS]
        return np.logical_or.reduce(told) if told else np.ones(len(self.frame), dtype=bool)

    def is_(self, column: str, value: str | int) -> Bools:
        return bools(self.frame[column].eq(value))

    def true(self, column: str) -> Bools:
        return bools(self.frame[column].eq(True))

    def known(self, column: str) -> Bools:
        return np.asarray(self.frame[column].notna(), dtype=bool)

    def number(self, column: str) -> Floats:
        """The column as floats; NaN where nothing is known."""
        return np.asarray(pd.to_numeric(self.frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)

    def days(self, start: str, end: str) -> Floats:
        """Whole days from one date column to another; NaN where one is missing."""
        first, last = self.day(start), self.day(end)
        gap = (last - first).astype(np.float64)
        gap[np.isnat(first) | np.isnat(last)] = np.nan
        return gap

    def day(self, column: str) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
        """A column of moments as whole days, kept for the next measure that asks."""
        if column not in self._days:
            self._days[column] = pd.to_datetime(self.frame[column]).to_numpy(dtype="datetime64[D]")
        return self._days[column]

    @cached_property
    def final(self) -> Bools:
        return final(self.frame)

    @cached_property
    def positive(self) -> Bools:
        return self.final & (bools(self.frame.category.isin(self.terms.positive)) | self.is_("decision", "assessment"))

    @cached_property
    def cancer(self) -> Bools:
        """A cancer is known within 365 days of the exam."""
        return self.true("cancer_365")

    @cached_property
    def found(self) -> Bools:
        """Cancers that the screening found: positive exams with a cancer within 365 days."""
        return self.positive & self.cancer

    @cached_property
    def mature(self) -> Bools:
        return self.final & self.true("mature")

    @cached_property
    def routine(self) -> Bools:
        return self.final & self.is_("decision", "routine_recall")

    @cached_property
    def first_round(self) -> Bools:
        return self.is_("round", 1)


def final(frame: pd.DataFrame) -> Bools:
    """Screening exams with a result: decided, not to be repeated for technical reasons, not the answer to a recall, no known cancer."""
    apart = bools(frame.decision.eq("technical_recall")) | bools(frame.follow_up) | bools(frame.category.eq(KNOWN_CANCER))
    return np.asarray(frame.decision.notna(), dtype=bool) & ~apart


def bools(column: "pd.Series[bool]") -> Bools:
    """A column as a mask; what is missing is False."""
    return column.to_numpy(dtype=bool) if column.dtype == bool else column.fillna(False).to_numpy(dtype=bool)


def recall(cohort: Cohort) -> Masks:
    return cohort.positive, cohort.final


def recall_first(cohort: Cohort) -> Masks:
    return cohort.positive & cohort.first_round, cohort.final & cohort.first_round


def recall_later(cohort: Cohort) -> Masks:
    return cohort.positive & ~cohort.first_round, cohort.final & ~cohort.first_round


def detection(cohort: Cohort) -> Masks:
    return cohort.found, cohort.final


def ppv(cohort: Cohort) -> Masks:
    answered = cohort.positive & cohort.true("resolved")
    return answered & cohort.cancer, answered


def missed(cohort: Cohort) -> Masks:
    return cohort.mature & ~cohort.positive & cohort.cancer, cohort.mature


def interval(cohort: Cohort) -> Masks:
    over = cohort.routine & (cohort.number("age_days") >= cohort.terms.interval_days)
    return over & cohort.true("interval_cancer"), over


def interval_in_year(cohort: Cohort, year: int) -> Masks:
    """Interval cancers of the n-th year after a routine recall; only exams whose n-th year is over."""
    over = cohort.routine & (cohort.number("age_days") >= 365 * year)
    after = cohort.days("exam_date", "cancer_on")
    return over & cohort.true("interval_cancer") & (after > 365 * (year - 1)) & (after <= 365 * year), over


def sensitivity(cohort: Cohort) -> Masks:
    cancers = cohort.mature & cohort.cancer
    return cancers & cohort.positive, cancers


def specificity(cohort: Cohort) -> Masks:
    healthy = cohort.mature & ~cohort.cancer
    return healthy & ~cohort.positive, healthy


def technical(cohort: Cohort) -> Masks:
    return cohort.is_("decision", "technical_recall"), cohort.known("decision")


def short_term(cohort: Cohort) -> Masks:
    return cohort.final & cohort.is_("decision", "short_term_recall"), cohort.final


def significant(cohort: Cohort) -> Masks:
    return cohort.final & cohort.true("significant_finding"), cohort.final


def discordant(cohort: Cohort) -> Masks:
    """Exams whose first two readers decided differently; the comparison looks only at exams with two reads."""
    twice = cohort.known("second_decision")
    first, second = said(cohort.frame)
    return twice & (first != second), twice


def said(frame: pd.DataFrame) -> "tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]":
    """The decisions of the first two readers as numbers of one list, -1 for none."""
    words: dict[object, int] = {}
    made = []
    for name in ("first_decision", "second_decision"):
        codes, found = pd.factorize(frame[name], use_na_sentinel=True)
        places = np.array([words.setdefault(word, len(words)) for word in found] + [-1], dtype=np.int64)
        made.append(places[codes])
    return made[0], made[1]
