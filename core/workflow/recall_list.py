"""Open recalls as they are listed: paged and counted by the database, so that only the names in sight are opened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.sealing import unseal
from core.workflow import second_case
from core.workflow.participants import matching
from core.workflow.programmes import card
from core.workflow.recall_steps import NEXT, R, still_open
from db.enums import ProgrammeDecision, RecallStep
from db.tables import Episode, Exam, OpenRecall, Participant, Programme, Recall, RecallEvent, Site

AT_ONCE = 1000  # recalls of one query


@dataclass(frozen=True)
class RecallRow:
    """An open recall with its last step. `days_overdue` is 0 until the due date has passed."""

    recall_id: int
    exam_id: int
    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_id: int
    site_name: str
    synthetic: bool
    kind: ProgrammeDecision
    exam_date: date
    due: date
    days_overdue: int
    last_step: RecallStep
    last_at: datetime
    last_note: str
    next_steps: tuple[RecallStep, ...]
    views: tuple[str, ...] = ()
    """What a technical recall still waits for: "R-CC" and the like, or "volume"; empty for other recalls."""


@dataclass(frozen=True)
class Wanted:
    """Which open recalls: of a programme's card, of a kind, overdue ones, of participants that a typed search means, or a single one."""

    programme: str = ""
    kind: ProgrammeDecision | None = None
    overdue: bool = False
    text: str = ""
    recall_id: int | None = None


@dataclass(frozen=True)
class Counts:
    """How many recalls are open at the person's sites, by kind, and how many of them are past their date."""

    total: int
    overdue: int
    by_kind: Mapping[ProgrammeDecision, int]


EVERY = Wanted()


def open_recalls(
    session: Session, person: Person, *, overdue_only: bool = False, wanted: Wanted = EVERY, page: int = 0, size: int | None = None
) -> tuple[RecallRow, ...]:
    """The recalls at the person's sites that are not closed, the earliest due first: all, or a page of them."""
    person.must(Act.see_participants)
    asked = replace(wanted, overdue=True) if overdue_only else wanted
    rows = _rows(col(Recall.id)).where(*_fitting(person, asked)).order_by(col(Recall.due), col(Recall.id))
    ids = session.exec(rows.offset(page * size).limit(size) if size is not None else rows).all()
    return tuple(row for some in batches(ids, AT_ONCE) for row in _page(session, some))


def counts(session: Session, person: Person, wanted: Wanted = EVERY) -> Counts:
    """How many there are of each kind; `wanted.kind` and `wanted.overdue` are left aside."""
    person.must(Act.see_participants)
    late = col(Recall.due) < today()
    rows = _rows(col(Recall.kind), late.label("late"), func.count()).group_by(col(Recall.kind), late)
    found = session.exec(rows.where(*_fitting(person, replace(wanted, kind=None, overdue=False)))).all()
    kinds = {kind: sum(n for one, _, n in found if one == kind) for kind, _, _ in found}
    return Counts(sum(kinds.values()), sum(n for _, overdue, n in found if overdue), kinds)


def _rows(*columns: Any) -> Any:
    rows = select(*columns).select_from(Recall).join(Exam, col(Exam.id) == Recall.exam_id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Participant, col(Participant.id) == Episode.participant_id)
    return rows.join(Programme, col(Programme.id) == Episode.programme_id)


def _fitting(person: Person, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Every condition under which a recall is in the list."""
    yield col(Recall.id).in_(still_open().where(col(OpenRecall.site_id).in_(person.sites(Act.see_participants))))
    if wanted.recall_id is not None:
        yield col(Recall.id) == wanted.recall_id
    if wanted.programme:
        yield col(Programme.card_id) == wanted.programme
    if wanted.kind is not None:
        yield col(Recall.kind) == wanted.kind
    if wanted.overdue:
        yield col(Recall.due) < today()
    if wanted.text.strip():
        yield col(Participant.id).in_(matching(wanted.text))


def _page(session: Session, ids: Sequence[int]) -> list[RecallRow]:
    """The rows of these recalls in the order given; a recall without a step counts as opened."""
    events = select(RecallEvent).where(col(RecallEvent.recall_id).in_(ids)).order_by(col(RecallEvent.id))
    last = {event.recall_id: event for event in session.exec(events)}
    rows = _rows(Recall, Exam, Participant, col(Programme.card_id), col(Site.name)).join(Site, col(Site.id) == Exam.site_id)
    found = {row[0].id: row for row in session.exec(rows.where(col(Recall.id).in_(ids)))}
    return [_row(session, found[one][0], last.get(one), *found[one][1:]) for one in ids]


def _row(
    session: Session, recall: Recall, event: RecallEvent | None, exam: Exam, participant: Participant, programme: str, site: str
) -> RecallRow:
    last = event.step if event else R.opened
    technical = recall.kind == ProgrammeDecision.technical_recall
    return RecallRow(
        recall_id=recall.id or 0, exam_id=exam.id or 0, participant_id=participant.id or 0,
        participant_name=unseal(participant.name_sealed), number=participant.number, programme=programme, site_id=exam.site_id,
        site_name=site, synthetic=exam.synthetic, kind=recall.kind, exam_date=exam.exam_date, due=recall.due,
        days_overdue=max((today() - recall.due).days, 0), last_step=last, last_at=event.at if event else recall.opened_at,
        last_note=event.note if event else "", next_steps=tuple(step for step in RecallStep if step in NEXT[last]),
        views=second_case.still_missing(session, exam, card(programme)) if technical else (),
    )  # fmt: skip
