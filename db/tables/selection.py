"""Saved selections of participants, and lists that are handed in."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import ListKind
from db.types import Json, UtcDateTime


class Cohort(SQLModel, table=True):
    """A named selection of participants; what it selects stands in its versions."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=120)
    author_id: int = Field(foreign_key="app_user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CohortVersion(SQLModel, table=True):
    """What a cohort selects from a moment on: programme, site, age, sex, risk, round, last result. Append-only."""

    __table_args__ = (UniqueConstraint("cohort_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    version: int
    selection: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    reason: str = Field(default="", max_length=500)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)


class CohortMember(SQLModel, table=True):
    """A participant of a version that was frozen with the people it held on that day. Append-only."""

    version_id: int = Field(foreign_key="cohortversion.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)


class HandedInList(SQLModel, table=True):
    """A list of participants or of a cancer registry: looked through first, taken in by a job afterwards."""

    id: str = Field(primary_key=True, max_length=36)
    kind: ListKind
    site_id: int = Field(foreign_key="site.id", index=True)
    name: str = Field(max_length=200, description="Of the file")
    object_key: str = Field(max_length=64, description="SHA-256 of the bytes, sealed in the object store")
    size_bytes: int
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Field → column")
    looked: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="What the dry run found: counts and the first problems")
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="What was written, or the reason why nothing was")
    workflow_id: str | None = Field(default=None, max_length=80)
    author_id: int = Field(foreign_key="app_user.id")
    handed_in_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
