"""Appointments that passed without a word: they stay in a list until somebody says what came of them; nothing is settled by silence."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clinics import day, steps
from core.clinics.day import AppointmentLine
from core.clock import now
from db.enums import AppointmentStep
from db.tables import Appointment, Clinic, PlaceHeld

S = AppointmentStep
TO_SCREENED = (S.checked_in, S.started, S.screened)


@dataclass(frozen=True)
class Settled:
    """How many were marked as not attended, and how many were left because images have come or they had been checked in."""

    missed: int
    left: int


def unsettled(session: Session, person: Person) -> tuple[AppointmentLine, ...]:
    """Every open appointment of a day that is over, at the person's sites, the oldest first."""
    person.must(Act.work_queue)
    held = select(col(Appointment.id)).join(PlaceHeld, col(PlaceHeld.appointment_id) == Appointment.id)
    held = held.join(Clinic, col(Clinic.id) == PlaceHeld.clinic_id).where(col(Clinic.site_id).in_(person.sites(Act.work_queue)))
    return day.appointments(session, held.where(Appointment.starts_at < day.midnight(now().astimezone().date())))


def mark_missed(session: Session, person: Person, clinic_id: int) -> Settled:
    """Everybody of a clinic who is still only booked did not attend; those with images are left for somebody to look at."""
    found = day.clinic(session, person, clinic_id)
    here = [one for slot in found.slots for one in slot.appointments if one.step in steps.OPEN and one.starts_at <= now()]
    missed = [one for one in here if one.step == S.booked and not one.images]
    for one in missed:
        steps.take(session, person, one.id, S.did_not_attend, seen=one.seen)
    audit.record(session, person, "clinic_settled", "clinic", clinic_id, site_id=found.line.site_id, missed=len(missed))
    return Settled(len(missed), len(here) - len(missed))


def mark_screened(session: Session, person: Person, appointment_id: int, *, seen: int | None = None) -> None:
    """Take every step up to “screened” at once, for an appointment whose images are here."""
    steps.mine(session, person, appointment_id)
    last = steps.last_event(session, appointment_id)
    wanted = TO_SCREENED[TO_SCREENED.index(last.step) + 1 :] if last.step in TO_SCREENED[:-1] else TO_SCREENED
    for number, step in enumerate(wanted):
        steps.take(session, person, appointment_id, step, seen=None if number or seen is None else seen)
