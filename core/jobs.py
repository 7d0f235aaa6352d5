"""The job engine seen from outside the worker: what is put in the queues, how far it is, what failed.

The worker (`models.worker`) holds the workflows under the names given here; every other process talks to it through these functions.
The engine's own tables say where a job stands; our rows only name the workflow id.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from dbos import EnqueueOptions, WorkflowStatus

from core.errors import FirstlightError, Retryable
from core.job_engine import APPLICATION, SILENT, UNREACHABLE, VERSION, client, close, listed, prepare
from core.words import N_, Sentence, say
from core.workflow import comparing, runs
from db.engine import snapshot, transaction
from db.tables import HandedInList, IntakeBatch

__all__ = [
    "APPLICATION", "COMPARE", "INTAKE", "INTAKE_QUEUE", "LIST", "MAIL", "MAIL_QUEUE", "PROGRESS", "SCORE", "SCORING_QUEUE", "VERSION",
    "Job", "Priority", "Progress", "client", "close", "comparing_id", "enqueue", "enqueue_comparing", "enqueue_due", "enqueue_intake",
    "enqueue_list", "enqueue_looking", "enqueue_mailing", "enqueue_scoring", "failures", "hand_over", "jobs", "looking_id", "prepare",
    "progress", "progresses", "scoring_id",
]  # fmt: skip

INTAKE_QUEUE, SCORING_QUEUE, MAIL_QUEUE = "intake", "scoring", "mail"
INTAKE, SCORE, COMPARE, LIST, MAIL = "take_in", "score_exam", "compare_exams", "take_list", "send_mailing"  # names of the workflows
SHOWN = [INTAKE, SCORE, COMPARE, LIST, MAIL]
PROGRESS = "progress"  # key of the event that a running job keeps up to date
STATES = {"ENQUEUED": "waiting", "DELAYED": "waiting", "PENDING": "running", "SUCCESS": "done"}


class Priority(IntEnum):
    """Smaller goes first."""

    urgent = 1
    by_hand = 10
    network = 50
    bulk = 90


@dataclass(frozen=True)
class Progress:
    """Where a job stands: "waiting", "running", "done" or "failed"; `fraction` 0 to 1 where it is known."""

    state: str
    phase: str
    fraction: float | None
    reason: Sentence | None


@dataclass(frozen=True)
class Job:
    """One line of the administrator's page."""

    workflow_id: str
    name: str
    queue: str
    state: str
    worker: str
    created_at: datetime | None
    finished_at: datetime | None
    subject: str
    reason: Sentence | None


def enqueue(workflow: str, queue: str, workflow_id: str, priority: int, *arguments: Any) -> str:
    """Put one job in its queue; a job of that id that is there already is left alone."""
    options: EnqueueOptions = {
        "workflow_name": workflow,
        "queue_name": queue,
        "workflow_id": workflow_id,
        "priority": int(priority),
        "app_version": VERSION,
    }
    try:
        client().enqueue(options, *arguments)
    except UNREACHABLE as problem:
        raise Retryable(SILENT) from problem
    return workflow_id


def enqueue_intake(batch_id: str, priority: int = Priority.by_hand) -> str:
    """Queue the intake of an upload whose files are all there; the id of the workflow, the same for the same batch.

    The batch names its job before the engine knows it, so that the sweep can queue it again when the engine was not there.
    """
    workflow_id = f"intake-{batch_id}"
    with transaction() as session:
        batch = session.get_one(IntakeBatch, batch_id)
        batch.workflow_id = workflow_id
        session.add(batch)
    return enqueue(INTAKE, INTAKE_QUEUE, workflow_id, priority, batch_id)


def enqueue_mailing(mailing_id: int, mark: int) -> str:
    """Queue the sending of what is due of a mailing; `mark` changes with every attempt, so that the same one is queued once."""
    return enqueue(MAIL, MAIL_QUEUE, f"mail-{mailing_id}-{mark}", Priority.network, mailing_id)


def enqueue_list(list_id: str, priority: int = Priority.by_hand, *, again: bool = False) -> str:
    """Queue the taking in of a list that was handed in; the id of the workflow, the same for the same list. `again` after it failed."""
    with transaction() as session:
        row = session.get_one(HandedInList, list_id)
        workflow_id = f"{row.workflow_id}-again" if again and row.workflow_id else f"list-{list_id}"
        row.workflow_id = workflow_id
        session.add(row)
    return enqueue(LIST, INTAKE_QUEUE, workflow_id, priority, list_id, False)


def enqueue_looking(list_id: str, mapping: Mapping[str, int]) -> str:
    """Queue the dry run of a list that is too long to wait for; once for the same columns."""
    return enqueue(LIST, INTAKE_QUEUE, looking_id(list_id, mapping), Priority.by_hand, list_id, True)


def looking_id(list_id: str, mapping: Mapping[str, int]) -> str:
    """One id per list and choice of columns."""
    chosen = json.dumps(sorted(mapping.items()))
    return f"look-{list_id}-{hashlib.sha256(chosen.encode()).hexdigest()[:8]}"


def enqueue_scoring(exam_id: int, priority: int = Priority.by_hand, *, again: bool = False) -> str | None:
    """Queue the scoring of an exam by the active version; None when nothing is due: not complete, answered already, or no model installed.

    `again` asks for one more attempt although there is an answer.
    """
    with snapshot() as session:
        wanted = runs.due(session, exam_id, again=again)
    return None if wanted is None else enqueue_due(wanted, priority)


def enqueue_due(wanted: runs.Due, priority: int) -> str:
    """Queue a run that is known to be due."""
    workflow_id = scoring_id(wanted.exam_id, wanted.identity, wanted.attempt)
    return enqueue(SCORE, SCORING_QUEUE, workflow_id, priority, wanted.exam_id, wanted.identity, wanted.attempt)


def scoring_id(exam_id: int, identity: str, attempt: int = 1) -> str:
    """One id per exam, model name.tag and attempt, so that a second trigger finds the first."""
    return f"score-{exam_id}-{identity}" + (f"-{attempt}" if attempt > 1 else "")


def enqueue_comparing(exam_id: int, earlier_exam_id: int, priority: int = Priority.bulk) -> str:
    """Queue the laying of an exam on an earlier one and the matching of their nodules; once for the same images and AI results."""
    return enqueue(COMPARE, SCORING_QUEUE, comparing_id(exam_id, earlier_exam_id), priority, exam_id, earlier_exam_id)


def comparing_id(exam_id: int, earlier_exam_id: int) -> str:
    """One id per pair of exams, their images and their AI results."""
    with snapshot() as session:
        return f"compare-{exam_id}-{earlier_exam_id}-{comparing.state_of(session, exam_id, earlier_exam_id)}"


def progress(workflow_id: str) -> Progress | None:
    """How far a job is; None when the engine does not know it."""
    found = progresses([workflow_id])
    return found.get(workflow_id)


def progresses(workflow_ids: list[str]) -> dict[str, Progress]:
    """How far several jobs are, those that the engine knows."""
    if not workflow_ids:
        return {}
    return {row.workflow_id: _progress(row) for row in listed(workflow_ids=workflow_ids)}


def jobs(limit: int = 100, *, state: str | None = None) -> list[Job]:
    """The newest jobs, for the administrator; sweeps are left out."""
    words = [word for word, said in STATES.items() if said == state] if state else None
    return [_job(row) for row in listed(name=SHOWN, status=words, limit=limit, sort_desc=True)]


def failures(limit: int = 20) -> list[Job]:
    """The newest jobs that ended without doing their work."""
    ended = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]
    rows = listed(name=SHOWN, status=ended, limit=limit, sort_desc=True)
    return [_job(row) for row in rows]


def hand_over(silent: Collection[str]) -> int:
    """Queue the running jobs of workers that fell silent again, from their last finished step; how many there were."""
    rows = listed(status="PENDING", executor_id=list(silent)) if silent else []
    for row in rows:
        client().resume_workflow(row.workflow_id, queue_name=row.queue_name)
    return len(rows)


def _progress(row: WorkflowStatus) -> Progress:
    state = STATES.get(row.status, "failed")
    wanted = state in ("running", "failed")
    event: Mapping[str, Any] = (client().get_event(row.workflow_id, PROGRESS, timeout_seconds=0) or {}) if wanted else {}
    fraction = 1.0 if state == "done" else event.get("fraction")
    return Progress(state, str(event.get("phase", "")), fraction, _reason(row))


def _reason(row: WorkflowStatus) -> Sentence | None:
    if row.status in STATES:
        return None
    if row.error is not None:
        if isinstance(row.error, FirstlightError):
            return row.error.sentence
        return say(N_("The job stopped: {problem}"), problem=f"{type(row.error).__name__}: {row.error}")
    return say(N_("The job was given up after several attempts"))


def _job(row: WorkflowStatus) -> Job:
    subject = str(row.input["args"][0]) if row.input and row.input["args"] else ""
    state = STATES.get(row.status, "failed")
    return Job(
        workflow_id=row.workflow_id,
        name=row.name,
        queue=row.queue_name or "",
        state=state,
        worker=row.executor_id or "",
        created_at=_moment(row.created_at),
        finished_at=_moment(row.completed_at),
        subject=subject,
        reason=_reason(row),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
