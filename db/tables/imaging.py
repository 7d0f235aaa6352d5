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
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="When everything expected had come")
    problem: str = Field(default="", description="Sentence (JSON): why it cannot be scored, or what is doubtful")
    synthetic: bool = Field(default=False, description="Made by a generator; never mixed into real figures")
    phantom: bool = Field(default=False, description="The images themselves are procedural")
    follows_exam_id: int | None = Field(
        default=None, foreign_key="exam.id", description="The exam whose technical recall asked for this one"
    )
    expected_parts: list[str] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"}, description="Empty: those of the programme card"
    )
    technique: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"},
        description="How it was taken: manufacturer, model, station, kernel, thickness_mm, kvp, mas, ctdivol_mgy, dlp_mgycm, dose_mgy",
    )  # fmt: skip


class ExamInstance(SQLModel, table=True):
    """Which instances an exam is read from, and as what: "volume", "L-CC", "R-MLO", "other"."""

    exam_id: int = Field(foreign_key="exam.id", primary_key=True)
    instance_id: int = Field(foreign_key="instance.id", primary_key=True, index=True)
    part: str = Field(max_length=32)


class Registration(SQLModel, table=True):
    """How an exam lies on an earlier one of the same participant. Append-only; the newest of a pair counts."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    earlier_exam_id: int = Field(foreign_key="exam.id")
    method: str = Field(max_length=64)
    matrix: list[list[float]] = Field(
        default_factory=list, sa_type=Json, description="4 × 4, LPS mm of the exam to LPS mm of the earlier one"
    )
    quality: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    reason: str = Field(default="", description="Sentence (JSON): why there is no registration")
    at: datetime = Field(sa_type=UtcDateTime)


class NoduleMatch(SQLModel, table=True):
    """The same nodule in two exams, or that it has no partner; the newest row of a finding counts. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id", index=True)
    earlier_exam_id: int = Field(foreign_key="exam.id", index=True)
    earlier_finding_id: int | None = Field(default=None, foreign_key="finding.id", description="Empty: not there earlier")
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: matched by the program")
    at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Distance in mm, ratio of sizes")


class UndecidedExam(SQLModel, table=True):
    """An exam without a decision. Triggers write here when an exam comes and is decided; an import takes out what nobody reads."""

    exam_id: int = Field(primary_key=True)
    site_id: int
