"""Documents that left the programme: reports and letters as they were made."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.enums import DocumentKind
from db.types import Json, UtcDateTime


class Document(SQLModel, table=True):
    """One PDF; its bytes lie in the object store under `object_key`. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    kind: DocumentKind
    language: str = Field(max_length=8)
    template: str = Field(max_length=64)
    template_version: str = Field(max_length=16)
    object_key: str = Field(max_length=64, description="SHA-256 of the bytes")
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="What it says, as values: category, decision, model")
