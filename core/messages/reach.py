"""How participants can be reached on a channel, and why some are not written to."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from core.batches import batches
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import AT_ONCE, CONTACT_DETAILS, Standing
from core.words import N_, Sentence, say
from db.enums import Channel
from db.tables import ParticipantFact

RESERVED = (".example", ".test", ".invalid", ".localhost", "example.org", "example.com", "example.net")
"""Domains that belong to nobody (RFC 2606): the only ones to which anything about an invented person is sent."""


def details(session: Session, ids: Collection[int], on: date) -> dict[int, ContactDetails]:
    """The contact details on a day of those who have some; the caller has scoped the participants."""
    found: dict[int, ContactDetails] = {}
    for some in batches(ids, AT_ONCE):
        rows = select(ParticipantFact).where(col(ParticipantFact.participant_id).in_(some), ParticipantFact.kind == CONTACT_DETAILS)
        rows = rows.where(ParticipantFact.valid_from <= on).order_by(col(ParticipantFact.valid_from), col(ParticipantFact.id))
        newest = {row.participant_id: row.value for row in session.exec(rows)}
        found |= {one: ContactDetails.opened(value) for one, value in newest.items()}
    return found


def withheld(channel: Channel, stands: Standing, card_id: str, known: ContactDetails, *, invented: bool) -> Sentence | None:
    """Why nothing is sent to somebody; None when it may be."""
    if stands.merged_into is not None:
        return say(N_("The entry was merged into another one"))
    if stands.died is not None:
        return say(N_("Died on {day}"), day=stands.died)
    if card_id in stands.opted_out:
        return say(N_("Opted out of this programme"))
    if stands.moved_away:
        return say(N_("Moved away"))
    if channel == Channel.email and not known.email:
        return say(N_("No e-mail address is known"))
    if channel == Channel.text and not known.phone:
        return say(N_("No phone number is known"))
    if channel == Channel.email and invented and not known.email.casefold().endswith(RESERVED):
        return say(N_("An invented person with a real address; nothing is sent there"))
    return None


__all__ = ["details", "withheld"]
