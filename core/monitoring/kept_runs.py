"""The runs of one version from the kept columns, so that a million of them need no query."""

from datetime import UTC, date

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.columns import current
from core.workflow.cohort import end_of
from db.enums import RunOutcome

DIGITS = 7
"""Kept scores have single precision: rounded to this, 0.9 is 0.9 again."""


def runs_of(session: Session, version_id: int, known: date) -> pd.DataFrame:
    """exam_id, score (NaN where there was no result): the last attempt on each exam that was finished by the day `known`."""
    kept = current(session)["modelrun"]
    before = int(end_of(known).astimezone(UTC).timestamp())
    chosen = kept.take((kept["version_id"] == version_id) & (kept["at"] < before))
    score = np.where(chosen.is_word("outcome", RunOutcome.scored.value), chosen["score"].astype(np.float64).round(DIGITS), np.nan)
    frame = pd.DataFrame({"exam_id": chosen["exam_id"].astype(np.int64), "score": score})
    return frame.drop_duplicates("exam_id", keep="last")
