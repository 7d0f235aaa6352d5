"""How tasks and their steps are written: a task once for its key, and by one writer at a time."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, insert

from core.batches import batches
from core.clock import now
from core.safety_net.rules import Cause
from db.enums import TaskStep
from db.tables import Task, TaskEvent

AT_ONCE = 1000
NET_LOCK = 4_612_004  # any constant: the advisory lock that orders writers of the safety net on PostgreSQL


def alone(session: Session) -> None:
    """Wait for other writers of the safety net, so that what is open now stays so until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": NET_LOCK})


def make(session: Session, causes: Collection[Cause]) -> int:
    """Make the tasks that are not there; how many were asked for. The same key again finds the first."""
    new = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for some in batches(sorted(causes, key=lambda cause: cause.key), AT_ONCE):
        session.execute(new(Task).on_conflict_do_nothing(index_elements=["key"]), [cause.row() for cause in some])
    return len(causes)


def step(session: Session, task_ids: Iterable[int], taken: TaskStep, reason: str, exams: Mapping[int, int] | None = None) -> int:
    """A step that the system takes for many tasks; `exams`: task id → the exam whose arrival it is. How many."""
    at = now()
    rows: list[dict[str, Any]] = [
        {"task_id": one, "step": taken, "reason": reason, "exam_id": (exams or {}).get(one), "at": at, "note": ""} for one in task_ids
    ]
    for some in batches(rows, AT_ONCE):
        session.execute(insert(TaskEvent), some)
    return len(rows)
