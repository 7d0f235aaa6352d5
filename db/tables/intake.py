"""What was handed in and what became of every file."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from db.enums import IntakeResult
from db.types import UtcDateTime


class IntakeBatch(SQLModel, table=True):
    """One upload, one folder or one association. `workflow_id` names its job."""

    id: str = Field(primary_key=True, max_length=36)
    site_id: int = Field(foreign_key="site.id", index=True)
    programme: str | None = Field(default=None, max_length=32, description='"lung", "breast" or empty: decided by the images')
    source: str = Field(max_length=200, description="Upload, command or AE title")
    author_id: int | None = Field(default=None, foreign_key="app_user.id")
    workflow_id: str | None = Field(default=None, max_length=100)
    participant_id: int | None = Field(default=None, foreign_key="participant.id", description="Chosen by the coordinator")
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IntakeItem(SQLModel, table=True):
    """The receipt of one file; what was rejected lies in the object store under `object_key` (quarantine). Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(foreign_key="intakebatch.id", index=True)
    path: str = Field(max_length=1000)
    result: IntakeResult = Field(index=True)
    reason: str = Field(default="", description="Sentence (JSON)")
    instance_id: int | None = Field(default=None, foreign_key="instance.id")
    exam_id: int | None = Field(default=None, foreign_key="exam.id")
    object_key: str | None = Field(default=None, max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
