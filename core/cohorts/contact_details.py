"""How a participant can be written to or called. Kept as a fact like any other, but sealed: address, e-mail and phone lie open nowhere."""

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.batches import batches
from core.clock import today
from core.cohorts.facts import record
from core.cohorts.standing import AT_ONCE, CONTACT_DETAILS
from core.errors import NotAllowed, Rejected
from core.sealing import seal, unseal
from core.words import N_
from db.tables import Participant, ParticipantFact

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
PHONE = re.compile(r"\+?[0-9 ()/.\-]{5,30}")
LANGUAGES = ("", "en", "zh_CN")


@dataclass(frozen=True)
class ContactDetails:
    """`address` line by line, without the name; `language` is that of letters, "" where none was said."""

    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: str = ""

    def sealed(self) -> dict[str, str]:
        """The value of the fact."""
        return {"sealed": seal(json.dumps(asdict(self), ensure_ascii=False))}

    @classmethod
    def opened(cls, value: dict[str, str]) -> "ContactDetails":
        """From the value of a fact."""
        found = json.loads(unseal(value["sealed"]))
        return cls(**{**found, "address": tuple(found.get("address", ()))})


def enter(session: Session, person: Person, participant_id: int, details: ContactDetails, valid_from: date | None = None) -> bool:
    """New contact details from a day on; False when just these are known. Rejected when an e-mail address or a number cannot be one."""
    check(details)
    known = of(session, person, [participant_id], valid_from or today()).get(participant_id, ContactDetails())
    if known == details:
        return False
    record(session, person, participant_id, CONTACT_DETAILS, details.sealed(), valid_from or today())
    return True


def of(session: Session, person: Person, ids: Collection[int], on: date) -> dict[int, ContactDetails]:
    """The contact details on a day of those who have some; NotAllowed where one of them is outside the person's sites."""
    found: dict[int, ContactDetails] = {}
    for some in batches(ids, AT_ONCE):
        _within(session, person, some)
        rows = select(ParticipantFact).where(col(ParticipantFact.participant_id).in_(some), ParticipantFact.kind == CONTACT_DETAILS)
        rows = rows.where(ParticipantFact.valid_from <= on).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
        newest = {row.participant_id: row.value for row in session.exec(rows)}
        found |= {one: ContactDetails.opened(value) for one, value in newest.items()}
    return found


def check(details: ContactDetails) -> None:
    """Rejected naming what is no e-mail address, phone number or language."""
    if details.email and not EMAIL.fullmatch(details.email):
        raise Rejected(N_("{value} is no e-mail address"), value=details.email[:80])
    if details.phone and not PHONE.fullmatch(details.phone):
        raise Rejected(N_("{value} is no phone number; expected digits"), value=details.phone[:80])
    if details.language not in LANGUAGES:
        raise Rejected(N_("{value} is no language that letters are written in here"), value=details.language[:20])
    if len(details.address) > 8 or any(len(line) > 100 for line in details.address):
        raise Rejected(N_("An address has at most 8 lines of 100 characters"))


def _within(session: Session, person: Person, ids: Collection[int]) -> None:
    outside = select(col(Participant.id)).where(col(Participant.id).in_(ids))
    outside = outside.where(col(Participant.site_id).not_in(person.sites(Act.see_participants)))
    if session.exec(outside.limit(1)).first() is not None:
        raise NotAllowed(N_("This participant is not at one of your sites."))
