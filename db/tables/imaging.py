"""Images as they came (Study, Series, Instance) and as they are read together (Exam)."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import ExamKind
from db.types import Json, UtcDateTime


class Study(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("site_id", "study_uid"),)

    id: int | None = Field(default=None, primary_key=True)
    study_uid: str = Field(max_length=64, index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    study_date: date | None = None
    description: str = Field(default="", max_length=200)


class Series(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    series_uid: str = Field(max_length=64, unique=True)
    modality: str = Field(max_length=16)
    description: str = Field(default="", max_length=200)


class Instance(SQLModel, table=True):
    """One SOP instance; its bytes lie in the object store under `object_key` (SHA-256 of the bytes) before this row exists."""

    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="series.id", index=True)
    sop_uid: str = Field(max_length=64, unique=True)
    sop_class: str = Field(max_length=64)
    transfer_syntax: str = Field(max_length=64)
    object_key: str = Field(max_length=64, index=True)
    size_bytes: int
    header: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Technical attributes; no name, no patient number")
    received_at: datetime = Field(sa_type=UtcDateTime)


class Exam(SQLModel, table=True):
    """The images of one episode that are read together. Without instances it is part of a simulated history."""

    id: int | None = Field(default=None, primary_key=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    kind: ExamKind
    exam_date: date = Field(index=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="When everything expected had come")
    problem: str = Field(default="", description="Sentence (JSON): why it cannot be scored, or what is doubtful")
    synthetic: bool = Field(default=False, description="Made by a generator; never mixed into real figures")
    phantom: bool = Field(default=False, description="The images themselves are procedural")


class ExamInstance(SQLModel, table=True):
    """Which instances an exam is read from, and as what: "volume", "L-CC", "R-MLO", "other"."""

    exam_id: int = Field(foreign_key="exam.id", primary_key=True)
    instance_id: int = Field(foreign_key="instance.id", primary_key=True, index=True)
    part: str = Field(max_length=32)
