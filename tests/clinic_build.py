"""Builders for clinics and appointments, also on days that have passed."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core.clinics import places
from core.clock import now
from core.workflow import episodes
from db.enums import AppointmentStep, EpisodeStep
from db.tables import Appointment, AppointmentEvent, Clinic, Participant, Site
from tests.build import a_participant, a_site, ago, an_episode


def at_nine(days: int) -> datetime:
    """Nine in the morning so many days from today, at this place."""
    return (now().astimezone() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)


def a_clinic(
    session: Session, *, site: Site | None = None, card: str = "lung", name: str = "Van 1", starts_at: datetime | None = None,
    slots: int = 4, places: int = 1, assessment: bool = False,
) -> Clinic:  # fmt: skip
    """A clinic with slots of 20 minutes, the day after tomorrow at nine unless said otherwise."""
    clinic = Clinic(
        site_id=(site or a_site(session)).id or 0, card_id=card, name=name, starts_at=starts_at or at_nine(2), slot_minutes=20, slots=slots,
        places=places, assessment=assessment, created_at=now(),
    )  # fmt: skip
    session.add(clinic)
    session.flush()
    return clinic


def an_appointment(
    session: Session, clinic: Clinic, participant: Participant | None = None, *, slot: int = 0, author_id: int | None = None
) -> Appointment:
    """A booked appointment, wherever in time the clinic lies, with its round invited and booked."""
    who = participant or a_participant(session)
    episode = an_episode(session, who, programme=clinic.card_id, days_ago=30, steps=(EpisodeStep.invited,))
    episodes.append(session, episode.id or 0, EpisodeStep.booked, ago(20), author_id)
    made = Appointment(
        clinic_id=clinic.id or 0, participant_id=who.id or 0, episode_id=episode.id or 0, made_at=ago(20),
        starts_at=places.start_of(clinic, slot),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(AppointmentEvent(appointment_id=made.id or 0, number=0, step=AppointmentStep.booked, at=ago(20), author_id=author_id))
    places.hold(session, clinic, made)
    return made
