"""What people do with a task: note an attempt, close it with a reason, call the participant lost to follow-up, find the participant again.

Every act is an event with its author; whoever comes second is told who was first and with what.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.messages import contacts
from core.safety_net import reasons
from core.safety_net.events import told_of
from core.safety_net.rules import RECALLS
from core.safety_net.writing import alone
from core.words import N_
from core.workflow import recalls
from core.workflow.programmes import card
from db.enums import Channel, RecallStep, TaskStep
from db.tables import Episode, Programme, RecallEvent, Task, TaskEvent, User

R = RecallStep


def tried(session: Session, person: Person, task_id: int, channel: Channel, *, reached: bool | None, note: str = "") -> None:
    """Note an attempt to reach the participant; the recall of the task counts as contacted from the first one on."""
    task = _open(session, person, task_id)
    who = _participant(session, task)
    contacts.record(session, person, who, channel, reached=reached, note=note, episode_id=task.episode_id, recall_id=task.recall_id)
    _append(session, person, task, TaskStep.tried, "reached" if reached else "not_reached", note)
    if _last_recall_step(session, task) in (R.opened, R.unreachable):
        _carry(session, person, task, R.contacted, note)


def close(session: Session, person: Person, task_id: int, reason: str, note: str) -> None:
    """Close a task with a reason, and the recall that asked for it; Rejected without a known reason and a note."""
    if reason not in reasons.BY_HAND:
        raise Rejected(N_("{reason} is no reason to close a task"), reason=reason)
    if not note.strip():
        raise Rejected(N_("Say from whom and when this is known"))
    task = _open(session, person, task_id)
    _append(session, person, task, TaskStep.closed, reason, note)
    if task.kind in RECALLS:
        _carry(session, person, task, R.closed, note)


def lose(session: Session, person: Person, task_id: int, reason: str, note: str = "") -> None:
    """Mark the participant as lost to follow-up; Rejected before the attempts that the programme's card asks for."""
    if reason not in reasons.LOST:
        raise Rejected(N_("{reason} is no reason to call somebody lost to follow-up"), reason=reason)
    task = _open(session, person, task_id)
    if (before := _lost(session, task)) is not None:
        raise Conflict(N_("{name} marked this as lost to follow-up on {at}"), name=_name(session, before), at=before.at)
    needed = card(_card_id(session, task)).safety_net.attempts
    had = told_of(session, [task_id])[task_id].attempts
    if had < needed:
        raise Rejected(N_("Lost to follow-up needs {needed} recorded attempts; there are {had}"), needed=needed, had=had)
    _append(session, person, task, TaskStep.lost, reason, note)
    _carry(session, person, task, R.unreachable, note or reason.replace("_", " "))


def found_again(session: Session, person: Person, task_id: int, note: str) -> None:
    """Take a participant back who was lost to follow-up; Conflict when nobody says so any more."""
    task = _open(session, person, task_id)
    if _lost(session, task) is None:
        raise Conflict(N_("This participant does not count as lost to follow-up; look again"))
    if not note.strip():
        raise Rejected(N_("Say how the participant was found"))
    _append(session, person, task, TaskStep.found_again, "", note)


def _open(session: Session, person: Person, task_id: int) -> Task:
    """The task, when it is open and at one of the person's sites."""
    alone(session)
    task = session.exec(select(Task).where(Task.id == task_id, col(Task.site_id).in_(person.sites(Act.work_queue)))).first()
    if task is None:
        raise NotAllowed(N_("This task is not at one of the sites where you work."))
    ends = select(TaskEvent).where(TaskEvent.task_id == task_id, TaskEvent.step == TaskStep.closed)
    if (ended := session.exec(ends).first()) is not None:
        words = N_("{name} closed this task on {at}: {reason}")
        raise Conflict(words, name=_name(session, ended), at=ended.at, reason=reasons.WORDS.get(ended.reason, ended.reason))
    return task


def _lost(session: Session, task: Task) -> TaskEvent | None:
    """The event that calls the participant lost, unless the participant was found again."""
    steps = (TaskStep.lost, TaskStep.found_again)
    rows = select(TaskEvent).where(TaskEvent.task_id == task.id, col(TaskEvent.step).in_(steps))
    last = session.exec(rows.order_by(col(TaskEvent.id).desc()).limit(1)).first()
    return last if last is not None and last.step == TaskStep.lost else None


def _append(session: Session, person: Person, task: Task, step: TaskStep, reason: str, note: str) -> None:
    at: datetime = now()
    session.add(TaskEvent(task_id=task.id or 0, step=step, reason=reason, at=at, author_id=person.user_id, note=note.strip()[:500]))
    session.flush()
    audit.record(session, person, f"task_{step.value}", "task", task.id, site_id=task.site_id, reason=reason)


def _carry(session: Session, person: Person, task: Task, step: RecallStep, note: str) -> None:
    """The same step of the recall that asked for the task, where it may follow."""
    if task.kind in RECALLS and task.recall_id is not None and step in recalls.NEXT[_last_recall_step(session, task)]:
        recalls.append(session, person, task.recall_id, step, note or step.value)


def _last_recall_step(session: Session, task: Task) -> RecallStep:
    rows = select(RecallEvent.step).where(RecallEvent.recall_id == task.recall_id).order_by(col(RecallEvent.id).desc()).limit(1)
    return RecallStep(session.exec(rows).first() or R.opened)


def _participant(session: Session, task: Task) -> int:
    """Whoever the round belongs to now; two entries may have become one since the task was made."""
    return session.exec(select(col(Episode.participant_id)).where(Episode.id == task.episode_id)).one()


def _card_id(session: Session, task: Task) -> str:
    rows = select(col(Programme.card_id)).join(Episode, col(Episode.programme_id) == Programme.id)
    return session.exec(rows.where(Episode.id == task.episode_id)).one()


def _name(session: Session, event: TaskEvent) -> str:
    author = session.get(User, event.author_id) if event.author_id is not None else None
    return author.name if author is not None else "Firstlight"
