"""Runs of AI models on exams: which exam is due for which version, and the one place where a run is written, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.words import Sentence
from db.enums import ExamKind, FindingKind, ModelState, RunOutcome
from db.tables import Exam, ExamInstance, Finding, Instance, ModelRun, ModelStatus, ModelVersion

MODEL_OF = {ExamKind.lung_ct: "lung-ct", ExamKind.mammography: "mammography"}
SPARE = "other"  # part of the instances that belong to an exam but are not what it is scored from


@dataclass(frozen=True)
class Due:
    """A run that should happen: `attempt` counts the runs of this version on this exam from 1. `shadow`: it waits for all others."""

    exam_id: int
    version_id: int
    identity: str
    attempt: int
    shadow: bool = False


@dataclass(frozen=True, kw_only=True)
class FindingDraft:
    """One mark of a run before it has a row; fields as in `db.tables.Finding`."""

    kind: FindingKind
    sop_uid: str
    place: dict[str, Any]
    laterality: str = ""
    view: str = ""
    mean_diameter_mm: float | None = None
    long_axis_mm: float | None = None
    short_axis_mm: float | None = None
    volume_mm3: float | None = None
    probability: float | None = None
    malignancy: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunDraft:
    """Everything that a run says before it has a row; `reason` is there exactly when there is no result."""

    workflow_id: str
    device: str
    started_at: datetime
    finished_at: datetime
    stage_seconds: dict[str, float]
    thresholds: dict[str, Any]
    input_uids: list[str]
    reason: Sentence | None = None
    score: float | None = None
    step: int | None = None
    result: dict[str, Any] = field(default_factory=dict)
    findings: Sequence[FindingDraft] = ()


def active_version(session: Session, kind: ExamKind) -> ModelVersion | None:
    """The version whose scores count for exams of this kind; None when no network is installed."""
    return next((version for version, state, _since in _versions(session, kind) if state == ModelState.active), None)


def _versions(session: Session, kind: ExamKind) -> list[tuple[ModelVersion, ModelState, datetime]]:
    """The networks for exams of this kind with their state and since when, the newest first."""
    real = select(ModelVersion).where(ModelVersion.name == MODEL_OF[kind], col(ModelVersion.synthetic).is_(False))
    found = [(version, _status(session, version.id)) for version in session.exec(real.order_by(col(ModelVersion.id).desc()))]
    return [(version, status.state, status.at) for version, status in found if status is not None]


def input_uids(session: Session, exam_id: int) -> list[str]:
    """SOP instance UIDs of the images that the exam is scored from, sorted."""
    used = select(Instance.sop_uid).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    return sorted(session.exec(used.where(ExamInstance.exam_id == exam_id, ExamInstance.part != SPARE)))


def due(session: Session, exam_id: int, *, again: bool = False) -> Due | None:
    """The run that a complete exam still needs: none for these images by the active version yet, or `again` asked for."""
    exam = session.get(Exam, exam_id)
    if exam is None or exam.completed_at is None:
        return None
    version = active_version(session, exam.kind)
    uids = input_uids(session, exam_id)
    if version is None or version.id is None or not uids:
        return None
    done = session.exec(select(ModelRun).where(ModelRun.exam_id == exam_id, ModelRun.version_id == version.id)).all()
    if not again and any(sorted(run.input_uids) == uids for run in done):
        return None
    return Due(exam_id, version.id, f"{version.name}.{version.tag}", 1 + max((run.attempt for run in done), default=0))


def all_due(session: Session) -> list[Due]:
    """Every complete exam with images that no network has answered yet, oldest first; after them what versions in shadow still owe."""
    answered = select(ModelRun.id).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id)
    answered = answered.where(col(ModelRun.exam_id) == Exam.id, col(ModelVersion.synthetic).is_(False))
    states = {version.id: state for kind in ExamKind for version, state, _since in _versions(session, kind)}
    shadows = [version_id for version_id, state in states.items() if state == ModelState.shadow]
    answered = answered.where(col(ModelRun.version_id).not_in(shadows))
    exams = session.exec(_complete().where(~answered.exists()).order_by(col(Exam.received_at))).all()
    found = (due(session, exam_id) for exam_id in exams if exam_id is not None)
    return [*(one for one in found if one is not None), *shadow_due(session)]


def shadow_due(session: Session) -> list[Due]:
    """For every version in shadow the complete exams that came since it went there and that it has not answered, oldest first."""
    found: list[Due] = []
    for kind in ExamKind:
        for version, state, since in _versions(session, kind):
            if state != ModelState.shadow:
                continue
            own = select(ModelRun.id).where(col(ModelRun.exam_id) == Exam.id, ModelRun.version_id == version.id)
            new = _complete().where(Exam.kind == kind, col(Exam.received_at) >= since, ~own.exists())
            identity = f"{version.name}.{version.tag}"
            exams = session.exec(new.order_by(col(Exam.received_at))).all()
            found += [Due(exam_id or 0, version.id or 0, identity, 1, shadow=True) for exam_id in exams]
    return found


def _complete() -> Any:
    """Complete exams with images to score."""
    used = select(ExamInstance.exam_id).where(col(ExamInstance.exam_id) == Exam.id, ExamInstance.part != SPARE)
    return select(Exam.id).where(col(Exam.completed_at).is_not(None), used.exists())


def record(session: Session, wanted: Due, draft: RunDraft) -> int:
    """Write the run with its findings; the id of the run that is there already when this attempt was written before."""
    same = select(ModelRun.id).where(
        ModelRun.exam_id == wanted.exam_id, ModelRun.version_id == wanted.version_id, ModelRun.attempt == wanted.attempt
    )
    if (known := session.exec(same).first()) is not None:
        return known
    run = ModelRun(
        exam_id=wanted.exam_id, version_id=wanted.version_id, attempt=wanted.attempt, workflow_id=draft.workflow_id, device=draft.device,
        started_at=draft.started_at, finished_at=draft.finished_at, stage_seconds=draft.stage_seconds, thresholds=draft.thresholds,
        input_uids=draft.input_uids, outcome=RunOutcome.no_result if draft.reason else RunOutcome.scored,
        reason=draft.reason.to_json() if draft.reason else "", score=draft.score, step=draft.step, result=draft.result,
    )  # fmt: skip
    session.add(run)
    session.flush()
    assert run.id is not None  # flushed
    for number, found in enumerate(draft.findings, start=1):
        session.add(Finding(run_id=run.id, number=number, **vars(found)))
    session.flush()
    return run.id


def _status(session: Session, version_id: int | None) -> ModelStatus | None:
    newest = (col(ModelStatus.at).desc(), col(ModelStatus.id).desc())
    return session.exec(select(ModelStatus).where(ModelStatus.version_id == version_id).order_by(*newest)).first()
