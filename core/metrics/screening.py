"""Which exams stand in the numerator and which in the denominator of each programme indicator.

Definitions after the BCSC glossary and audit tables (domain/clinical-rules.md 2.8). A column name here is a column of the frame that
`core.workflow.cohort` makes; every function returns two masks over its rows, (numerator, denominator), so that the cases behind a number
can be listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from core.metrics.labels import Bools

Masks: TypeAlias = tuple[Bools, Bools]
POSITIVE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "breast": (("0", "3", "4A", "4B", "4C", "5"), ("0", "4A", "4B", "4C", "5")),
    "lung": (("3", "4A", "4B", "4X"),),
}
"""What may be called positive, the programme's usual definition first. Both breast definitions are in print."""
KNOWN_CANCER = "6"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme calls positive and how long things may take."""

    programme: str
    positive: tuple[str, ...]
    limit_days: int
    interval_days: int


def final(frame: pd.DataFrame) -> Bools:
    """Screening exams with a result: decided, not to be repeated for technical reasons, not the answer to a recall, no known cancer."""
    apart = frame.decision.eq("technical_recall") | frame.follow_up | frame.category.eq(KNOWN_CANCER)
    return bools(frame.decision.notna() & ~apart)


def positive(frame: pd.DataFrame, terms: Terms) -> Bools:
    """Final exams with a category that counts as positive, or recalled for assessment whatever the category."""
    return final(frame) & bools(frame.category.isin(terms.positive) | frame.decision.eq("assessment"))


def cancer(frame: pd.DataFrame) -> Bools:
    """A cancer is known within 365 days of the exam."""
    return bools(frame.cancer_365.eq(True))


def bools(column: "pd.Series[bool]") -> Bools:
    """A column as a mask; what is missing is False."""
    return column.fillna(False).to_numpy(dtype=bool)


def read_in_time(frame: pd.DataFrame, terms: Terms) -> Masks:
    in_time = bools(frame.days_to_read <= terms.limit_days)
    return in_time, in_time | bools(frame.decision.notna() | (frame.waited_days > terms.limit_days))


def recall(frame: pd.DataFrame, terms: Terms) -> Masks:
    return positive(frame, terms), final(frame)


def recall_first(frame: pd.DataFrame, terms: Terms) -> Masks:
    first = bools(frame["round"].eq(1))
    return positive(frame, terms) & first, final(frame) & first


def recall_later(frame: pd.DataFrame, terms: Terms) -> Masks:
    later = bools(frame["round"].gt(1))
    return positive(frame, terms) & later, final(frame) & later


def detection(frame: pd.DataFrame, terms: Terms) -> Masks:
    return positive(frame, terms) & cancer(frame), final(frame)


def ppv(frame: pd.DataFrame, terms: Terms) -> Masks:
    answered = positive(frame, terms) & bools(frame.resolved)
    return answered & cancer(frame), answered


def missed(frame: pd.DataFrame, terms: Terms) -> Masks:
    mature = final(frame) & bools(frame.mature)
    return mature & ~positive(frame, terms) & cancer(frame), mature


def interval(frame: pd.DataFrame, terms: Terms) -> Masks:
    over = final(frame) & bools(frame.decision.eq("routine_recall") & (frame.age_days >= terms.interval_days))
    return over & bools(frame.interval_cancer), over


def sensitivity(frame: pd.DataFrame, terms: Terms) -> Masks:
    cancers = final(frame) & bools(frame.mature) & cancer(frame)
    return cancers & positive(frame, terms), cancers


def specificity(frame: pd.DataFrame, terms: Terms) -> Masks:
    healthy = final(frame) & bools(frame.mature) & ~cancer(frame)
    return healthy & ~positive(frame, terms), healthy


def technical(frame: pd.DataFrame, terms: Terms) -> Masks:
    decided = bools(frame.decision.notna())
    return decided & bools(frame.decision.eq("technical_recall")), decided


def short_term(frame: pd.DataFrame, terms: Terms) -> Masks:
    return final(frame) & bools(frame.decision.eq("short_term_recall")), final(frame)


def decided(frame: pd.DataFrame, terms: Terms) -> Masks:
    told = bools(frame.days_to_read.notna())
    return told, told


def uptake(rounds: pd.DataFrame, terms: Terms) -> Masks:
    return bools(rounds.attended), bools(rounds.answered)


def discordant(frame: pd.DataFrame, terms: Terms) -> Masks:
    twice = bools(frame.second_decision.notna())
    return twice & np.asarray(frame.first_decision != frame.second_decision, dtype=bool), twice
