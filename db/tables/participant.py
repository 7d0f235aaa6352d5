"""People who are screened. Names and numbers are sealed (AES-GCM); equality and prefix search go through keyed hashes."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from db.enums import Sex
from db.types import Json, UtcDateTime


class Participant(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("site_id", "identifier_key"),
        Index("ix_participant_birth_date", "birth_date"),
        Index("ix_participant_identifier_key", "identifier_key"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, max_length=32, description="Own number such as FL-000123, free of personal content")
    site_id: int = Field(foreign_key="site.id", index=True)
    birth_date: date | None = None
    sex: Sex = Sex.unknown
    name_sealed: str
    identifier_sealed: str = Field(description="The hospital's patient number, sealed")
    identifier_key: str = Field(max_length=64, description="Keyed hash of the hospital's patient number")
    synthetic: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class ParticipantToken(SQLModel, table=True):
    """Keyed hash of one prefix of one part of the name or number, so that a sealed name can be searched."""

    participant_id: int = Field(foreign_key="participant.id", primary_key=True)
    token: str = Field(primary_key=True, max_length=32, index=True)


class ParticipantFact(SQLModel, table=True):
    """Something known about a participant from a day on (opt-out, death, risk factor). Append-only."""

    __table_args__ = (Index("ix_participantfact_kind", "kind", "participant_id", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    kind: str = Field(max_length=32)
    value: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    valid_from: date
    entered_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id")


class ParticipantMerge(SQLModel, table=True):
    """Two entries that are one person: everything of `from_id` hangs on `into_id` from then on, `moved` says what. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    from_id: int = Field(foreign_key="participant.id", unique=True)
    into_id: int = Field(foreign_key="participant.id", index=True)
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Table → ids that were hung over, with what they were")
    reason: str = Field(max_length=500)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)


class ParticipantsApart(SQLModel, table=True):
    """Two entries that look alike and are two people; the lower id stands first. Append-only."""

    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: int | None = Field(default=None, primary_key=True)
    first_id: int = Field(foreign_key="participant.id")
    second_id: int = Field(foreign_key="participant.id")
    reason: str = Field(max_length=500)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)


class Questionnaire(SQLModel, table=True):
    """One set of answers; a draft until it is submitted, history afterwards (nothing writes to it then)."""

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    card_id: str = Field(max_length=32)
    version: str = Field(max_length=16, description="Of the questions")
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
