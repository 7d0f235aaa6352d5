"""Which processes of Firstlight are alive, on which machine and on what they compute."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.types import Json, UtcDateTime


class Process(SQLModel, table=True):
    """One process under its stable name; a sign of life, not history."""

    name: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16, description='"worker", "receiver" or "web"')
    host: str = Field(default="", max_length=200)
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Device, model versions, problem")


class Installation(SQLModel, table=True):
    """One row: the mark of this database, by which what was computed from it is told from what was computed from another."""

    id: int | None = Field(default=None, primary_key=True)
    mark: str = Field(max_length=36)


class RowChange(SQLModel, table=True):
    """A row of a table that may change has changed; written by triggers, read by what keeps columns of it."""

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=16, description="Name of the table")
    row_id: int
