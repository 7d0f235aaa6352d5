"""Writing to the participants of one clinic: that their place is kept, or that they were missed; nobody gets the same twice."""

from sqlmodel import Session, col, select

from core.access import Person
from core.clinics import day
from core.clinics.day import AppointmentLine, ClinicDay
from core.errors import Conflict
from core.messages import mailings
from core.messages.mailings import Plan, Recipient
from core.words import N_
from db.enums import AppointmentStep, Channel
from db.tables import Appointment, Mailing, MailingItem

STEPS = {"confirmation": AppointmentStep.booked, "missed": AppointmentStep.did_not_attend}
SAY_IT = {"confirmation": ("confirmation", "invitation"), "missed": ("missed",)}
"""Templates that have said it already."""


def unwritten(session: Session, person: Person, clinic_id: int, template_id: str) -> tuple[AppointmentLine, ...]:
    """The appointments of a clinic about which this has not been said, neither sent nor waiting."""
    found = day.clinic(session, person, clinic_id)
    said = _said(session, found, template_id)
    every = (one for slot in found.slots for one in slot.appointments)
    return tuple(one for one in every if one.step == STEPS[template_id] and (one.participant_id, one.starts_at.isoformat()) not in said)


def write(session: Session, person: Person, clinic_id: int, template_id: str, channel: Channel, language: str) -> tuple[int, ...]:
    """A mailing to them; its id for each language. Conflict when somebody wrote to all of them already."""
    line = day.clinic(session, person, clinic_id).line
    wanted = unwritten(session, person, clinic_id, template_id)
    if not wanted:
        raise Conflict(N_("Everybody of this clinic has been written to already"))
    rows = select(col(Appointment.id), col(Appointment.episode_id)).where(col(Appointment.id).in_([one.id for one in wanted]))
    episodes: dict[int | None, int] = dict(session.exec(rows).all())
    place = {"place": line.name}
    recipients = [Recipient(one.participant_id, episodes[one.id], {"when": one.starts_at.isoformat(), **place}) for one in wanted]
    return mailings.make(session, person, Plan(line.card_id, template_id, channel, language), recipients)


def _said(session: Session, found: ClinicDay, template_id: str) -> set[tuple[int, str]]:
    """Participant and start of the appointment of every message that said it."""
    ids = [one.participant_id for slot in found.slots for one in slot.appointments]
    rows = select(MailingItem).join(Mailing, col(Mailing.id) == MailingItem.mailing_id)
    rows = rows.where(col(MailingItem.participant_id).in_(ids), col(Mailing.template).in_(SAY_IT[template_id]))
    return {(item.participant_id, str(item.said.get("when", ""))) for item in session.exec(rows)}
