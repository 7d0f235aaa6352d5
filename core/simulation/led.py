"""Exams whose reads were not independent of the AI or of each other, by a fixed number of queries."""

from datetime import date

import numpy as np
import pandas as pd
from sqlmodel import Session, and_, col, or_, select

from core.metrics.labels import Bools
from core.workflow.programmes import card
from core.workflow.standing import standing
from db.tables import AiPolicy, Exam, Programme, Read, Reveal


def led_exams(session: Session, start: date, end: date) -> frozenset[int]:
    """Exams of [start, end] with a standing read whose reader had seen the AI result or another opinion before signing."""
    of_period = select(Read.exam_id).join(Exam, col(Exam.id) == Read.exam_id).where(col(Exam.exam_date).between(start, end), standing())
    run, others = col(Read.seen)["run"].as_string(), col(Read.seen)["reads"].as_string()
    shown = of_period.where(or_(col(Read.saw_ai), run.is_not(None), and_(others.is_not(None), others != "[]")))
    knew = and_(Reveal.exam_id == Read.exam_id, Reveal.user_id == Read.reader_id, col(Reveal.at) <= Read.committed_at)
    revealed = of_period.join(Reveal, knew)
    return frozenset(session.exec(shown)) | frozenset(session.exec(revealed))


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
