"""What follows from the dates of the cohort: who answers a recall, what is known of each exam's year, who came again."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.workflow import cohort_parts, cohort_rows
from core.workflow.cohort_rows import Chosen
from core.workflow.programmes import card
from core.workflow.second_case import WORK_UP_DAYS
from db.enums import OutcomeKind, ProgrammeDecision

FOLLOW_UP_DAYS = 365
"""An exam without cancer is negative only when so many days have passed since (domain/clinical-rules.md 2.8)."""
RECALLED = (ProgrammeDecision.assessment.value, ProgrammeDecision.short_term_recall.value)
CANCER = (OutcomeKind.cancer.value, OutcomeKind.interval_cancer.value)


def quarter(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """2026 Q4 for every day."""
    numbers = (days.dt.year * 4 + days.dt.quarter - 1).to_numpy(dtype=np.float64, na_value=-1).astype(np.int64)
    known = np.unique(numbers[numbers >= 0])
    codes = np.where(numbers >= 0, np.searchsorted(known, numbers), -1)
    words = [f"{number // 4} Q{number % 4 + 1}" for number in known]
    return pd.Series(cohort_rows.words(codes, words), index=days.index)


def with_days(frame: pd.DataFrame) -> pd.DataFrame:
    frame["age"] = (frame.exam_date - frame.pop("born")).dt.days // 365.25
    frame["days_to_read"] = (frame.decided_at.dt.normalize() - frame.completed_at.dt.normalize()).dt.days.clip(lower=0)
    frame["quarter"] = quarter(frame.exam_date)
    frame["recalled"] = frame.decision.isin(RECALLED)
    return frame


def with_follow_up(frame: pd.DataFrame, known: pd.Timestamp) -> pd.DataFrame:
    """Which exams answer a recall, and what is known of each exam's year. The rows stand by participant and day."""
    same = frame.participant_id.eq(frame.participant_id.shift())
    near = (frame.exam_date - frame.exam_date.shift()).dt.days <= WORK_UP_DAYS
    frame["follow_up"] = same & near & frame.recalled.shift(fill_value=False)
    screen = (~frame.follow_up).to_numpy().cumsum()  # a screening exam and the exams that answer it share a number
    cancer_on = frame.outcome_on.where(frame.outcome.isin(CANCER))
    frame["cancer_on"] = cancer_on.where(frame.follow_up, _first_of_each(cancer_on, screen))
    found = (frame.cancer_on - frame.exam_date).dt.days.between(0, FOLLOW_UP_DAYS)
    passed = (known - frame.exam_date).dt.days >= FOLLOW_UP_DAYS
    frame["mature"] = passed & ~((frame.decided_at.dt.normalize() - frame.exam_date).dt.days > FOLLOW_UP_DAYS)
    cancer = passed.map({True: False, False: None}).astype(object)
    frame["cancer_365"] = cancer.mask(found, True)
    frame["interval_cancer"] = frame.outcome.eq(OutcomeKind.interval_cancer.value)
    frame["waited_days"] = (known - frame.completed_at.dt.normalize()).dt.days.clip(lower=0)
    frame["age_days"] = (known - frame.exam_date).dt.days
    known_end = np.bincount(screen, weights=frame.outcome.notna().to_numpy(dtype=float), minlength=1)[screen] > 0 if len(screen) else screen
    frame["resolved"] = found | known_end | frame.mature
    return frame


def _first_of_each(moments: "pd.Series[Any]", parts: NDArray[np.int64]) -> "pd.Series[Any]":
    """The earliest moment of each part, at every row of it; the parts stand together."""
    if moments.empty:
        return moments
    far = np.datetime64("9999-12-31", "s")
    values = moments.to_numpy(dtype="datetime64[s]")
    starts = np.flatnonzero(np.diff(parts, prepend=parts[0] - 1))
    earliest = np.minimum.reduceat(np.where(np.isnat(values), far, values), starts)
    spread = np.repeat(earliest, np.diff(np.append(starts, len(parts))))
    return pd.Series(np.where(spread == far, np.datetime64("NaT", "s"), spread), index=moments.index)


def with_return(frame: pd.DataFrame, chosen: Chosen, card_id: str) -> pd.DataFrame:
    """By when the participant was to come again, and when that was."""
    same = frame.participant_id.eq(frame.participant_id.shift(-1))
    frame["returned_on"] = frame.exam_date.shift(-1).where(same)
    due = pd.Series(cohort_rows.day(cohort_parts.recalls(chosen)), index=frame.index)
    routine = frame.decision.eq(ProgrammeDecision.routine_recall.value)
    frame["due_on"] = due.where(~routine, frame.exam_date + pd.Timedelta(days=card(card_id).screening_interval_days))
    return frame
