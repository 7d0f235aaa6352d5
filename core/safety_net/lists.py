"""Open tasks as they are listed and counted; what is longest past its date comes first, and only the names in sight are opened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.safety_net.events import Told, told_of
from core.safety_net.states import has, is_lost, is_open
from core.sealing import unseal
from core.words import Sentence, say
from core.workflow.participants import matching
from db.enums import TaskKind, TaskStep
from db.tables import Episode, Exam, Participant, Programme, Site, Task

SOON = timedelta(days=14)
LISTS = ("overdue", "escalated", "soon", "lost", "all")
"""Of these a task can be in several: an escalated one is overdue too. Lost to follow-up leaves the others but "all"."""


@dataclass(frozen=True)
class Wanted:
    """Which open tasks; `name` is one of LISTS, empty strings mean every programme or text."""

    name: str = "all"
    programme: str = ""
    kind: TaskKind | None = None
    site_id: int | None = None
    text: str = ""
    task_id: int | None = None
    participant_id: int | None = None


@dataclass(frozen=True)
class TaskRow:
    """An open task with its participant. `days_overdue` is 0 until the date has passed."""

    task_id: int
    kind: TaskKind
    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_id: int
    site_name: str
    synthetic: bool
    episode_id: int
    exam_id: int | None
    exam_date: date | None
    recall_id: int | None
    due: date
    window_from: date
    window_until: date
    days_overdue: int
    made_on: date
    why: Sentence
    rule: str
    rule_version: str
    told: Told


EVERY = Wanted()


def tasks(session: Session, person: Person, wanted: Wanted = EVERY, *, page: int = 0, size: int | None = 50) -> tuple[TaskRow, ...]:
    """The open tasks at the person's sites, the earliest due first: a page of `size`, or all."""
    person.must(Act.see_participants)
    rows = _rows(col(Task.id)).where(*_fitting(person, wanted)).order_by(col(Task.due), col(Task.id))
    ids = session.exec(rows.offset(page * size).limit(size) if size is not None else rows).all()
    return tuple(row for some in batches(ids, 1000) for row in _page(session, some))


def counts(session: Session, person: Person, wanted: Wanted = EVERY) -> dict[str, int]:
    """How many are in each list; `wanted.name` is left aside."""
    person.must(Act.see_participants)
    return _counted(session, _fitting(person, replace(wanted, name="all")))


def kinds(session: Session, person: Person, wanted: Wanted = EVERY) -> dict[TaskKind, int]:
    """How many of each kind are in the list that is asked for; `wanted.kind` is left aside."""
    person.must(Act.see_participants)
    rows = _rows(col(Task.kind), func.count()).where(*_fitting(person, replace(wanted, kind=None))).group_by(col(Task.kind))
    return dict(session.exec(rows).all())


@dataclass(frozen=True)
class Numbers:
    """The safety net in numbers, for the manager: open tasks, those past their date, escalated ones, and the lost to follow-up."""

    open: int
    overdue: int
    escalated: int
    lost: int
    by_kind: Mapping[TaskKind, int]


def numbers(session: Session, person: Person, *, programme: str = "", site_id: int | None = None) -> Numbers:
    """Counts at the sites whose figures the person sees; nobody is named."""
    person.must(Act.see_figures, site_id)
    asked = tuple(_fitting(person, Wanted(programme=programme, site_id=site_id), Act.see_figures))
    found = _counted(session, asked)
    of_kind = _rows(col(Task.kind), func.count()).where(*asked).group_by(col(Task.kind))
    return Numbers(found["all"], found["overdue"], found["escalated"], found["lost"], dict(session.exec(of_kind).all()))


def _counted(session: Session, conditions: Any) -> dict[str, int]:
    told = {name: func.coalesce(func.sum(case((_is(name), 1), else_=0)), 0) for name in LISTS[:-1]}
    row = session.exec(_rows(func.count(), *told.values()).where(*conditions)).one()
    return dict(zip(("all", *told), (int(n) for n in row), strict=True))


def _rows(*columns: Any) -> Any:
    """Tasks with the participant to whom the round belongs now."""
    rows = select(*columns).select_from(Task).join(Episode, col(Episode.id) == Task.episode_id)
    rows = rows.join(Participant, col(Participant.id) == Episode.participant_id)
    return rows.join(Programme, col(Programme.id) == Episode.programme_id)


def _fitting(person: Person, wanted: Wanted, act: Act = Act.see_participants) -> Iterator[ColumnElement[bool]]:
    yield is_open()
    yield col(Task.site_id).in_(person.sites(act))
    if wanted.name != "all":
        yield _is(wanted.name)
    if wanted.programme:
        yield col(Programme.card_id) == wanted.programme
    if wanted.kind is not None:
        yield col(Task.kind) == wanted.kind
    if wanted.site_id is not None:
        yield col(Task.site_id) == wanted.site_id
    if wanted.task_id is not None:
        yield col(Task.id) == wanted.task_id
    if wanted.participant_id is not None:
        yield col(Episode.participant_id) == wanted.participant_id
    if wanted.text.strip():
        yield col(Participant.id).in_(matching(wanted.text))


def _is(name: str) -> ColumnElement[bool]:
    """Whether an open task is in that list."""
    if name == "lost":
        return is_lost()
    if name == "overdue":
        return and_(col(Task.due) < today(), ~is_lost())
    if name == "escalated":
        return and_(has(TaskStep.escalated), ~is_lost())
    return and_(col(Task.due) >= today(), col(Task.due) <= today() + SOON, ~is_lost())


def _page(session: Session, ids: Sequence[int]) -> list[TaskRow]:
    rows = _rows(Task, Episode, Participant, col(Programme.card_id), col(Site.name), col(Exam.exam_date))
    rows = rows.join(Site, col(Site.id) == Task.site_id).outerjoin(Exam, col(Exam.id) == Task.exam_id).where(col(Task.id).in_(ids))
    found = {row[0].id: tuple(row) for row in session.exec(rows)}
    told = told_of(session, ids)
    return [_row(*found[one], told=told[one]) for one in ids]


def _row(task: Task, episode: Episode, who: Participant, card_id: str, site: str, exam_date: date | None, *, told: Told) -> TaskRow:
    return TaskRow(
        task_id=task.id or 0, kind=task.kind, participant_id=who.id or 0, participant_name=unseal(who.name_sealed), number=who.number,
        programme=card_id, site_id=task.site_id, site_name=site, synthetic=who.synthetic, episode_id=episode.id or 0, exam_id=task.exam_id,
        exam_date=exam_date, recall_id=task.recall_id, due=task.due, window_from=task.window_from, window_until=task.window_until,
        days_overdue=max((today() - task.due).days, 0), made_on=task.made_at.date(), why=Sentence.from_json(task.why) or say("–"),
        rule=task.rule, rule_version=task.rule_version, told=told,
    )  # fmt: skip
