"""Who is due to be invited, page by page in SQL: first rounds, rounds that come due, overdue ones, and invitations without an answer.

Left out everywhere: who does not take part (opted out, dead, moved away, merged), who has an open appointment, who has a cancer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, null, or_, select, true, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.access import Act, Person
from core.clinics.intervals import Interval, intervals
from core.clinics.planner import aside
from core.clock import now, today
from core.cohorts.cohorts import cohort, members
from core.cohorts.standing import active
from core.eligibility.selection import answered, of_age
from core.sealing import unseal
from core.workflow.participants import Page
from core.workflow.programmes import card
from db.enums import EpisodeStep, OutcomeKind, RecallStep
from db.tables import (
    Appointment,
    Clinic,
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    Outcome,
    Participant,
    PlaceHeld,
    Programme,
    Recall,
    RecallEvent,
    Site,
)

CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)
AHEAD_DAYS, REMIND_AFTER_DAYS, REMINDERS = 28, 28, 2
"""How long before a round is due it is invited; how long an invitation waits for an answer; how often somebody is reminded."""
GIVEN_UP_DAYS = 400
"""An invitation older than this is answered by the next round, not by a reminder."""


COLUMNS = ("participant", "site", "since", "episode", "invitations", "interval")
Listed: TypeAlias = Select[*tuple[Any, ...]]


class Kind(StrEnum):
    first = "first"
    due = "due"
    overdue = "overdue"
    reminder = "reminder"


@dataclass(frozen=True)
class Ask:
    """Which list: `ahead_days` for rounds that come due, `answer_days` for reminders, both in days."""

    card_id: str
    kind: Kind
    site_id: int | None = None
    cohort_id: int | None = None
    ahead_days: int = AHEAD_DAYS
    answer_days: int = REMIND_AFTER_DAYS


@dataclass(frozen=True)
class Due:
    """Somebody due: `since` is the last exam, or for a reminder the last invitation; `episode_id` the round to remind of."""

    participant_id: int
    site_id: int
    since: date | None
    due_on: date | None
    episode_id: int | None
    invitations: int = 0


def due(session: Session, person: Person, ask: Ask, *, page: int = 0, size: int = 50, only: Collection[int] | None = None) -> Page[Due]:
    """A page of the list, who has waited longest first; `only` asks whether these are (still) on it."""
    person.must(Act.work_queue)
    wanted = _listed(session, person, ask)
    if only is not None:
        wanted = wanted.where(wanted.selected_columns.participant.in_(only))
    found = wanted.add_columns(func.count().over()).order_by(*_order(ask.kind, wanted)).offset(page * size).limit(size)
    rows = session.execute(found).all()
    if not rows and page:
        return Page((), session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one())
    every = intervals(ask.card_id)
    return Page(tuple(_row(ask, every, *row[:-1]) for row in rows), rows[0][-1] if rows else 0)


@dataclass(frozen=True)
class NamedDue(Due):
    """Somebody due as a page shows them."""

    name: str = ""
    number: str = ""
    birth_date: date | None = None
    site_name: str = ""
    synthetic: bool = False


def named_due(session: Session, person: Person, ask: Ask, *, page: int = 0, size: int = 50) -> Page[NamedDue]:
    """A page of the list with names; only these are opened."""
    found = due(session, person, ask, page=page, size=size)
    rows = select(Participant, col(Site.name)).join(Site, col(Site.id) == col(Participant.site_id))
    rows = rows.where(col(Participant.id).in_([row.participant_id for row in found.rows]))
    people = {one.id: (one, site) for one, site in session.execute(rows)}
    return Page(tuple(_named(row, *people[row.participant_id]) for row in found.rows), found.total)


def _named(row: Due, who: Participant, site: str) -> NamedDue:
    return NamedDue(
        **vars(row), name=unseal(who.name_sealed), number=who.number, birth_date=who.birth_date, site_name=site, synthetic=who.synthetic
    )


def _listed(session: Session, person: Person, ask: Ask) -> Listed:
    """Participant, site, since when, episode, number of invitations, place of the interval."""
    card(ask.card_id)
    ids: list[Any] = list(session.scalars(select(col(Programme.id)).where(col(Programme.card_id) == ask.card_id)))
    among = true() if ask.cohort_id is None else members(session, person, cohort(session, person, ask.cohort_id).newest)
    make = {Kind.first: _never, Kind.reminder: _unanswered}.get(ask.kind, _rounds)
    rows = union_all(*(_taking_part(one, person, ask).where(among) for one in make(ids, ask))).subquery()
    return select(*(column.label(name) for column, name in zip(rows.columns, COLUMNS, strict=True)))


def _taking_part(rows: Listed, person: Person, ask: Ask) -> Listed:
    sites = person.sites(Act.work_queue)
    site = col(Participant.site_id) if ask.kind == Kind.first else aside(col(Participant.site_id))  # never begin with a whole site
    rows = rows.where(site.in_(sites & {ask.site_id} if ask.site_id is not None else sites))
    return rows.where(active(ask.card_id, today()), ~_booked(ask.card_id), ~_cancer())


def _never(ids: Collection[int], ask: Ask) -> list[Listed]:
    """Of the age and never in this programme; for lung those whose questionnaire is answered, so that the rule can speak."""
    rows: Listed = select(col(Participant.id), col(Participant.site_id), null(), null(), literal(0), literal(0)).where(
        of_age(ask.card_id, today())
    )
    rows = rows.where(~exists().where(col(Episode.participant_id) == col(Participant.id), col(Episode.programme_id).in_(ids)))
    return [rows.where(answered()) if ask.card_id == "lung" else rows]


def _rounds(ids: Collection[int], ask: Ask) -> list[Listed]:
    """The last exam lies a screening interval back, was decided, and nothing of it is open; one query for each interval."""
    later = aliased(Episode)
    further = exists().where(
        col(later.participant_id) == col(Episode.participant_id), col(later.programme_id).in_(ids), col(later.round) > col(Episode.round)
    )
    every, made = intervals(ask.card_id), list[Listed]()
    for place, one in enumerate(every):
        first, end = _window(one, ask)
        rows: Listed = select(col(Participant.id), col(Participant.site_id), col(Exam.exam_date), null(), literal(0), literal(place))
        rows = _from_few_exams(rows) if first else _from_rounds(rows)
        rows = rows.where(col(Exam.exam_date) <= end, aside(col(Episode.programme_id)).in_(ids), ~further, one.holds(today(), every))
        rows = rows.where(of_age(ask.card_id, today()), _last_of_round(), _decided(), ~_recalled())
        made.append(rows if first is None else rows.where(col(Exam.exam_date) > first))
    return made


def _from_few_exams(rows: Listed) -> Listed:
    """Exams of a few days first; `aside` keeps the planner from beginning with a table of everybody."""
    rows = rows.select_from(Exam).join(Episode, col(Episode.id) == aside(col(Exam.episode_id)))
    return rows.join(Participant, col(Participant.id) == aside(col(Episode.participant_id)))


def _from_rounds(rows: Listed) -> Listed:
    """The last round of each participant first, then its exam."""
    rows = rows.select_from(Episode).join(Participant, col(Participant.id) == aside(col(Episode.participant_id)))
    return rows.join(Exam, col(Exam.episode_id) == aside(col(Episode.id)))


def _window(one: Interval, ask: Ask) -> tuple[date | None, date]:
    """Exams after the first day (None: any) and up to the last one. On the day itself a round is due, not overdue."""
    overdue = one.before(today() - timedelta(days=1))
    return (None, overdue) if ask.kind == Kind.overdue else (overdue, one.before(today() + timedelta(days=ask.ahead_days)))


def _unanswered(ids: Collection[int], ask: Ask) -> list[Listed]:
    """Rounds without images whose last event is an invitation, some time ago."""
    event, before = aliased(EpisodeEvent), aliased(EpisodeEvent)
    asked = select(func.count()).where(col(before.episode_id) == col(Episode.id), col(before.step) == EpisodeStep.invited)
    last = select(col(event.step)).where(col(event.episode_id) == col(Episode.id)).order_by(col(event.id).desc()).limit(1)
    newest = select(func.max(col(before.happened_at))).where(col(before.episode_id) == col(Episode.id)).scalar_subquery()
    times, since = asked.scalar_subquery(), func.date(newest)
    rows: Listed = select(col(Participant.id), col(Participant.site_id), since, col(Episode.id), times, literal(0)).select_from(Episode)
    rows = rows.join(Participant, col(Participant.id) == aside(col(Episode.participant_id)))
    rows = rows.where(col(Episode.opened_at) > now() - timedelta(days=GIVEN_UP_DAYS), aside(col(Episode.programme_id)).in_(ids))
    rows = rows.where(~exists().where(col(Exam.episode_id) == col(Episode.id)), last.scalar_subquery() == EpisodeStep.invited)
    return [rows.where(newest < now() - timedelta(days=ask.answer_days), times <= REMINDERS)]


def _last_of_round() -> ColumnElement[bool]:
    other = aliased(Exam)
    newer = or_(col(other.exam_date) > col(Exam.exam_date), and_(col(other.exam_date) == col(Exam.exam_date), col(other.id) > col(Exam.id)))
    return ~exists().where(col(other.episode_id) == col(Exam.episode_id), newer)


def _decided() -> ColumnElement[bool]:
    return exists().where(col(Decision.exam_id) == col(Exam.id))


def _recalled() -> ColumnElement[bool]:
    """Whether a recall of any exam of the round is open: then the recall decides when somebody comes."""
    asked = aliased(Exam)
    closed = exists().where(col(RecallEvent.recall_id) == col(Recall.id), col(RecallEvent.step) == RecallStep.closed)
    return exists().where(col(asked.episode_id) == col(Exam.episode_id), col(Recall.exam_id) == col(asked.id), ~closed)


def _booked(card_id: str) -> ColumnElement[bool]:
    """Whether they have an open appointment; a list that the database makes once, because few have."""
    held = select(col(Appointment.participant_id)).join(PlaceHeld, col(PlaceHeld.appointment_id) == col(Appointment.id))
    held = held.join(Clinic, col(Clinic.id) == col(PlaceHeld.clinic_id)).where(col(Clinic.card_id) == card_id)
    return col(Participant.id).in_(held)


def _cancer() -> ColumnElement[bool]:
    """Whether a cancer was ever entered, checked or not: who has it is under care, not under screening. Few are."""
    of, seen = aliased(Episode), aliased(Exam)
    theirs = select(col(of.participant_id)).join(seen, col(seen.episode_id) == col(of.id))
    return col(Participant.id).in_(theirs.join(Outcome, col(Outcome.exam_id) == col(seen.id)).where(col(Outcome.kind).in_(CANCERS)))


def _order(kind: Kind, rows: Listed) -> tuple[ColumnElement[object], ...]:
    columns = rows.selected_columns
    return (columns.participant,) if kind == Kind.first else (columns.since, columns.participant)


def _row(ask: Ask, every: Sequence[Interval], who: int, site: int, since: object, episode: int | None, invited: int, place: int) -> Due:
    day = date.fromisoformat(since) if isinstance(since, str) else since if isinstance(since, date) else None
    due_on = every[place].after(day) if day and ask.kind in (Kind.due, Kind.overdue) else None
    return Due(who, site, day, due_on, episode, invited)
