"""The three steps of scoring. Each can be done again without harm, and answers only what the job engine should keep."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from core import jobs
from core.clock import now
from core.errors import FirstlightError, Retryable
from core.objects import store
from core.words import N_, Sentence, say
from core.workflow import registrations, runs
from core.workflow.volumes import inputs
from db.engine import snapshot, transaction
from db.tables import ExamInstance, Instance, ModelVersion
from models.refusal import NoResult
from models.worker.scorer import Case, Report, Scored, Scorer

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Kept = dict[str, Any]  # what the job engine keeps of a step, as JSON


def decode(scorer: Callable[[], Scorer], case: Case, report: Report) -> Kept:
    """Images ready; or the reason why they cannot be."""
    began, started_at = time.perf_counter(), now()
    refusal = _refusal(lambda: scorer().decode(case, report))
    return {
        "started_at": started_at.isoformat(),
        "seconds": time.perf_counter() - began,
        "input_uids": sorted(case.keys),
        "refusal": refusal,
    }


def infer(scorer: Callable[[], Scorer], case: Case, report: Report) -> Kept:
    """The model's answer, encrypted in the store under a name of this attempt; or the reason why there is none."""
    began = time.perf_counter()
    name = ""

    def answer() -> None:
        nonlocal name
        model = scorer()
        name = f"run/{case.exam_id}-{model.card.identity}-{case.attempt}/result"
        store().put_named(name, json.dumps(model.infer(case, report).as_json()).encode())

    refusal = _refusal(answer)
    return {"result": None if refusal else name, "seconds": time.perf_counter() - began, "refusal": refusal}


def record(scorer: Scorer | None, due: runs.Due, workflow_id: str, decoded: Kept, inferred: Kept | None, failure: str | None) -> int:
    """The run with its findings in one transaction; the id of the run."""
    began = time.perf_counter()
    reason = Sentence.from_json(failure or decoded.get("refusal") or (inferred or {}).get("refusal"))
    scored = None if reason or not inferred else _kept_result(inferred["result"])
    if reason is None and scored is None:
        reason = say(N_("The model gave no result and no reason"))
    seconds = {"decode": decoded.get("seconds", 0.0), "infer": (inferred or {}).get("seconds", 0.0)} | (
        scored.stage_seconds if scored else {}
    )
    with transaction() as session:
        draft = runs.RunDraft(
            workflow_id=workflow_id, device=scorer.device if scorer else "", finished_at=now(), reason=reason,
            started_at=datetime.fromisoformat(decoded["started_at"]) if "started_at" in decoded else now(),
            stage_seconds={stage: round(value, 3) for stage, value in (seconds | {"record": time.perf_counter() - began}).items()},
            thresholds=dict(scorer.card.thresholds) if scorer else {},
            input_uids=decoded.get("input_uids") or runs.input_uids(session, due.exam_id),
            score=scored.score if scored else None, step=scored.step if scored else None,
            result=scored.result if scored else {}, findings=scored.findings if scored else (),
        )  # fmt: skip
        return runs.record(session, due, draft)


def compare_with_others(exam_id: int) -> int:
    """Queue the comparisons that this exam's new result makes possible; how many. They are done after what waits to be scored."""
    with snapshot() as session:
        pairs = registrations.neighbours(session, exam_id)
    for pair in pairs:
        jobs.enqueue_comparing(*pair)
    return len(pairs)


def case_of(exam_id: int, attempt: int) -> Case:
    """The images of an exam as its rows say now."""
    with snapshot() as session:
        return Case(exam_id, attempt, inputs(session, exam_id), _parts(session, exam_id))


def due_of(exam_id: int, identity: str, attempt: int) -> runs.Due:
    """The attempt as rows name it."""
    name, _, tag = identity.partition(".")
    with snapshot() as session:
        version = session.exec(select(ModelVersion).where(ModelVersion.name == name, ModelVersion.tag == tag)).one()
        return runs.Due(exam_id, version.id or 0, identity, attempt)


def _parts(session: Session, exam_id: int) -> Mapping[str, str]:
    joined = select(Instance.sop_uid, ExamInstance.part).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    return dict(session.exec(joined.where(ExamInstance.exam_id == exam_id)).all())


def _kept_result(name: str) -> Scored:
    content = store().get_named(name)
    if content is None:
        raise Retryable(N_("The kept result {name} is gone"), name=name)
    return Scored.from_json(json.loads(content))


def _refusal(work: Callable[[], None]) -> str | None:
    """Do the work; a refusal is an answer and not worth another try, unlike trouble that may pass."""
    try:
        work()
    except NoResult as problem:
        return say(str(problem).replace("{", "(").replace("}", ")")).to_json()
    except Retryable:
        raise
    except FirstlightError as problem:
        return problem.sentence.to_json()
    return None
