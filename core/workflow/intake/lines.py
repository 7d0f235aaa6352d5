"""What pages show of uploads, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime

from core.words import Sentence
from db.enums import ExamKind, IntakeResult


@dataclass(frozen=True)
class StudyLine:
    """One exam of a batch. `stage`: received, checked, complete, scoring, queued, read or not scored; `fraction` while scoring."""

    exam_id: int
    participant_name: str
    number: str
    kind: ExamKind
    exam_date: date
    images: int
    stage: str
    fraction: float | None
    reason: Sentence | None


@dataclass(frozen=True)
class FileLine:
    """The receipt of one file."""

    path: str
    result: IntakeResult
    reason: Sentence | None


@dataclass(frozen=True)
class BatchProgress:
    """`phase`: waiting, receiving, checking, done or failed; `fraction` where it is known."""

    phase: str
    done: int
    total: int | None
    fraction: float | None
    reason: Sentence | None = None


@dataclass(frozen=True)
class BatchLine:
    """One row of the list of uploads."""

    id: str
    site_name: str
    programme: str | None
    source: str
    author: str
    created_at: datetime
    finished_at: datetime | None
    counts: dict[IntakeResult, int]


@dataclass(frozen=True)
class BatchView(BatchLine):
    """One upload with its exams and files."""

    progress: BatchProgress
    studies: tuple[StudyLine, ...]
    files: tuple[FileLine, ...]
