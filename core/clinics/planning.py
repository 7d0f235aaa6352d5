"""Clinics are made singly or as a series, and called off with a reason that every appointment keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clinics import steps
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from core.workflow.programmes import card
from db.enums import AppointmentStep
from db.tables import Clinic, PlaceHeld, Site

LIMITS = {"slot_minutes": (1, 240), "slots": (1, 200), "places": (1, 50)}
LONGEST_SERIES = 100


@dataclass(frozen=True)
class Wanted:
    """A clinic as somebody asks for it; `start` is the time of day at the site, `places` participants of one slot."""

    site_id: int
    card_id: str
    name: str
    start: time
    slot_minutes: int
    slots: int
    places: int = 1
    assessment: bool = False


def make(session: Session, person: Person, wanted: Wanted, days: Sequence[date]) -> tuple[int, ...]:
    """One clinic on each of these days, all or none; their ids. Conflict naming the clinic that is there at that time."""
    person.must(Act.work_queue, wanted.site_id)
    _check(wanted, days)
    session.exec(select(Site).where(Site.id == wanted.site_id).with_for_update()).one()
    made = [_made(session, person, wanted, day) for day in sorted(set(days))]
    audit.record(session, person, "clinics_made", "clinic", made[0], site_id=wanted.site_id, clinics=len(made))
    return tuple(made)


def every_week(first: date, weeks: int) -> tuple[date, ...]:
    """The same day of so many weeks."""
    return tuple(first + timedelta(weeks=week) for week in range(weeks))


def call_off(session: Session, person: Person, clinic_id: int, reason: str) -> int:
    """Call a clinic off: its appointments become cancelled and wait to be rebooked; how many. Conflict when somebody has come."""
    clinic = locked(session, person, clinic_id)
    if not reason.strip():
        raise Rejected(N_("Say why the clinic is called off: the participants will ask"))
    held = session.exec(select(PlaceHeld.appointment_id).where(PlaceHeld.clinic_id == clinic_id).order_by(col(PlaceHeld.slot))).all()
    present = sum(steps.last_event(session, one).step != AppointmentStep.booked for one in held)
    if present:
        raise Conflict(N_("{n} participants of this clinic have come already; finish with them first"), n=present)
    for appointment_id in held:
        steps.take(session, person, appointment_id, AppointmentStep.cancelled, note=reason)
    clinic.closed_at, clinic.closed_because = now(), reason.strip()[:500]
    session.add(clinic)
    audit.record(session, person, "clinic_called_off", "clinic", clinic_id, site_id=clinic.site_id, appointments=len(held))
    return len(held)


def locked(session: Session, person: Person, clinic_id: int) -> Clinic:
    """A clinic that takes place, locked until the end of the transaction."""
    found = select(Clinic).where(Clinic.id == clinic_id, col(Clinic.site_id).in_(person.sites(Act.work_queue)))
    clinic = session.exec(found.with_for_update()).first()
    if clinic is None:
        raise NotAllowed(N_("This clinic is not at one of the sites where you work."))
    if clinic.closed_at is not None:
        raise Conflict(N_("The clinic {name} was called off: {reason}"), name=clinic.name, reason=clinic.closed_because)
    return clinic


def ends_at(clinic: Clinic) -> datetime:
    return clinic.starts_at + timedelta(minutes=clinic.slot_minutes * clinic.slots)


def _check(wanted: Wanted, days: Sequence[date]) -> None:
    card(wanted.card_id)
    if not wanted.name.strip():
        raise Rejected(N_("Name the room or the van of the clinic"))
    for name, (least, most) in LIMITS.items():
        if not least <= (value := getattr(wanted, name)) <= most:
            raise Rejected(N_("{value} is not possible here; expected {least} to {most}"), value=value, least=least, most=most)
    if not 0 < len(set(days)) <= LONGEST_SERIES:
        raise Rejected(N_("A series has 1 to {most} clinics"), most=LONGEST_SERIES)


def _made(session: Session, person: Person, wanted: Wanted, day: date) -> int:
    starts = datetime.combine(day, wanted.start).astimezone()
    if starts <= now():
        raise Rejected(N_("{at} has passed; a clinic lies in the future"), at=starts)
    clinic = Clinic(
        site_id=wanted.site_id, card_id=wanted.card_id, name=wanted.name.strip()[:120], starts_at=starts, slot_minutes=wanted.slot_minutes,
        slots=wanted.slots, places=wanted.places, assessment=wanted.assessment, author_id=person.user_id, created_at=now(),
    )  # fmt: skip
    ends = ends_at(clinic)
    near = select(Clinic).where(Clinic.site_id == wanted.site_id, Clinic.name == clinic.name, col(Clinic.closed_at).is_(None))
    for other in session.exec(near.where(Clinic.starts_at < ends, Clinic.starts_at > starts - timedelta(days=2))):
        if ends_at(other) > starts:
            raise Conflict(N_("The clinic {name} is there already from {at}"), name=other.name, at=other.starts_at)
    session.add(clinic)
    session.flush()
    return clinic.id or 0
