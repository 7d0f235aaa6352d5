"""A yearly return of a breast programme in the form of the English KC62: counts by age for first and later rounds, and its checks.

KC62-like, not KC62: age bands and lines follow the return's idea (domain/clinical-rules.md 2.9); the official form must be checked against
its own guidance before anything is handed in. Referred is who was recalled for assessment, whatever the category.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from core.metrics.labels import Bools, Floats
from core.metrics.proportions import STABLE_NUMERATOR
from core.metrics.screening import Cohort
from core.words import N_
from core.workflow.programme_figures import ProgrammeFigures

EDGES = (45, 50, 53, 55, 60, 65, 70, 75)
BIOPSIES = ("biopsy_needle", "biopsy_open", "biopsy_result")
Counts = np.ndarray[tuple[int, int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the return: what is counted, and among which other line; "" where it is no share."""

    key: str
    name: str
    rows: Callable[[Cohort], Bools]
    among: str = ""
    of: Literal["exams", "invitations"] = "exams"
    needs: tuple[str, ...] = ()
    per: int = 100


def _all(cohort: Cohort) -> Bools:
    return np.ones(len(cohort.frame), dtype=bool)


def referred(cohort: Cohort) -> Bools:
    return cohort.final & cohort.is_("decision", "assessment")


def cancers(cohort: Cohort) -> Bools:
    return referred(cohort) & cohort.cancer


def _sized(cohort: Cohort, most: Callable[[Floats], Bools]) -> Bools:
    return cancers(cohort) & cohort.true("invasive") & most(cohort.number("size_mm"))


def _benign_open(cohort: Cohort) -> Bools:
    return referred(cohort) & cohort.true("biopsy_open") & ~cohort.cancer & cohort.is_("biopsy_result", "benign")


def _non_operative(cohort: Cohort) -> Bools:
    return cancers(cohort) & cohort.true("biopsy_needle") & cohort.is_("biopsy_result", "malignant")


def _in_situ(cohort: Cohort) -> Bools:
    return cancers(cohort) & cohort.known("invasive") & ~cohort.true("invasive")


LINES: tuple[Line, ...] = (
    Line("invited", N_("Invited"), _all, of="invitations"),
    Line("attended", N_("Attended, of those invited"), lambda c: c.true("attended"), "invited", "invitations"),
    Line("screened", N_("Screened (with a final result)"), lambda c: c.final),
    Line("technical", N_("Technical recalls"), lambda c: c.is_("decision", "technical_recall"), "screened"),
    Line("referred", N_("Referred for assessment"), referred, "screened"),
    Line("assessed", N_("Assessed, of those referred"), lambda c: referred(c) & c.known("assessed_on"), "referred", needs=("assessed_on",)),
    Line("short_term", N_("Short-term recalls"), lambda c: c.final & c.is_("decision", "short_term_recall"), "screened"),
    Line("needle", N_("Needle biopsies"), lambda c: referred(c) & c.true("biopsy_needle"), "screened", needs=BIOPSIES, per=1000),
    Line("open", N_("Open biopsies"), lambda c: referred(c) & c.true("biopsy_open"), "screened", needs=BIOPSIES, per=1000),
    Line("benign_open", N_("Benign open biopsies"), _benign_open,
         "screened", needs=BIOPSIES, per=1000),
    Line("cancers", N_("Cancers found"), cancers, "screened", per=1000),
    Line("non_operative", N_("Diagnosed without operation, of the cancers"),
         _non_operative, "cancers", needs=BIOPSIES),
    Line("in_situ", N_("In situ"), _in_situ, "screened", needs=("invasive",), per=1000),
    Line("invasive", N_("Invasive"), lambda c: cancers(c) & c.true("invasive"), "screened", needs=("invasive",), per=1000),
    Line("not_known", N_("Not known whether invasive"), lambda c: cancers(c) & ~c.known("invasive"), "cancers", needs=("invasive",)),
    Line("up_to_10", N_("Invasive, 10 mm or less"), lambda c: _sized(c, lambda mm: mm <= 10), "invasive", needs=("invasive", "size_mm")),
    Line("under_15", N_("Invasive, under 15 mm"), lambda c: _sized(c, lambda mm: mm < 15), "invasive", needs=("invasive", "size_mm")),
)  # fmt: skip


@dataclass(frozen=True)
class Return:
    """`counts`: for each line first and later rounds by age band, (2, bands); the last band is "age not known"."""

    lines: tuple[Line, ...]
    bands: tuple[str, ...]
    counts: dict[str, Counts]

    def total(self, key: str, round_: int | None = None) -> int:
        """All ages of one kind of round (0 first, 1 later) or of both."""
        return int(self.counts[key].sum() if round_ is None else self.counts[key][round_].sum())

    def few(self, line: Line, round_: int | None = None) -> bool:
        """Whether the rate rests on fewer than 25 cases: marked "!" in the return."""
        return bool(line.among) and self.total(line.key, round_) < STABLE_NUMERATOR


def kc62(found: ProgrammeFigures) -> Return:
    """The return of the exams and invitations of one year; a line whose columns nobody records is left out, not nought."""
    cohorts = {name: found.tally.cohorts[name] for name in ("exams", "invitations")}
    lines = tuple(line for line in LINES if _there(cohorts[line.of], line))
    codes = {name: _places(cohort.frame) for name, cohort in cohorts.items()}
    n = len(EDGES) + 2
    counts = {
        line.key: np.bincount(codes[line.of][line.rows(cohorts[line.of])], minlength=2 * n).reshape(2, n).astype(np.int64) for line in lines
    }
    return Return(lines, bands(), counts)


def _there(cohort: Cohort, line: Line) -> bool:
    """Whether its columns exist and somebody has ever written something into them."""
    return cohort.has(*line.needs) and (not line.needs or bool(cohort.recorded(*line.needs).any()))


def bands() -> tuple[str, ...]:
    """Names of the age bands; the last is for who has no date of birth."""
    inner = [f"{low}–{high - 1}" for low, high in pairwise(EDGES)]
    return (f"<{EDGES[0]}", *inner, f"≥{EDGES[-1]}", "?")


def _places(frame: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Round and age band of each row as one number: round · bands + band."""
    n = len(EDGES) + 2
    age = frame.age.to_numpy(dtype=np.float64, na_value=np.nan) if "age" in frame else np.full(len(frame), np.nan)
    band = np.where(np.isnan(age), n - 1, np.searchsorted(EDGES, np.nan_to_num(age), side="right"))
    return np.where(frame["round"].eq(1).to_numpy(dtype=bool), 0, n) + band
