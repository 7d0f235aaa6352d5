"""Exams whose reads were not independent of the AI or of each other, by a fixed number of queries."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, and_, col, select

from core.columns import current
from core.metrics.labels import Bools
from core.workflow.programmes import card
from core.workflow.standing import standing
from db.tables import AiPolicy, Exam, Programme, Read, Reveal


def led_exams(session: Session) -> NDArray[np.int64]:
    """Ids of the exams with a standing read whose reader had seen the AI result or another opinion before signing."""
    reads, undone = current(session)["read"], current(session)["readundone"]
    stands = ~np.isin(reads["id"], undone["read_id"])
    shown = reads["exam_id"][stands & (reads["blind"] != 1)]
    knew = and_(Reveal.exam_id == Read.exam_id, Reveal.user_id == Read.reader_id, col(Reveal.at) <= Read.committed_at)
    revealed = session.exec(select(Read.exam_id).join(Reveal, knew).where(standing())).all()
    return np.union1d(shown.astype(np.int64), np.asarray(revealed, dtype=np.int64))


def read_by_ai_policy(session: Session, card_id: str, frame: pd.DataFrame) -> Bools:
    """Of each exam (n,): whether the policy in force when it arrived let the AI choose how it is read."""
    rows = select(AiPolicy.valid_from, AiPolicy.settings).join(Programme, col(Programme.id) == AiPolicy.programme_id)
    stored = session.exec(rows.where(Programme.card_id == card_id).order_by(col(AiPolicy.valid_from), col(AiPolicy.id))).all()
    roles = [card(card_id).reading.role, *(settings.get("role", "none") for _at, settings in stored)]
    if set(roles) == {"none"}:
        return np.zeros(len(frame), dtype=bool)
    begun = np.array([at.replace(tzinfo=None) for at, _settings in stored], dtype="datetime64[us]")
    arrived = dict(session.exec(select(col(Exam.id), col(Exam.received_at)).where(col(Exam.id).in_(_ids(frame)))).all())
    moments = np.array([arrived[exam_id].replace(tzinfo=None) for exam_id in frame.exam_id], dtype="datetime64[us]")
    chosen = np.array([role != "none" for role in roles])
    return np.asarray(chosen[np.searchsorted(begun, moments, side="right")], dtype=bool)


def _ids(frame: pd.DataFrame) -> list[int]:
    return [int(exam_id) for exam_id in frame.exam_id]
