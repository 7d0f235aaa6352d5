"""Places of slots: taking one is a row with the place as its key, so of two who want the last place exactly one gets it.

A place is held while its appointment is open, so these rows are also the short list of what still has to be settled.
"""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core.errors import Conflict
from core.words import N_
from db.tables import Appointment, AppointmentEvent, Clinic, PlaceHeld, User


def hold(session: Session, clinic: Clinic, appointment: Appointment, *, beyond: bool = False) -> None:
    """Take a place of the appointment's slot; Conflict naming who took the last one. `beyond`: who came late is squeezed in."""
    slot = slot_of(clinic, appointment.starts_at)
    taken = {row.place: row.appointment_id for row in _held(session, clinic, slot)}
    free = next((place for place in range(clinic.places) if place not in taken), None)
    if free is None and not beyond:
        raise _full(session, appointment.starts_at, max(taken.values()))
    place = free if free is not None else max(taken, default=-1) + 1
    try:
        with session.begin_nested():
            session.add(PlaceHeld(clinic_id=clinic.id or 0, slot=slot, place=place, appointment_id=appointment.id or 0))
            session.flush()
    except IntegrityError as problem:
        raise _full(session, appointment.starts_at, max(row.appointment_id for row in _held(session, clinic, slot))) from problem


def release(session: Session, appointment_id: int) -> None:
    """Give the place of an appointment back."""
    held = session.exec(select(PlaceHeld).where(PlaceHeld.appointment_id == appointment_id)).first()
    if held is not None:
        session.delete(held)
        session.flush()


def free(session: Session, clinic: Clinic) -> dict[int, int]:
    """Slot → places that nobody holds; full slots are there with 0."""
    taken: dict[int, int] = {}
    for slot in session.exec(select(col(PlaceHeld.slot)).where(PlaceHeld.clinic_id == clinic.id)):
        taken[slot] = taken.get(slot, 0) + 1
    return {slot: max(clinic.places - taken.get(slot, 0), 0) for slot in range(clinic.slots)}


def slot_of(clinic: Clinic, starts_at: datetime) -> int:
    return round((starts_at - clinic.starts_at) / timedelta(minutes=clinic.slot_minutes))


def start_of(clinic: Clinic, slot: int) -> datetime:
    return clinic.starts_at + timedelta(minutes=clinic.slot_minutes * slot)


def _held(session: Session, clinic: Clinic, slot: int) -> list[PlaceHeld]:
    return list(session.exec(select(PlaceHeld).where(PlaceHeld.clinic_id == clinic.id, PlaceHeld.slot == slot)))


def _full(session: Session, at: datetime, appointment_id: int) -> Conflict:
    events = select(User.name).join(AppointmentEvent, col(AppointmentEvent.author_id) == User.id)
    name = session.exec(events.where(AppointmentEvent.appointment_id == appointment_id, AppointmentEvent.number == 0)).first()
    if name is None:
        return Conflict(N_("No place is free at {at}; choose another time"), at=at)
    return Conflict(N_("No place is free at {at}: {name} took the last one; choose another time"), at=at, name=name)
