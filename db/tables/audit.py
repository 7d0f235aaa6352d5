"""Who did or saw what. Never used to drive function."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.types import Json, UtcDateTime


class AuditEvent(SQLModel, table=True):
    """One act, chained to the one before by its hash. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    actor: str = Field(max_length=64, description="Login, or the name of a process")
    action: str = Field(max_length=64, index=True)
    object_kind: str = Field(max_length=32)
    object_id: str = Field(max_length=128)
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
