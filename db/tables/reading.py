"""What readers said and what the programme decided. The state of a case is a function of these rows."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import ProgrammeDecision
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
    """One reader's signed opinion on one exam, with what the reader had seen. Append-only; nobody reads one exam twice."""

    __table_args__ = (UniqueConstraint("exam_id", "reader_id"),)

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


class Decision(SQLModel, table=True):
    """What the programme decided on an exam. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    decision: ProgrammeDecision
    category: str = Field(max_length=8)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str = Field(default="", description="Sentence (JSON)")
