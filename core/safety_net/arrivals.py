"""A later exam is what a short-term recall waited for: it closes the task when it is received and the recall when it is complete.

A technical recall asks for views, and ends when all of them have come (`core.workflow.second_case`) or with a whole later exam.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core import audit
from core.clock import now
from core.safety_net.rules import RECALLS
from core.safety_net.states import is_open
from core.safety_net.writing import alone, step
from core.workflow.recall_steps import is_closed
from db.enums import ProgrammeDecision, RecallStep, TaskKind, TaskStep
from db.tables import Episode, Exam, Recall, RecallEvent, Task

K, D = TaskKind, ProgrammeDecision
came, recalled, other, its = aliased(Exam), aliased(Exam), aliased(Episode), aliased(Episode)


def close_answered(session: Session, participant_id: int | None = None) -> int:
    """Close what later exams have answered, of everybody or of one participant; how many tasks."""
    mine = [col(its.participant_id) == participant_id] if participant_id is not None else []
    closed = _close_tasks(session, _later().where(*mine))
    _close_recalls(session, _later().where(*mine))
    return closed


def arrived(session: Session, exam: Exam) -> None:
    """What an exam that was received or has become complete closes, in the transaction of its arrival."""
    waits = (
        select(col(Task.id)).join(Episode, col(Episode.id) == Task.episode_id).join(its, col(its.participant_id) == Episode.participant_id)
    )
    waits = waits.where(its.id == exam.episode_id, col(Task.kind).in_(RECALLS), is_open()).limit(1)
    if session.exec(waits).first() is None:
        return
    alone(session)
    close_answered(session, session.exec(select(col(Episode.participant_id)).where(Episode.id == exam.episode_id)).one())


def _later() -> Any:
    """Recalls with the exam that answers each, by the participant and the kind of exam."""
    rows = select(func.min(came.id), Recall).join(recalled, col(recalled.id) == Recall.exam_id)
    rows = rows.join(its, col(its.id) == recalled.episode_id).join(other, col(other.participant_id) == its.participant_id)
    rows = rows.join(came, (col(came.episode_id) == other.id) & (col(came.kind) == recalled.kind))
    later = and_(col(came.exam_date) > col(recalled.exam_date), col(came.received_at) >= col(Recall.opened_at))
    return rows.where(later, or_(col(Recall.kind) == D.short_term_recall, and_(col(Recall.kind) == D.technical_recall, _whole())))


def _whole() -> ColumnElement[bool]:
    """An exam of its own with everything expected, not some views repeated."""
    return and_(col(came.follows_exam_id).is_(None), col(came.completed_at).is_not(None), col(came.problem) == "")


def _close_tasks(session: Session, rows: Any) -> int:
    rows = rows.join(Task, and_(col(Task.recall_id) == Recall.id, col(Task.kind).in_((K.short_term_recall, K.technical_recall))))
    rows = rows.where(is_open()).with_only_columns(col(Task.id), func.min(came.id)).group_by(col(Task.id))
    exams: dict[int, int] = dict(session.exec(rows).all())
    return step(session, sorted(exams), TaskStep.closed, "exam_arrived", exams)


def _close_recalls(session: Session, rows: Any) -> None:
    rows = rows.where(~is_closed(), col(came.completed_at).is_not(None))
    rows = rows.with_only_columns(col(Recall.id), func.min(came.exam_date), func.min(came.id), func.min(came.site_id)).group_by(
        col(Recall.id)
    )
    for recall_id, day, exam_id, site_id in session.exec(rows).all():
        session.add(RecallEvent(recall_id=recall_id, step=RecallStep.closed, at=now(), note=f"{day:%Y-%m-%d}"))
        session.flush()
        audit.record(session, "safety net", "recall_closed", "recall", recall_id, site_id=site_id, exam=exam_id)
