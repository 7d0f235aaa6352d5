"""The safety net of the demonstration: cast over the invented history, with attempts to reach people and one who is lost to follow-up."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from core.demonstration.book import moment
from core.safety_net import generate, round_causes
from core.safety_net.states import is_open
from core.safety_net.writing import make
from db.enums import Channel, RecallStep, TaskKind, TaskStep
from db.tables import Contact, Episode, RecallEvent, Task, TaskEvent, User

TRIED = ((Channel.phone, False, "No reply"), (Channel.letter, None, "Reminder sent"), (Channel.phone, False, "Number is not in use"))
CALLED = ((Channel.phone, True, "Will call back about the day"), (Channel.phone, False, "No reply, tried at noon"))
SETTLED = (
    ("declined", "By phone, does not want to take part this time"), ("seen_elsewhere", "Had a CT in hospital"),
    ("moved_away", "Letter came back"), ("declined", "Answered the reminder"),
)  # fmt: skip
FORGOTTEN = 2
"""Missed appointments of which nobody took care within the window."""
AT_WORK = 6
"""Tasks of which somebody has spoken with the participant already."""


def write(session: Session, rng: random.Random, today: date) -> None:
    """Tasks of everything that waits, some tried already, one lost to follow-up, the oldest escalated."""
    author = session.exec(select(User.id).where(User.login == "coordinator")).first()
    if author is None:
        return
    make(session, [*round_causes.unanswered(session), *round_causes.missed_appointments(session)])
    _ended(session, author, today)
    generate(session)
    late = _late(session, today)
    for task, who in late[1 : AT_WORK + 1]:
        at = moment(today - timedelta(days=rng.randint(1, 10)), 9 + rng.randint(0, 6), rng.randint(0, 59))
        _try(session, task, who, author, at, *CALLED[rng.randint(0, 1)])
    for task, who in late[:1]:
        for back, attempt in zip((12, 9, 5), TRIED, strict=True):
            _try(session, task, who, author, moment(today - timedelta(days=back), 10, rng.randint(0, 59)), *attempt)
        note, at = "Moved, the new address is not known to the family doctor", moment(today - timedelta(days=4), 15)
        session.add(TaskEvent(task_id=task.id or 0, step=TaskStep.lost, reason="not_reachable", at=at, author_id=author, note=note))
        if task.recall_id is not None:
            session.add(RecallEvent(recall_id=task.recall_id, step=RecallStep.unreachable, at=at, author_id=author, note=note))
    session.flush()


def _ended(session: Session, author: int, today: date) -> None:
    """What was missed some time ago has been settled, but for a few."""
    rows = select(Task).where(Task.kind == TaskKind.missed_appointment, Task.window_until < today - timedelta(days=7), is_open())
    for number, task in enumerate(session.exec(rows.order_by(col(Task.due), col(Task.id))).all()[:-FORGOTTEN]):
        reason, note = SETTLED[number % len(SETTLED)]
        at = moment(task.due, 11)
        session.add(TaskEvent(task_id=task.id or 0, step=TaskStep.closed, reason=reason, at=at, author_id=author, note=note))
    session.flush()


def _late(session: Session, today: date) -> Sequence[tuple[Task, int]]:
    """Overdue tasks with their participants: short-term recalls and assessments first."""
    rows = select(Task, Episode.participant_id).join(Episode, col(Episode.id) == Task.episode_id).where(is_open(), Task.due < today)
    return session.exec(rows.order_by(col(Task.recall_id).is_(None), col(Task.due), col(Task.id))).all()


def _try(session: Session, task: Task, who: int, author: int, at: datetime, channel: Channel, reached: bool | None, note: str) -> None:
    tried = Contact(participant_id=who, channel=channel, reached=reached, note=note, author_id=author, at=at)
    tried.episode_id, tried.recall_id = task.episode_id, task.recall_id
    session.add(tried)
    said = "reached" if reached else "not_reached"
    session.add(TaskEvent(task_id=task.id or 0, step=TaskStep.tried, reason=said, at=at, author_id=author, note=note))
