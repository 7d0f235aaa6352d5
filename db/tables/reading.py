"""What readers said and what the programme decided. The state of a case is a function of these rows."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from db.enums import PriorStep, ProgrammeDecision, SessionStepKind
from db.types import Json, UtcDateTime


class Claim(SQLModel, table=True):
    """A case in someone's hands until `expires_at`; a lock, not history."""

    exam_id: int = Field(foreign_key="exam.id", primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    claimed_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Deferral(SQLModel, table=True):
    """A case put off with a reason until a day. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    author_id: int = Field(foreign_key="app_user.id")
    reason: str = Field(max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


class Read(SQLModel, table=True):
    """One reader's signed opinion on one exam, with what the reader had seen. Append-only.

    Nobody reads one exam twice; a reader who took the own read back signs the next revision.
    """

    __table_args__ = (
        UniqueConstraint("exam_id", "reader_id", "revision", name="uq_read_exam_reader_revision"),
        Index("ix_read_reader_committed", "reader_id", "committed_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    reader_id: int = Field(foreign_key="app_user.id", index=True)
    category: str = Field(max_length=8, description="Lung-RADS or BI-RADS category")
    decision: ProgrammeDecision
    opinion: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Per breast or nodule, density, note")
    saw_ai: bool
    run_id: int | None = Field(default=None, foreign_key="modelrun.id", description="The AI result that was in sight")
    opened_at: datetime = Field(sa_type=UtcDateTime)
    committed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"}, description="0, then 1, 2 … after own reads taken back")
    seen: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"}, description='"run", "priors" and "reads" in sight'
    )


class ReadUndone(SQLModel, table=True):
    """A read taken back by its reader before the case became final. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    read_id: int = Field(foreign_key="read.id", unique=True)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=500)


class Reveal(SQLModel, table=True):
    """From when a person knew what is held back on a case that is read blind: an AI result, or the other reads. Append-only."""

    __table_args__ = (UniqueConstraint("exam_id", "user_id", "run_id"),)

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    user_id: int = Field(foreign_key="app_user.id")
    run_id: int | None = Field(default=None, foreign_key="modelrun.id", description="The AI result; empty: the reads of others")
    at: datetime = Field(sa_type=UtcDateTime)


class PriorRequest(SQLModel, table=True):
    """A step of a request for earlier images; the last one tells where it stands. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    step: PriorStep
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    at: datetime = Field(sa_type=UtcDateTime)
    note: str = Field(default="", max_length=500)


class Arbitration(SQLModel, table=True):
    """The opinion that settles a case whose reads differ, by one author or a panel. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", unique=True)
    category: str = Field(max_length=8)
    decision: ProgrammeDecision
    opinion: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    seen: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)


class ArbitrationAuthor(SQLModel, table=True):
    """One of those who settled a case. Append-only."""

    arbitration_id: int = Field(foreign_key="arbitration.id", primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", primary_key=True)


class ReadingSession(SQLModel, table=True):
    """A sitting of one reader: at most `size` cases, taken one at a time."""

    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="app_user.id", index=True)
    card_id: str = Field(default="", max_length=32, description="Empty: every programme")
    size: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReadingSessionStep(SQLModel, table=True):
    """What happened to one case of a sitting. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="readingsession.id", index=True)
    exam_id: int = Field(foreign_key="exam.id")
    kind: SessionStepKind
    at: datetime = Field(sa_type=UtcDateTime)


class Decision(SQLModel, table=True):
    """What the programme decided on an exam. Append-only."""

    __table_args__ = (Index("ix_decision_decision", "decision", "exam_id"),)

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    decision: ProgrammeDecision
    category: str = Field(max_length=8)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str = Field(default="", description="Sentence (JSON)")
