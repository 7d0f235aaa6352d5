"""What has happened to tasks so far: their own steps, and the attempts to reach the participant."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.words import N_
from db.enums import Channel, TaskStep
from db.tables import Contact, Episode, Task, TaskEvent, User


@dataclass(frozen=True)
class Told:
    """`lost`: why the participant counts as lost to follow-up, "" otherwise; `level`: how often it was escalated."""

    lost: str = ""
    lost_at: datetime | None = None
    lost_note: str = ""
    level: int = 0
    attempts: int = 0
    last_attempt: datetime | None = None
    last_reached: bool | None = None


@dataclass(frozen=True)
class HistoryLine:
    """A step of a task (`channel` None) or an attempt to reach the participant (`step` None). `author` is empty for the program."""

    at: datetime
    author: str
    note: str
    step: TaskStep | None = None
    reason: str = ""
    channel: Channel | None = None
    reached: bool | None = None


def told_of(session: Session, task_ids: Sequence[int]) -> dict[int, Told]:
    """What is known of each of these tasks, by two queries."""
    events: dict[int, list[TaskEvent]] = defaultdict(list)
    for event in session.exec(select(TaskEvent).where(col(TaskEvent.task_id).in_(task_ids)).order_by(col(TaskEvent.id))):
        events[event.task_id].append(event)
    tried: dict[int, list[Contact]] = defaultdict(list)
    for task_id, contact in session.exec(_attempts().where(col(Task.id).in_(task_ids)).order_by(col(Contact.at), col(Contact.id))):
        tried[task_id].append(contact)
    return {one: _told(events[one], tried[one]) for one in task_ids}


def history(session: Session, person: Person, task_id: int) -> tuple[HistoryLine, ...]:
    """Everything that happened to a task and every attempt, the newest first; NotAllowed outside the person's sites."""
    task = session.get(Task, task_id)
    if task is None or task.site_id not in person.sites(Act.see_participants):
        raise NotAllowed(N_("This task is not at one of your sites."))
    names: dict[int | None, str] = {row[0]: row[1] for row in session.exec(select(User.id, User.name))}
    steps = select(TaskEvent).where(TaskEvent.task_id == task_id, TaskEvent.step != TaskStep.tried)
    lines = [
        HistoryLine(event.at, names.get(event.author_id, ""), event.note, step=event.step, reason=event.reason)
        for event in session.exec(steps)
    ]
    lines += [
        HistoryLine(one.at, names.get(one.author_id, ""), one.note, channel=one.channel, reached=one.reached)
        for _, one in session.exec(_attempts().where(col(Task.id) == task_id))
    ]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def _attempts() -> Any:
    """Attempts that count for a task: those for its recall or round, and all of the participant since it was made."""
    since = and_(col(Contact.participant_id) == Episode.participant_id, col(Contact.at) >= col(Task.made_at))
    about = or_(since, col(Contact.recall_id) == Task.recall_id, col(Contact.episode_id) == Task.episode_id)
    rows = select(Task.id, Contact).join(Episode, col(Episode.id) == Task.episode_id)
    return rows.join(Contact, about)


def _told(events: list[TaskEvent], tried: list[Contact]) -> Told:
    said = [event for event in events if event.step in (TaskStep.lost, TaskStep.found_again)]
    lost = said[-1] if said and said[-1].step == TaskStep.lost else None
    levels = [int(event.reason) for event in events if event.step == TaskStep.escalated and event.reason.isdigit()]
    return Told(
        lost=lost.reason if lost else "", lost_at=lost.at if lost else None, lost_note=lost.note if lost else "",
        level=max(levels, default=0), attempts=len(tried), last_attempt=tried[-1].at if tried else None,
        last_reached=tried[-1].reached if tried else None,
    )  # fmt: skip
