"""The safety net: what a rule asks somebody to do for a participant, until it is closed."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel

from db.enums import TaskKind, TaskStep
from db.types import UtcDateTime


class Task(SQLModel, table=True):
    """Made once for one reason (`key`), by the rule of that version; open until an event closes it. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=80, description="What it was made for, such as recall-12; making it again finds it")
    kind: TaskKind
    site_id: int = Field(foreign_key="site.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    episode_id: int = Field(foreign_key="episode.id", index=True)
    exam_id: int | None = Field(default=None, foreign_key="exam.id", index=True)
    recall_id: int | None = Field(default=None, foreign_key="recall.id", index=True)
    rule: str = Field(max_length=64)
    rule_version: str = Field(max_length=16)
    why: str = Field(description="Sentence (JSON)")
    due: date = Field(index=True)
    window_from: date
    window_until: date
    made_at: datetime = Field(sa_type=UtcDateTime)


class TaskEvent(SQLModel, table=True):
    """A step of a task. Append-only."""

    __table_args__ = (Index("ix_taskevent_task_step", "task_id", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    step: TaskStep
    reason: str = Field(default="", max_length=64, description="Code of the reason, for lost and closed")
    exam_id: int | None = Field(default=None, foreign_key="exam.id", description="The exam whose arrival closed it")
    at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Empty: the system")
    note: str = Field(default="", max_length=500)
