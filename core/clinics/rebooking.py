"""Whose appointment was cancelled or missed and who has no other one yet."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.clinics import day
from core.clinics.day import AppointmentLine
from core.clock import today
from core.cohorts.standing import active
from core.workflow.participants import Page
from core.workflow.programmes import cards
from db.enums import AppointmentStep, EpisodeStep, RecallStep
from db.tables import Appointment, AppointmentEvent, Clinic, EpisodeEvent, Participant, RecallEvent

LOOK_BACK_DAYS = 180
"""Older ones are found as reminders and in the safety net."""
GIVEN_UP = (AppointmentStep.cancelled, AppointmentStep.did_not_attend, AppointmentStep.attended_not_screened)
MOVED_ON = (EpisodeStep.imaged, EpisodeStep.read, EpisodeStep.closed)


def to_rebook(
    session: Session, person: Person, card_id: str, *, site_id: int | None = None, page: int = 0, size: int = 50
) -> Page[AppointmentLine]:
    """The last appointments of those who wait for another one, the newest first, looking back half a year."""
    person.must(Act.work_queue)
    later, since = aliased(Appointment), day.midnight(today() - timedelta(days=LOOK_BACK_DAYS))
    sites = person.sites(Act.work_queue) & ({site_id} if site_id is not None else person.sites(Act.work_queue))
    wanted = select(col(Appointment.id)).join(Clinic, col(Clinic.id) == Appointment.clinic_id)
    wanted = wanted.join(Participant, col(Participant.id) == Appointment.participant_id)
    wanted = wanted.where(Clinic.card_id == card_id, col(Clinic.site_id).in_(sites), Appointment.starts_at >= since)
    wanted = wanted.where(_given_up(), active(card_id, today()), _still_asked())
    wanted = wanted.where(~exists().where(col(later.episode_id) == col(Appointment.episode_id), col(later.id) > col(Appointment.id)))
    total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
    ids = session.exec(wanted.order_by(col(Appointment.id).desc()).offset(page * size).limit(size)).all()
    rows = day.appointments(session, [one for one in ids if one is not None])
    return Page(tuple(sorted(rows, key=lambda one: one.id, reverse=True)), total)


def every_programme(session: Session, person: Person, *, size: int = 50) -> Page[AppointmentLine]:
    """The newest of all programmes together, with the number of all."""
    found = [to_rebook(session, person, card_id, size=size) for card_id in cards()]
    rows = sorted((row for page in found for row in page.rows), key=lambda row: row.starts_at, reverse=True)
    return Page(tuple(rows[:size]), sum(page.total for page in found))


def _given_up() -> ColumnElement[bool]:
    event, newer = aliased(AppointmentEvent), aliased(AppointmentEvent)
    after = exists().where(col(newer.appointment_id) == col(event.appointment_id), col(newer.number) > col(event.number))
    return exists().where(col(event.appointment_id) == col(Appointment.id), col(event.step).in_(GIVEN_UP), ~after)


def _still_asked() -> ColumnElement[bool]:
    """No images of the round since, or for a recall: it is not closed."""
    moved_on = exists().where(col(EpisodeEvent.episode_id) == col(Appointment.episode_id), col(EpisodeEvent.step).in_(MOVED_ON))
    closed = exists().where(col(RecallEvent.recall_id) == col(Appointment.recall_id), col(RecallEvent.step) == RecallStep.closed)
    of_round = col(Appointment.recall_id).is_(None) & ~moved_on
    return of_round | (col(Appointment.recall_id).is_not(None) & ~closed)
