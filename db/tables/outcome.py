"""What it turned out to be."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.enums import Certainty, OutcomeKind
from db.types import Json, UtcDateTime


class Outcome(SQLModel, table=True):
    """What is known about an exam from `entered_at` on; a later row replaces an earlier one without deleting it. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    kind: OutcomeKind
    certainty: Certainty
    happened_on: date
    source: str = Field(max_length=200, description="Pathology, imaging follow-up, registry")
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Side, type, size, stage")
    entered_by: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: an import")
    entered_at: datetime = Field(sa_type=UtcDateTime, index=True)
