"""How long after the last exam a participant was invited to the next round."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session

from core.access import Person
from core.workflow.cohort import exams_frame
from core.workflow.period import EARLIEST

SPAN = 1_000_000  # more days than any two of the dates lie apart


def since_last_exam(session: Session, person: Person, card_id: str, site_id: int | None, rounds: pd.DataFrame, known: date) -> pd.DataFrame:
    """The invitations with `days_since_exam`: from the participant's last exam before the invitation, NaN without one."""
    if rounds.empty or "participant_id" not in rounds:
        return rounds.assign(days_since_exam=np.nan)
    exams = exams_frame(session, person, card_id=card_id, start=EARLIEST, end=known, site_id=site_id, as_of=known)
    before = np.sort(_keys(exams.participant_id, exams.exam_date))
    asked = _keys(rounds.participant_id, rounds.invited_on)
    place = np.searchsorted(before, asked, side="left") - 1
    last = before[np.maximum(place, 0)] if len(before) else np.full(len(asked), -1, np.int64)
    same = (place >= 0) & (last // SPAN == asked // SPAN)
    return rounds.assign(days_since_exam=np.where(same, asked - last, np.nan))


def _keys(participant: "pd.Series[int]", day: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    """Participant and day as one number, in the order of both."""
    return np.asarray(participant, dtype=np.int64) * SPAN + day.to_numpy(dtype="datetime64[D]").astype(np.int64)
