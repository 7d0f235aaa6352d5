"""Screening programmes and the policy under which AI is used in them."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.types import Json, UtcDateTime


class Programme(SQLModel, table=True):
    """One version of one programme card; old cases keep the version they were made under."""

    __table_args__ = (UniqueConstraint("card_id", "card_version"),)

    id: int | None = Field(default=None, primary_key=True)
    card_id: str = Field(max_length=32, index=True, description='"lung" or "breast"')
    card_version: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AiPolicy(SQLModel, table=True):
    """How cases are read from a moment on: `kind` is what readers see of the AI, "off", "after_read" or "beside". Append-only."""

    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    version: int
    kind: str = Field(max_length=16)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    settings: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"}, description="Readers, arbitration, role of the AI"
    )


class IndicatorSetting(SQLModel, table=True):
    """How a programme counts from a day on, such as what it calls positive; the newest row of a key counts. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    card_id: str = Field(max_length=32, index=True)
    key: str = Field(max_length=32)
    value: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)


class FigureSnapshot(SQLModel, table=True):
    """Figures as they were given out: what was asked, what was answered, and the version of the definitions. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    asked: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    answered: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    definitions: str = Field(max_length=32, description="Version of the definitions and rules in force")
    name: str = Field(default="", max_length=120)
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)
