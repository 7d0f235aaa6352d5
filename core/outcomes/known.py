"""What was known of an exam at a moment: the newest entries that a second person had approved by then, and what still waited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, func, select

from core.clock import now
from core.outcomes.assessments import BIOPSIES, worst
from core.outcomes.checked import TABLES, checked
from core.workflow.counted import approved
from db.enums import AssessmentKind, Certainty, OutcomeKind
from db.tables import Assessment, Outcome, Pathology

CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)


@dataclass(frozen=True)
class Known:
    """What counts of an exam at a moment. Everything is None or empty while nothing is known; `waiting` entries do not count."""

    kind: OutcomeKind | None = None
    certainty: Certainty | None = None
    happened_on: date | None = None
    source: str = ""
    biopsy: str | None = None
    open_biopsy: bool = False
    histology: str | None = None
    invasive: bool | None = None
    size_mm: float | None = None
    grade: int | None = None
    nodes_positive: bool | None = None
    stage: str | None = None
    pathology_final: bool = False
    review: int | None = None
    waiting: int = 0

    @property
    def cancer(self) -> bool:
        return self.kind in CANCERS


def as_known_on(session: Session, exam_id: int, on: date | datetime | None = None) -> Known:
    """What was known of an exam at the end of a day, or at a moment (now when none is given)."""
    before = _after(on)
    rows = select(Outcome).where(Outcome.exam_id == exam_id, col(Outcome.entered_at) < before, approved(Outcome, before))
    outcomes = session.exec(rows.order_by(col(Outcome.id).desc())).all()
    done = select(Assessment).where(Assessment.exam_id == exam_id, col(Assessment.entered_at) < before, approved(Assessment, before))
    said = select(Pathology).where(Pathology.exam_id == exam_id, col(Pathology.entered_at) < before, approved(Pathology, before))
    assessments = session.exec(done.order_by(col(Assessment.id))).all()
    reports = session.exec(said.order_by(col(Pathology.id).desc())).all()
    return known(outcomes, {row.number: row for row in assessments}.values(), reports, _waiting(session, exam_id, before))


def known(outcomes: Sequence[Outcome], assessments: Iterable[Assessment], reports: Sequence[Pathology], waiting: int = 0) -> Known:
    """From rows that count, outcomes and reports the newest first."""
    outcome = next(iter(outcomes), None)
    biopsies = [row for row in assessments if row.kind in BIOPSIES]
    report = next(iter(reports), None)
    review = next((row.detail["review"]["class"] for row in outcomes if "review" in row.detail), None)
    return Known(
        kind=outcome.kind if outcome else None, certainty=outcome.certainty if outcome else None,
        happened_on=outcome.happened_on if outcome else None, source=outcome.source if outcome else "",
        biopsy=worst([row.result for row in biopsies]), open_biopsy=any(row.kind == AssessmentKind.open_biopsy for row in biopsies),
        histology=report.histology if report else None, invasive=report.invasive if report else None,
        size_mm=report.size_mm if report else None, grade=report.grade if report else None,
        nodes_positive=report.nodes_positive if report else None, stage=report.stage or None if report else None,
        pathology_final=bool(report and report.certainty == Certainty.final), review=review, waiting=waiting,
    )  # fmt: skip


def _after(on: date | datetime | None) -> datetime:
    """The first moment after what is asked for."""
    if on is None or isinstance(on, datetime):
        return (on or now()) + timedelta(microseconds=1)
    return datetime.combine(on + timedelta(days=1), time(), UTC)


def _waiting(session: Session, exam_id: int, before: datetime) -> int:
    """How many entries had been made and not been checked before a moment."""
    rows = (
        select(func.count()).select_from(table).where(table.exam_id == exam_id, col(table.entered_at) < before, ~checked(table, before))
        for table in TABLES.values()
    )
    return sum(session.exec(row).one() for row in rows)
