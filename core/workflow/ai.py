"""The AI result of one exam as a person may see it: what was found, where, how sure, by which model, and what it was not tested on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.access import Person
from core.words import N_, Sentence, say
from core.workflow.about_model import AboutModel, about
from core.workflow.blind import ai_hidden
from core.workflow.policies import policy_of
from core.workflow.programmes import Card
from core.workflow.registry import counting_versions, retired_ids
from core.workflow.reveal import known_run
from core.workflow.runs import SPARE
from core.workflow.unscored import Unscored, arriving, not_scored, why
from db.enums import FindingKind, RunOutcome
from db.tables import Exam, ExamInstance, Finding, ModelRun, ModelVersion


@dataclass(frozen=True)
class FindingLine:
    """One mark. Sizes in mm and mm³, `probability` and `malignancy` 0–1; `slice_index` counts from 0 in the volume of the exam.

    `category` stands only where a rule had all it needs; `because` says why, or what is missing.
    """

    number: int
    kind: FindingKind
    laterality: str
    view: str
    sop_uid: str
    slice_index: int | None
    place: Mapping[str, Any]
    mean_diameter_mm: float | None
    long_axis_mm: float | None
    short_axis_mm: float | None
    volume_mm3: float | None
    probability: float | None
    malignancy: float | None
    category: str | None
    because: Sentence | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class AiResult:
    """One run that gave a result. `score` 0–1, `step` 1–10, `seconds` from start to finish; `limits`: what the card warns of."""

    run_id: int
    model: str
    tag: str
    weights_sha256: str
    device: str
    finished_at: datetime
    seconds: float
    stage_seconds: Mapping[str, float]
    score: float | None
    step: int | None
    findings: tuple[FindingLine, ...]
    result: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    limits: tuple[str, ...]
    research_use: bool
    synthetic: bool
    about: AboutModel = field(default_factory=AboutModel)


def ai_result(
    session: Session, person: Person, exam: Exam, card: Card, *, run_id: int | None = None, decided: bool = False
) -> tuple[AiResult | None, Sentence | None]:
    """The result, or None with the reason why there is none to show. `run_id`: the run that was in sight when the case was decided.

    A reader of an undecided blind case gets the very run that was revealed, never one that came later without a trace.
    """
    if policy_of(session, exam).shows == "off":
        return None, say(N_("AI is not used in this programme"))
    if ai_hidden(session, person, [exam.id or 0]):
        return None, say(N_("AI hidden until you decide"))
    revealed = known_run(session, person.user_id, exam.id or 0) if not decided else None
    found = _run(session, exam, run_id or revealed, decided=decided)
    if found is None:
        return None, _why_none(session, exam, card)
    run, version = found
    if run.outcome != RunOutcome.scored:
        return None, not_scored(Sentence.from_json(run.reason))
    return _result(session, run, version), None


def _run(session: Session, exam: Exam, run_id: int | None, *, decided: bool) -> tuple[ModelRun, ModelVersion] | None:
    """The named run, else the latest run that counts, a network's before a simulated one.

    A decided case keeps the result of a version that has gone to rest since.
    """
    runs = select(ModelRun, ModelVersion).join(ModelVersion, col(ModelVersion.id) == ModelRun.version_id).where(ModelRun.exam_id == exam.id)
    if run_id is not None:
        return session.exec(runs.where(ModelRun.id == run_id)).first()
    newest = runs.order_by(col(ModelVersion.synthetic), col(ModelRun.id).desc())
    counting = [version.id for version in counting_versions(session)]
    found = session.exec(newest.where(col(ModelRun.version_id).in_(counting))).first()
    if found is None and decided:
        found = session.exec(newest.where(col(ModelRun.version_id).in_(retired_ids(session)))).first()
    return found


def _why_none(session: Session, exam: Exam, card: Card) -> Sentence:
    images = select(col(ExamInstance.instance_id)).where(ExamInstance.exam_id == exam.id, ExamInstance.part != SPARE)
    return why(
        Unscored(
            problem=Sentence.from_json(exam.problem),
            arriving=arriving(exam.received_at, exam.completed_at, exam.problem),
            with_images=session.exec(images.limit(1)).first() is not None,
            model_installed=any(version.name == card.model for version in counting_versions(session)),
        )
    )


def _result(session: Session, run: ModelRun, version: ModelVersion) -> AiResult:
    marks = session.exec(select(Finding).where(Finding.run_id == run.id).order_by(col(Finding.number)))
    return AiResult(
        run_id=run.id or 0, model=version.name, tag=version.tag, weights_sha256=version.weights_sha256, device=run.device,
        finished_at=run.finished_at, seconds=(run.finished_at - run.started_at).total_seconds(), stage_seconds=run.stage_seconds,
        score=run.score, step=run.step, findings=tuple(_line(mark) for mark in marks), result=run.result, thresholds=run.thresholds,
        limits=tuple(version.card.get("limits", ())), research_use=bool(version.card.get("research_use", True)),
        synthetic=run.synthetic or version.synthetic, about=about(version.name, version.card),
    )  # fmt: skip


def _line(mark: Finding) -> FindingLine:
    place = mark.place
    index = place.get("slice", place.get("slice_index"))
    return FindingLine(
        number=mark.number, kind=mark.kind, laterality=mark.laterality, view=mark.view, sop_uid=mark.sop_uid,
        slice_index=int(index) if index is not None else None, place=place, mean_diameter_mm=mark.mean_diameter_mm,
        long_axis_mm=mark.long_axis_mm, short_axis_mm=mark.short_axis_mm, volume_mm3=mark.volume_mm3, probability=mark.probability,
        malignancy=mark.malignancy, category=None, because=None, detail=mark.detail,
    )  # fmt: skip
