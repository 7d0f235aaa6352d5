"""One round of one participant in one programme."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import EpisodeStep
from db.types import UtcDateTime


class Episode(SQLModel, table=True):
    """Its status is the step of its last event."""

    __table_args__ = (UniqueConstraint("participant_id", "programme_id", "round"),)

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    round: int
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)


class EpisodeEvent(SQLModel, table=True):
    """A step of an episode: when it happened, when and by whom it was entered. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    step: EpisodeStep
    happened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    note: str = ""
