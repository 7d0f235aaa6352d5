"""What it turned out to be."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import AssessmentKind, Certainty, CheckVerdict, OutcomeKind
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
    list_id: str | None = Field(default=None, foreign_key="handedinlist.id", description="The registry list that brought it")


class Assessment(SQLModel, table=True):
    """One thing that was done after a recall to find out. Append-only; a later row with the same `number` replaces an earlier one."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    number: int = Field(description="Counts the things done after one exam, from 1")
    kind: AssessmentKind
    happened_on: date
    side: str = Field(default="", max_length=8)
    result: str = Field(default="", max_length=32, description="benign, malignant, uncertain, inadequate, or nothing yet")
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    source: str = Field(max_length=200)
    entered_by: int | None = Field(default=None, foreign_key="app_user.id")
    entered_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Pathology(SQLModel, table=True):
    """What the tissue says. Append-only; the newest row of an exam and side that nobody refused counts."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    side: str = Field(default="", max_length=8)
    certainty: Certainty
    histology: str = Field(max_length=64)
    invasive: bool | None = None
    size_mm: float | None = None
    grade: int | None = None
    nodes_positive: bool | None = None
    stage: str = Field(default="", max_length=8, description="I, II, III or IV with their parts, 0 for in situ")
    reported_on: date
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    source: str = Field(max_length=200)
    entered_by: int | None = Field(default=None, foreign_key="app_user.id")
    entered_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SecondCheck(SQLModel, table=True):
    """What a second person says of an entry: never the one who made it. Append-only, once for each entry."""

    __table_args__ = (UniqueConstraint("subject", "row_id"),)

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=16, description='"outcome", "assessment" or "pathology"')
    row_id: int = Field(index=True)
    verdict: CheckVerdict
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: entered before entries were checked")
    note: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)
