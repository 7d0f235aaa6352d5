"""Who is eligible now, who soon, and of whom it cannot be said: page by page in the order of registration, computed for what is shown.

Nothing derived is stored: SQL picks people of the age, the rules look at them until a page is full. A page that had to look at too many
says how far it came, so that it answers at once with any number of participants.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, case, literal
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.batches import batches
from core.cohorts.standing import active, present
from core.eligibility.ahead import Ahead, ahead, within
from core.eligibility.known import Known, known
from core.eligibility.selection import answered, cannot_be_said, of_age, soon_of_age, told_to_stay_out
from core.eligibility.standing import verdict
from core.eligibility.verdict import Verdict
from core.sealing import unseal
from core.words import Sentence
from core.workflow.status import statuses
from db.enums import Sex
from db.tables import Participant, Site

View = Literal["now", "soon", "unknown"]
VIEWS: tuple[View, ...] = ("now", "soon", "unknown")
SIZE, AT_ONCE, LOOKED_AT = 40, 200, 600
"""Rows of a page, people per query, and people one page looks at before it says how far it came."""
SOON_DAYS = 730


@dataclass(frozen=True)
class Line:
    """One participant with the verdict on that day and, where it is a no, the forecast."""

    participant_id: int
    number: str
    name: str
    birth: date | None
    sex: Sex
    site_name: str
    synthetic: bool
    verdict: Verdict
    ahead: Ahead | None
    status: Sentence


@dataclass(frozen=True)
class Lines:
    """A page: `after` goes on with the next one (None: this was the last), `looked_at` how many people it took."""

    rows: tuple[Line, ...]
    after: int | None
    looked_at: int


@dataclass(frozen=True)
class Counts:
    """People at the person's sites: of the age of the programme and taking part, and those of them who have not been asked."""

    of_age: int
    unasked: int


def counts(session: Session, person: Person, card_id: str, on: date, *, site_id: int | None = None) -> Counts:
    """Counted in SQL: all of the age less the few who do not take part. Only the lung programme asks a questionnaire."""
    person.must(Act.work_queue)
    aged = and_(_mine(person, site_id), of_age(card_id, on))
    everybody, out = _counted(session, card_id, aged), _counted(session, card_id, and_(aged, told_to_stay_out(), ~active(card_id, on)))
    return Counts(everybody.of_age - out.of_age, everybody.unasked - out.unasked)


def _counted(session: Session, card_id: str, which: ColumnElement[bool]) -> Counts:
    unasked = func.count(case((answered(), None), else_=1)) if card_id == "lung" else literal(0)
    total, without = session.exec(select(func.count(), unasked).select_from(Participant).where(which)).one()
    return Counts(total, without)


def lines(session: Session, person: Person, card_id: str, view: View, on: date, *, site_id: int | None = None, after: int = 0) -> Lines:
    """The next page of a view, of participants with an id above `after`."""
    person.must(Act.work_queue)
    found: list[tuple[Known, Verdict]] = []
    ids = _candidates(session, person, card_id, view, on, site_id, after)
    looked = 0
    for some in batches(ids, AT_ONCE):
        for of in _in_order(session, some, on):
            looked += 1
            said = verdict(of, card_id)
            if _fits(of, said, view, on):
                found.append((of, said))
            if len(found) == SIZE:
                return Lines(_lines(session, found, view), of.participant_id, looked)
    last = ids[-1] if len(ids) == LOOKED_AT else None
    return Lines(_lines(session, found, view), last, looked)


def _candidates(session: Session, person: Person, card_id: str, view: View, on: date, site_id: int | None, after: int) -> Sequence[int]:
    """Ids of people of the age, in order; the indexed id makes the database stop as soon as it has enough."""
    rows = select(col(Participant.id)).where(_mine(person, site_id), col(Participant.id) > after, present(), _of_view(card_id, view, on))
    return [one for one in session.exec(rows.order_by(col(Participant.id)).limit(LOOKED_AT)) if one is not None]


def _of_view(card_id: str, view: View, on: date) -> ColumnElement[bool]:
    """What SQL can say: the age, and for the lung programme whether the questionnaire was answered."""
    if view == "unknown":
        return cannot_be_said(card_id, on)
    aged = of_age(card_id, on) if view == "now" else soon_of_age(card_id, on, SOON_DAYS)
    return and_(aged, answered(smoker=True)) if card_id == "lung" else aged


def _fits(of: Known, said: Verdict, view: View, on: date) -> bool:
    """Whether a verdict belongs to the view; who does not take part belongs to none."""
    if not of.may_be_screened(said.card_id):
        return False
    if view == "soon":
        return said.eligible is False and within(of, said.card_id, on + timedelta(days=SOON_DAYS))
    return said.eligible is (True if view == "now" else None)


def _mine(person: Person, site_id: int | None) -> ColumnElement[bool]:
    """At one's sites; not looked up by the index of sites, because people are wanted in the order of their ids."""
    sites = person.sites(Act.work_queue)
    return (col(Participant.site_id) + 0).in_(sites & {site_id} if site_id is not None else sites)


def _in_order(session: Session, ids: Sequence[int], on: date) -> Iterator[Known]:
    found = known(session, ids, on)
    return (found[one] for one in ids if one in found)


def _lines(session: Session, found: Sequence[tuple[Known, Verdict]], view: View) -> tuple[Line, ...]:
    """Names are opened for the rows that are shown; the forecast is only made where it is asked for."""
    ids = [of.participant_id for of, _ in found]
    rows = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(ids))
    people = {row.id: (row, site) for row, site in session.exec(rows)}
    status = statuses(session, ids) if ids else {}
    made = []
    for of, said in found:
        row, site = people[of.participant_id]
        comes = ahead(of, said.card_id) if view == "soon" else None
        made.append(
            Line(of.participant_id, row.number, unseal(row.name_sealed), of.birth, of.sex, site, row.synthetic, said, comes,
                 status[of.participant_id])
        )  # fmt: skip
    return tuple(sorted(made, key=lambda line: (line.ahead.first or date.max) if line.ahead else date.min))
