"""Clinics, their places, and the appointments in them."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from db.enums import AppointmentStep
from db.types import UtcDateTime


class Clinic(SQLModel, table=True):
    """A half day at a site on which participants of a programme are seen; `closed_at` is set when it was called off."""

    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    card_id: str = Field(max_length=32)
    name: str = Field(max_length=120, description="Room or van")
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    slot_minutes: int
    slots: int
    places: int = Field(default=1, description="Participants of one slot")
    assessment: bool = Field(default=False, description="For assessment after a recall, not for screening")
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_because: str = Field(default="", max_length=500)


class Appointment(SQLModel, table=True):
    """One place offered to one participant; where it stands is the step of its last event. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    clinic_id: int = Field(foreign_key="clinic.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    recall_id: int | None = Field(default=None, foreign_key="recall.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)


class AppointmentEvent(SQLModel, table=True):
    """A step of an appointment; `number` counts from 0, so that two who take the same step at once meet in the index. Append-only."""

    __table_args__ = (
        UniqueConstraint("appointment_id", "number"),
        Index("ix_appointmentevent_step", "step", "appointment_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", index=True)
    number: int
    step: AppointmentStep
    at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    note: str = Field(default="", max_length=500)


class PlaceHeld(SQLModel, table=True):
    """A place of a slot that is taken; removed when the appointment is cancelled. A lock, not history."""

    clinic_id: int = Field(foreign_key="clinic.id", primary_key=True)
    slot: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    appointment_id: int = Field(foreign_key="appointment.id", unique=True)
