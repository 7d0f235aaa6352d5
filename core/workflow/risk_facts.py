"""What is known of a participant that formulas of risk ask for; what nobody entered is None, which is never the same as no."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.errors import NotAllowed
from core.words import N_
from db.enums import Sex
from db.tables import Participant, ParticipantFact

KINDS = ("family_history", "emphysema", "ever_smoker", "extrathoracic_cancer")
"""Kinds of `ParticipantFact` whose value is {"said": true or false}."""


@dataclass(frozen=True)
class Facts:
    """As of the day of the exam. Family history: of lung cancer; extrathoracic cancer: more than five years ago."""

    age: int | None = None
    sex: Sex = Sex.unknown
    family_history: bool | None = None
    emphysema: bool | None = None
    ever_smoker: bool | None = None
    extrathoracic_cancer: bool | None = None


def facts_of(session: Session, person: Person, participant_id: int, on: date) -> Facts:
    """The newest fact of each kind that was valid on that day; NotAllowed outside the person's sites."""
    found = session.get(Participant, participant_id)
    if found is None or found.site_id not in person.sites(Act.see_participants):
        raise NotAllowed(N_("This participant is not at one of your sites."))
    rows = select(ParticipantFact).where(ParticipantFact.participant_id == participant_id, col(ParticipantFact.kind).in_(KINDS))
    rows = rows.where(ParticipantFact.valid_from <= on).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
    said = {row.kind: bool(row.value["said"]) for row in session.exec(rows) if isinstance(row.value.get("said"), bool)}
    return Facts(_age(found.birth_date, on), found.sex, **said)


def _age(born: date | None, on: date) -> int | None:
    return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))
