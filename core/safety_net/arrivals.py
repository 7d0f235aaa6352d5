"""A later exam is what a short-term recall waited for: it closes the task when it is received and the recall when it is complete.

A technical recall asks for views, and ends when all of them have come (`core.workflow.second_case`) or with a whole later exam.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from core import audit
from core.batches import batches
from core.clock import now
from core.safety_net.states import is_open
from core.safety_net.writing import step
from core.workflow.recall_steps import is_closed
from db.enums import ExamKind, ProgrammeDecision, RecallStep, TaskKind, TaskStep
from db.tables import Episode, Exam, Recall, RecallEvent, Task

K, D = TaskKind, ProgrammeDecision
REPEATS = (D.short_term_recall, D.technical_recall)
AT_ONCE = 1000  # participants of one query


@dataclass(frozen=True)
class Waits:
    """A recall for which an exam is to come; `task_id` when its task is open, `open` when the recall is."""

    recall_id: int
    kind: ProgrammeDecision
    opened_at: datetime
    exam_kind: ExamKind
    exam_date: date
    participant_id: int
    task_id: int | None
    open: bool


def close_answered(session: Session, participant_id: int | None = None) -> int:
    """Close what later exams have answered, of everybody or of one participant; how many tasks."""
    waiting = _waiting(session, participant_id)
    exams = _exams(session, {one.participant_id for one in waiting})
    answered = [(one, found) for one in waiting if (found := [exam for exam in exams[one.participant_id] if _is_answer(one, exam)])]
    for one, found in answered:
        if one.open and (whole := next((exam for exam in found if exam.completed_at is not None), None)) is not None:
            _close_recall(session, one, whole)
    tasks = {one.task_id: found[0].id or 0 for one, found in answered if one.task_id is not None}
    return step(session, sorted(tasks), TaskStep.closed, "exam_arrived", tasks)


def _waiting(session: Session, participant_id: int | None) -> list[Waits]:
    """Recalls that ask for an exam and are open themselves or by their task."""
    its_task = and_(col(Task.recall_id) == Recall.id, col(Task.kind).in_([K(kind.value) for kind in REPEATS]), is_open())
    rows = select(Recall, Exam, Episode.participant_id, Task.id, ~is_closed()).join(Exam, col(Exam.id) == Recall.exam_id)  # type: ignore[call-overload]
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).outerjoin(Task, its_task)
    rows = rows.where(col(Recall.kind).in_(REPEATS), or_(~is_closed(), col(Task.id).is_not(None)))
    if participant_id is not None:
        rows = rows.where(Episode.participant_id == participant_id)
    return [
        Waits(recall.id or 0, recall.kind, recall.opened_at, exam.kind, exam.exam_date, who, task_id, bool(opened))
        for recall, exam, who, task_id, opened in session.exec(rows)
    ]


def _exams(session: Session, participant_ids: Collection[int]) -> dict[int, list[Exam]]:
    """The exams of these participants as they came."""
    found: dict[int, list[Exam]] = defaultdict(list)
    for some in batches(participant_ids, AT_ONCE):
        rows = select(Episode.participant_id, Exam).join(Exam, col(Exam.episode_id) == Episode.id)
        for who, exam in session.exec(rows.where(col(Episode.participant_id).in_(some)).order_by(col(Exam.id))):
            found[who].append(exam)
    return found


def _is_answer(waits: Waits, exam: Exam) -> bool:
    """An exam of the same kind, taken later, that came after the recall was opened; after a technical recall a whole one."""
    later = exam.kind == waits.exam_kind and exam.exam_date > waits.exam_date and exam.received_at >= waits.opened_at
    whole = exam.follows_exam_id is None and exam.completed_at is not None and not exam.problem
    return later and (waits.kind == D.short_term_recall or whole)


def _close_recall(session: Session, waits: Waits, exam: Exam) -> None:
    session.add(RecallEvent(recall_id=waits.recall_id, step=RecallStep.closed, at=now(), note=f"{exam.exam_date:%Y-%m-%d}"))
    session.flush()
    audit.record(session, "safety net", "recall_closed", "recall", waits.recall_id, site_id=exam.site_id, exam=exam.id)
