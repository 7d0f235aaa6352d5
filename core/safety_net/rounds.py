"""Rounds that became due and to which nobody was invited: a list asked of the rows that are there, because a task for each would be a
row for nearly everybody. Whom it names is said by the invitations' own rule (`core.clinics.due`)."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from core.access import Person
from core.clinics.due import Ask, Due, Kind, due
from core.clock import today
from core.sealing import unseal
from core.workflow.participants import Page
from db.tables import Participant, Site


@dataclass(frozen=True)
class RoundRow:
    """Somebody whose round is past its date without an invitation."""

    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_name: str
    synthetic: bool
    last_exam: date | None
    due: date | None
    days_overdue: int


def overdue_rounds(
    session: Session, person: Person, card_id: str, *, site_id: int | None = None, page: int = 0, size: int = 50
) -> Page[RoundRow]:
    """A page of them in one programme, who has waited longest first; only the names of the page are opened."""
    found = due(session, person, Ask(card_id, Kind.overdue, site_id=site_id), page=page, size=size)
    return Page(_named(session, card_id, found.rows), found.total)


def _named(session: Session, card_id: str, found: tuple[Due, ...]) -> tuple[RoundRow, ...]:
    ids = [one.participant_id for one in found]
    people = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(ids))
    known = {who.id: (who, site) for who, site in session.exec(people)}
    return tuple(_row(card_id, one, *known[one.participant_id]) for one in found)


def _row(card_id: str, one: Due, who: Participant, site: str) -> RoundRow:
    return RoundRow(
        participant_id=one.participant_id, participant_name=unseal(who.name_sealed), number=who.number, programme=card_id, site_name=site,
        synthetic=who.synthetic, last_exam=one.since, due=one.due_on,
        days_overdue=max((today() - one.due_on).days, 0) if one.due_on else 0,
    )  # fmt: skip
