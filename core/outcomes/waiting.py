"""What outcomes still need: entries nobody made, checks nobody gave, finals that did not come, refusals to be put right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.access import Act, Person
from core.clock import today
from core.outcomes.checked import TABLES
from core.outcomes.needs import LISTS, needed
from core.outcomes.proposal import propose
from core.outcomes.said import entry_said
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow.participants import Page
from db.tables import Episode, Exam, Participant, Programme, SecondCheck, Site, User

SIZE = 50


@dataclass(frozen=True)
class Line:
    """One thing to do at an exam. `days` counts from `since`; `said` is what is known so far; an entry is named by subject and id."""

    exam_id: int
    participant_id: int
    number: str
    name: str
    programme: str
    site_name: str
    synthetic: bool
    exam_date: date
    since: date
    days: int
    said: Sentence | None
    subject: str = ""
    row_id: int = 0
    by: str = ""
    note: Sentence | None = None
    list_id: str | None = None


def counts(session: Session, person: Person, *, programme: str = "", text: str = "") -> Mapping[str, int]:
    """How many things each of the lists holds for this person."""
    person.must(Act.record_outcome)
    return {name: _count(session, needed(name, person, programme, text).subquery()) for name in LISTS}


def lines(
    session: Session, person: Person, name: str, *, programme: str = "", text: str = "", page: int = 0, total: int | None = None
) -> Page[Line]:
    """A page of one of `LISTS`, the oldest first; `total` where `counts` has told it. NotAllowed for who records no outcomes."""
    person.must(Act.record_outcome)
    asked = needed(name, person, programme, text).subquery()
    rows = session.execute(select(asked).order_by(asked.c.since, asked.c.row_id).limit(SIZE).offset(page * SIZE)).all()
    return Page(tuple(_lines(session, rows)), _count(session, asked) if total is None else total)


def _count(session: Session, asked: Any) -> int:
    return int(session.scalar(select(func.count()).select_from(asked)) or 0)


def _lines(session: Session, asked: Sequence[Any]) -> Iterator[Line]:
    known = heads(session, {row.exam_id for row in asked})
    entries, notes = _rows(session, asked), _notes(session, asked)
    people = {row.id: row.name for row in session.execute(select(col(User.id), col(User.name)))}
    for row in asked:
        entry = entries.get((row.subject, row.row_id))
        since = row.since.date() if isinstance(row.since, datetime) else row.since
        yield Line(
            **known[row.exam_id], since=since, days=max((today() - since).days, 0),
            said=entry_said(entry) if entry else _so_far(session, row.exam_id), subject=row.subject, row_id=row.row_id,
            by=people.get(entry.entered_by, "") if entry else "", note=notes.get((row.subject, row.row_id)),
            list_id=getattr(entry, "list_id", None),
        )  # fmt: skip


def _so_far(session: Session, exam_id: int) -> Sentence | None:
    found = propose(session, exam_id)
    return found.because if found else None


def heads(session: Session, exam_ids: set[int]) -> dict[int, dict[str, Any]]:
    """Whose exams these are, by exam id: the first fields of a line."""
    rows = select(Exam, Participant, col(Programme.card_id), col(Site.name)).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Participant, col(Participant.id) == Episode.participant_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.join(Site, col(Site.id) == Exam.site_id).where(col(Exam.id).in_(exam_ids))
    return {
        exam.id: {
            "exam_id": exam.id, "participant_id": who.id, "number": who.number, "name": unseal(who.name_sealed), "programme": card_id,
            "site_name": site, "synthetic": exam.synthetic, "exam_date": exam.exam_date,
        }
        for exam, who, card_id, site in session.execute(rows)
    }  # fmt: skip


def _rows(session: Session, asked: Sequence[Any]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    for subject, ids in _ids(asked).items():
        table = TABLES[subject]
        found |= {(subject, row.id): row for row in session.scalars(select(table).where(col(table.id).in_(ids)))}
    return found


def _notes(session: Session, asked: Sequence[Any]) -> dict[tuple[str, int], Sentence]:
    """Who refused an entry, and why."""
    found: dict[tuple[str, int], Sentence] = {}
    for subject, ids in _ids(asked).items():
        said = select(SecondCheck, col(User.name)).outerjoin(User, col(User.id) == SecondCheck.author_id)
        said = said.where(col(SecondCheck.subject) == subject, col(SecondCheck.row_id).in_(ids))
        found |= {(subject, row.row_id): say(N_("{who}: {note}"), who=who or "–", note=row.note) for row, who in session.execute(said)}
    return found


def _ids(asked: Sequence[Any]) -> dict[str, list[int]]:
    return {subject: ids for subject in TABLES if (ids := [row.row_id for row in asked if row.subject == subject])}
