"""The AI result that counts for each of many exams, by a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core.words import Sentence
from core.workflow.registry import counting_versions
from core.workflow.urgency import Mark
from db.enums import RunOutcome
from db.tables import Finding, ModelRun

Exams = Collection[int] | SelectOfScalar[int | None] | SelectOfScalar[int]
"""Exam ids, or the query that finds them."""


@dataclass(frozen=True)
class RunInQueue:
    """The run that counts for an exam."""

    run_id: int
    outcome: RunOutcome
    reason: Sentence | None
    step: int | None
    density: str | None
    marks: tuple[Mark, ...]


def counting_runs(session: Session, exams: Exams) -> dict[int, RunInQueue]:
    """The latest run of a counting version for each exam; a network's run comes before a simulated one."""
    versions = counting_versions(session)
    newest = select(func.max(col(ModelRun.id))).where(col(ModelRun.exam_id).in_(exams))
    found: dict[int, RunInQueue] = {}
    for synthetic in (True, False):  # later ones replace earlier ones
        ids = [version.id for version in versions if version.synthetic == synthetic]
        if ids:
            latest = newest.where(col(ModelRun.version_id).in_(ids)).group_by(col(ModelRun.exam_id))
            found |= _of(session, latest)
    return found


def _of(session: Session, latest: SelectOfScalar[int | None]) -> dict[int, RunInQueue]:
    marks: dict[int, list[Mark]] = defaultdict(list)
    findings = select(col(Finding.run_id), col(Finding.kind), col(Finding.mean_diameter_mm), col(Finding.malignancy))
    for run_id, kind, diameter, suspicion in session.exec(findings.where(col(Finding.run_id).in_(latest)).order_by(col(Finding.number))):
        marks[run_id].append(Mark(kind, diameter, suspicion))
    density = col(ModelRun.result)["density"].as_string()
    runs = select(col(ModelRun.exam_id), col(ModelRun.id), col(ModelRun.outcome), col(ModelRun.reason), col(ModelRun.step), density)  # type: ignore[call-overload]
    return {
        exam_id: RunInQueue(run_id, outcome, Sentence.from_json(reason), step, dense, tuple(marks[run_id]))
        for exam_id, run_id, outcome, reason, step, dense in session.exec(runs.where(col(ModelRun.id).in_(latest)))
    }
