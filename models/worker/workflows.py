"""The jobs of the worker under the names that `core.jobs` queues them by."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbos import DBOS
from dbos._error import DBOSMaxStepRetriesExceeded

from core import handed_in, jobs
from core.messages import sending
from core.words import N_, say
from core.workflow import comparing, intake
from models.refusal import NoResult
from models.worker import steps
from models.worker.scorer import Report, Scorer
from models.worker.steps import Kept

log = logging.getLogger(__name__)

TRIES = 3  # of a step that fails with trouble that may pass
FIRST_PAUSE_S = 1.0
LIVES = 5  # how often a job is taken up again after its worker died
EVERY_S = 0.3  # how often progress is written at most
SHARES = {"decode": (0.0, 0.25), "infer": (0.25, 0.95), "record": (0.95, 1.0)}  # of the whole job, by step


@dataclass
class Scorers:
    """The loaded models of this process by name.tag; `problems` says by name why one is not there."""

    by_identity: Mapping[str, Scorer] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def get(self, identity: str) -> Scorer:
        """The loaded model; NoResult saying why when this worker has none of that name and tag."""
        if identity in self.by_identity:
            return self.by_identity[identity]
        name = identity.partition(".")[0]
        raise NoResult(
            self.problems.get(name) or f"The model {identity} is not installed here any more; an administrator has to install it."
        )


def register(scorers: Scorers) -> None:
    """Define the workflows; before the job engine is launched."""
    retried = DBOS.step(retries_allowed=True, max_attempts=TRIES, interval_seconds=FIRST_PAUSE_S)

    @DBOS.step(name="take_in_files", retries_allowed=True, max_attempts=TRIES, interval_seconds=FIRST_PAUSE_S)
    def take_in_files(batch_id: str) -> int:
        return len(intake.take_in(batch_id, on_progress=_Said()))

    @DBOS.workflow(name=jobs.INTAKE, max_recovery_attempts=LIVES)
    def take_in(batch_id: str) -> int:
        return take_in_files(batch_id)

    @DBOS.step(name="take_list_in", retries_allowed=True, max_attempts=TRIES, interval_seconds=FIRST_PAUSE_S)
    def take_list_in(list_id: str, dry: bool) -> dict[str, Any]:
        return handed_in.work(list_id, dry, _Said())

    @DBOS.workflow(name=jobs.LIST, max_recovery_attempts=LIVES)
    def take_list(list_id: str, dry: bool) -> dict[str, Any]:
        """A list that was handed in: looked through, or taken in whole or not at all."""
        return take_list_in(list_id, dry)

    @DBOS.step(name="send_messages", retries_allowed=True, max_attempts=TRIES, interval_seconds=FIRST_PAUSE_S)
    def send_messages(mailing_id: int) -> int:
        return sending.send(mailing_id).sent

    @DBOS.workflow(name=jobs.MAIL, max_recovery_attempts=LIVES)
    def send_mailing(mailing_id: int) -> int:
        """The e-mails of a mailing whose time has come; how many were sent."""
        return send_messages(mailing_id)

    @retried
    def decode(exam_id: int, identity: str, attempt: int) -> Kept:
        return steps.decode(lambda: scorers.get(identity), steps.case_of(exam_id, attempt), _share("decode"))

    @retried
    def infer(exam_id: int, identity: str, attempt: int) -> Kept:
        return steps.infer(lambda: scorers.get(identity), steps.case_of(exam_id, attempt), _share("infer"))

    @retried
    def record(exam_id: int, identity: str, attempt: int, decoded: Kept, inferred: Kept | None, failure: str | None) -> int:
        due = steps.due_of(exam_id, identity, attempt)
        return steps.record(scorers.by_identity.get(identity), due, str(DBOS.workflow_id), decoded, inferred, failure)

    @DBOS.workflow(name=jobs.SCORE, max_recovery_attempts=LIVES)
    def score_exam(exam_id: int, identity: str, attempt: int) -> int:
        """Whatever happens, the exam gets an answer: a result, or the phase and the reason why there is none."""
        decoded: Kept = {}
        inferred: Kept | None = None
        failure = None
        phase = "decode"
        try:
            decoded = decode(exam_id, identity, attempt)
            if decoded["refusal"] is None:
                phase = "infer"
                inferred = infer(exam_id, identity, attempt)
        except DBOSMaxStepRetriesExceeded as problem:
            failure = _failure(phase, problem)
        run_id = record(exam_id, identity, attempt, decoded, inferred, failure)
        compare_with_others(exam_id)
        return run_id

    @retried
    def compare_with_others(exam_id: int) -> int:
        return steps.compare_with_others(exam_id)

    @retried
    def lay_and_match(exam_id: int, earlier_exam_id: int) -> int:
        return comparing.compare(exam_id, earlier_exam_id)

    @DBOS.workflow(name=jobs.COMPARE, max_recovery_attempts=LIVES)
    def compare_exams(exam_id: int, earlier_exam_id: int) -> int:
        """How the exam lies on an earlier one, and which of their nodules are the same."""
        return lay_and_match(exam_id, earlier_exam_id)


class _Said:
    """Progress of an intake as an event of its workflow, not more often than every `EVERY_S`."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        if time.monotonic() - self.last >= EVERY_S:
            self.last = time.monotonic()
            DBOS.set_event(jobs.PROGRESS, {"phase": phase, "done": done, "total": total, "fraction": done / total if total else None})


def _share(step: str) -> Report:
    """Progress of one step as its share of the whole job; the phase is written at once."""
    low, high = SHARES[step]
    last = 0.0

    def report(fraction: float) -> None:
        nonlocal last
        if fraction <= 0 or time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            DBOS.set_event(jobs.PROGRESS, {"phase": step, "fraction": low + (high - low) * min(1.0, max(0.0, fraction))})

    report(0.0)
    return report


def _failure(phase: str, problem: Any) -> str:
    """The sentence for a step that failed in every try, as JSON."""
    causes = getattr(problem, "errors", None) or [problem]
    log.error("phase %s failed %d times", phase, len(causes), exc_info=causes[-1])
    cause = f"{type(causes[-1]).__name__}: {causes[-1]}"[:300]
    template = N_("Scoring failed in the phase “{phase}” after {tries} tries ({problem}); an administrator should look at the worker’s log")
    return say(template, phase=phase, tries=len(causes), problem=cause).to_json()
