"""Participants who were called back, and every step until the recall is closed."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from db.enums import ProgrammeDecision, RecallStep
from db.types import UtcDateTime


class Recall(SQLModel, table=True):
    """Made by a decision other than routine recall; open until an event closes it. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    decision_id: int = Field(foreign_key="decision.id", unique=True)
    kind: ProgrammeDecision
    due: date
    opened_at: datetime = Field(sa_type=UtcDateTime)


class RecallEvent(SQLModel, table=True):
    """A step of a recall with its author. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    recall_id: int = Field(foreign_key="recall.id", index=True)
    step: RecallStep
    at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    note: str = Field(default="", max_length=500)


class OpenRecall(SQLModel, table=True):
    """A recall that is not closed. Written by triggers when a recall opens and when it is closed; nobody else writes here."""

    recall_id: int = Field(primary_key=True)
    site_id: int
