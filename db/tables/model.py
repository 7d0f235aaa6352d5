"""AI models, their runs and what they found. A run is written whole or not at all."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from db.enums import FindingKind, ModelState, RunOutcome
from db.types import Json, UtcDateTime


class ModelVersion(SQLModel, table=True):
    """name.tag with the card it came with. Append-only."""

    __table_args__ = (UniqueConstraint("name", "tag"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64)
    tag: str = Field(max_length=32)
    weights_sha256: str = Field(max_length=64)
    card: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    synthetic: bool = Field(default=False, description="Stands for simulated scores; no network behind it")
    registered_at: datetime = Field(sa_type=UtcDateTime)


class ModelStatus(SQLModel, table=True):
    """From when a version is shadow, active or retired. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="modelversion.id", index=True)
    state: ModelState
    at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id")


class ModelRun(SQLModel, table=True):
    """One attempt of one version on one exam: a result with its provenance, or the reason why there is none. Append-only."""

    __table_args__ = (UniqueConstraint("exam_id", "version_id", "attempt"),)

    id: int | None = Field(default=None, primary_key=True)
    exam_id: int = Field(foreign_key="exam.id", index=True)
    version_id: int = Field(foreign_key="modelversion.id", index=True)
    attempt: int
    workflow_id: str = Field(default="", max_length=100)
    device: str = Field(default="", max_length=100)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime = Field(sa_type=UtcDateTime)
    stage_seconds: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    thresholds: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    input_uids: list[str] = Field(default_factory=list, sa_type=Json)
    outcome: RunOutcome
    reason: str = Field(default="", description="Sentence (JSON): why there is no result")
    score: float | None = Field(default=None, description="Suspicion of the exam, 0 to 1")
    step: int | None = Field(default=None, description="The same on the 1 to 10 scale of the card")
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="What else the model says: density, breasts, warnings")
    synthetic: bool = False


class Finding(SQLModel, table=True):
    """One mark of a run. Places are patient millimetres (LPS) for CT and image pixels (column, row) for mammograms. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="modelrun.id", index=True)
    number: int = Field(description="1 for the most suspicious")
    kind: FindingKind
    sop_uid: str = Field(default="", max_length=64, description="The image it lies on; for CT the slice through its centre")
    laterality: str = Field(default="", max_length=1)
    view: str = Field(default="", max_length=8)
    place: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="center_lps_mm, slice, box, contours")
    mean_diameter_mm: float | None = None
    long_axis_mm: float | None = None
    short_axis_mm: float | None = None
    volume_mm3: float | None = None
    probability: float | None = Field(default=None, description="That it is what `kind` says, 0 to 1")
    malignancy: float | None = Field(default=None, description="Suspicion of malignancy, 0 to 1")
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class ModelReport(SQLModel, table=True):
    """What an evaluation of one version on labelled images said, as it was handed in. Append-only."""

    __table_args__ = (UniqueConstraint("version_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="modelversion.id", index=True)
    task: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime, description="When the evaluation ran, as the report says")
    added_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="app_user.id", description="Who handed it in; None: it came with the card")
    cases: int = Field(description="Nodules, scans or images that the figures are counted from")
    sha256: str = Field(max_length=64, description="Of the file as it was handed in")
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
