"""What may become of an appointment: one table of legal steps, one function that appends (domain/users.md 1.1)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clinics import consequences, places
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from db.enums import AppointmentStep
from db.tables import Appointment, AppointmentEvent, Clinic, User

S = AppointmentStep
NEXT: Mapping[AppointmentStep, frozenset[AppointmentStep]] = {
    S.booked: frozenset({S.checked_in, S.did_not_attend, S.cancelled}),
    S.checked_in: frozenset({S.started, S.attended_not_screened}),
    S.started: frozenset({S.screened, S.partially_screened, S.attended_not_screened}),
    S.screened: frozenset(),
    S.partially_screened: frozenset(),
    S.attended_not_screened: frozenset(),
    S.did_not_attend: frozenset({S.checked_in}),  # came late after all
    S.cancelled: frozenset(),
}
WORDS: Mapping[AppointmentStep, str] = {
    S.booked: N_("booked"),
    S.checked_in: N_("checked in"),
    S.started: N_("started"),
    S.screened: N_("screened"),
    S.partially_screened: N_("partially screened"),
    S.attended_not_screened: N_("came, not screened"),
    S.did_not_attend: N_("did not attend"),
    S.cancelled: N_("cancelled"),
}
OPEN = frozenset({S.booked, S.checked_in, S.started})
"""Where somebody still has to say what came of it."""
NEEDS_NOTE = frozenset({S.partially_screened, S.attended_not_screened, S.cancelled})


def take(
    session: Session, person: Person, appointment_id: int, step: AppointmentStep, *, seen: int | None = None, note: str = "",
    moving: bool = False,
) -> AppointmentEvent:  # fmt: skip
    """Add a step and what it means for the episode; `seen` is the number of the last event that the person had in sight.

    Conflict naming who was first and with what; Rejected for a day that has not come or a missing reason. `moving`: another
    appointment follows in the same transaction.
    """
    appointment, clinic = mine(session, person, appointment_id)
    last = last_event(session, appointment_id)
    if step not in NEXT[last.step] or (seen is not None and seen != last.number):
        raise _late(session, last, step)
    _possible(appointment, step, note)
    event = append(session, appointment, step, person.user_id, number=last.number + 1, note=note)
    if step not in OPEN:
        places.release(session, appointment_id)
    elif last.step not in OPEN:
        places.hold(session, clinic, appointment, beyond=True)
    if not moving:
        consequences.carry(session, person, appointment, step, note)
    audit.record(session, person, f"appointment_{step.value}", "appointment", appointment_id, site_id=clinic.site_id)
    return event


def append(
    session: Session, appointment: Appointment, step: AppointmentStep, author_id: int | None, *, number: int, note: str = ""
) -> AppointmentEvent:
    """The row alone; of two with the same number the second gets a Conflict naming the first."""
    event = AppointmentEvent(
        appointment_id=appointment.id or 0, number=number, step=step, at=now(), author_id=author_id, note=note.strip()[:500]
    )
    try:
        with session.begin_nested():
            session.add(event)
            session.flush()
    except IntegrityError as problem:
        raise _late(session, last_event(session, appointment.id or 0), step) from problem
    return event


def mine(session: Session, person: Person, appointment_id: int) -> tuple[Appointment, Clinic]:
    """The appointment, locked, with its clinic; NotAllowed outside the sites where the person works."""
    rows = select(Appointment, Clinic).join(Clinic, col(Clinic.id) == Appointment.clinic_id).where(Appointment.id == appointment_id)
    found = session.exec(rows.where(col(Clinic.site_id).in_(person.sites(Act.work_queue))).with_for_update()).first()
    if found is None:
        raise NotAllowed(N_("This appointment is not at one of the sites where you work."))
    return found


def last_event(session: Session, appointment_id: int) -> AppointmentEvent:
    events = select(AppointmentEvent).where(AppointmentEvent.appointment_id == appointment_id)
    return session.exec(events.order_by(col(AppointmentEvent.number).desc()).limit(1)).one()


def _possible(appointment: Appointment, step: AppointmentStep, note: str) -> None:
    if step in NEEDS_NOTE and not note.strip():
        raise Rejected(N_("Say why: it stands beside “{step}”"), step=WORDS[step])
    if step == S.did_not_attend and appointment.starts_at > now():
        raise Rejected(N_("The appointment is at {at}; it can be missed only afterwards"), at=appointment.starts_at)
    if step in (S.checked_in, S.started) and _day(appointment.starts_at) > _day(now()):
        raise Rejected(N_("The appointment is on {day}; nobody can have come before"), day=_day(appointment.starts_at))


def _day(moment: datetime) -> datetime:
    """Midnight at this place of that moment's day."""
    return moment.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _late(session: Session, last: AppointmentEvent, step: AppointmentStep) -> Conflict:
    """Who was first, with what, and when."""
    who = session.get(User, last.author_id) if last.author_id else None
    if who is None:
        return Conflict(N_("The appointment is {before}; it cannot become {after}"), before=WORDS[last.step], after=WORDS[step])
    said = {"name": who.name, "before": WORDS[last.step], "at": last.at, "after": WORDS[step]}
    if step == last.step:
        return Conflict(N_("{name} already recorded “{before}” ({at})"), **said)
    return Conflict(N_("{name} already recorded “{before}” ({at}); “{after}” cannot follow now, look again"), **said)
