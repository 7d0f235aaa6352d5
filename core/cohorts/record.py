"""Everything about one participant that is not a round: names, contact details, facts with who entered them, entries that were merged."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from core.access import Person
from core.clock import today
from core.cohorts import contact_details, facts
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import Standing, standing
from core.workflow.participants import ParticipantLine, line
from db.tables import Participant, ParticipantMerge, User


@dataclass(frozen=True)
class FactLine:
    """One fact as it was entered; `by` is empty for an entry of the system."""

    kind: str
    value: dict[str, Any]
    valid_from: date
    by: str
    entered_at: datetime


@dataclass(frozen=True)
class MergeLine:
    """An entry that was merged into this one."""

    number: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Record:
    """`into` is the number of the entry that this one was merged into."""

    line: ParticipantLine
    standing: Standing
    details: ContactDetails
    facts: tuple[FactLine, ...]
    merged: tuple[MergeLine, ...]
    into: str


def record(session: Session, person: Person, participant_id: int) -> Record:
    """One participant; NotAllowed outside the person's sites."""
    shown = line(session, person, participant_id)
    rows = facts.history(session, person, participant_id)
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_({row.author_id for row in rows}))).all())
    told = tuple(FactLine(row.kind, row.value, row.valid_from, names.get(row.author_id, ""), row.entered_at) for row in rows)
    details = contact_details.of(session, person, [participant_id], today()).get(participant_id, ContactDetails())
    stands = standing(session, [participant_id], today())[participant_id]
    into = session.get_one(Participant, stands.merged_into).number if stands.merged_into else ""
    return Record(shown, stands, details, told, _merged(session, participant_id), into)


def _merged(session: Session, participant_id: int) -> tuple[MergeLine, ...]:
    rows = select(Participant.number, User.name, ParticipantMerge).join(Participant, col(Participant.id) == ParticipantMerge.from_id)
    rows = rows.join(User, col(User.id) == ParticipantMerge.author_id).where(ParticipantMerge.into_id == participant_id)
    return tuple(MergeLine(number, by, row.at, row.reason) for number, by, row in session.exec(rows))
