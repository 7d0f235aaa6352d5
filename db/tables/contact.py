"""What was said to participants, and every attempt to reach them."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from db.enums import Channel, DeliveryStep
from db.types import Json, UtcDateTime


class Contact(SQLModel, table=True):
    """One attempt to reach a participant, whoever made it. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    episode_id: int | None = Field(default=None, foreign_key="episode.id", index=True)
    recall_id: int | None = Field(default=None, foreign_key="recall.id", index=True)
    channel: Channel
    reached: bool | None = Field(default=None, description="Empty: not known, as for a letter")
    note: str = Field(default="", max_length=500)
    mailing_id: int | None = Field(default=None, foreign_key="mailing.id")
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class Mailing(SQLModel, table=True):
    """Messages of one kind made together from one version of one template. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    card_id: str = Field(max_length=32)
    template: str = Field(max_length=64)
    template_version: str = Field(max_length=16)
    language: str = Field(max_length=8)
    channel: Channel
    author_id: int = Field(foreign_key="app_user.id")
    at: datetime = Field(sa_type=UtcDateTime)


class MailingItem(SQLModel, table=True):
    """One participant's message of a mailing, with what it says as values. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    mailing_id: int = Field(foreign_key="mailing.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    episode_id: int | None = Field(default=None, foreign_key="episode.id")
    said: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="Values of the template; no name, no address")


class Delivery(SQLModel, table=True):
    """A step of one message. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="mailingitem.id", index=True)
    step: DeliveryStep
    reason: str = Field(default="", description="Sentence (JSON)")
    at: datetime = Field(sa_type=UtcDateTime)
