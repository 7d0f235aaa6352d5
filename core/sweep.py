"""What may have been left lying is taken up again: uploads that were not taken in, exams that wait for views, exams without an answer,
reads that have become final.

Every part can be done again and again; a job that is queued already is found, not doubled.
"""

import logging
from dataclasses import dataclass

from sqlmodel import col, select

from core import columns, jobs, safety_net
from core.clock import now
from core.cohorts import lookalikes
from core.messages import sending
from core.words import N_, say
from core.workflow import comparing, exams, finalising, registrations, runs
from db.engine import snapshot, tidy, transaction
from db.tables import HandedInList, IntakeBatch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many were taken up again."""

    uploads: int
    settled: int
    queued: int
    given_up: int
    finalised: int
    compared: int = 0
    lists: int = 0
    tasks: int = 0
    mailings: int = 0


def sweep() -> Swept:
    """Queue what has no job, and give an answer to exams whose job was given up: no result, with the reason."""
    open_ones = _unfinished_uploads()
    jobs_of_them = jobs.progresses(list(open_ones.values()))
    uploads = [batch_id for batch_id, workflow_id in open_ones.items() if workflow_id not in jobs_of_them]
    for batch_id in uploads:
        jobs.enqueue_intake(batch_id, jobs.Priority.network)
    lists = _unfinished_lists()
    for list_id in lists:
        jobs.enqueue_list(list_id, jobs.Priority.network)
    with snapshot() as session:
        waiting = exams.unsettled(session)
    for exam_id in waiting:
        with transaction() as session:
            exams.settle(session, exam_id)
    with snapshot() as session:
        due = runs.all_due(session)
    known = jobs.progresses([jobs.scoring_id(one.exam_id, one.identity, one.attempt) for one in due])
    given_up = [one for one in due if _state(known, one) == "failed"]
    queued = [one for one in due if _state(known, one) is None]
    for one in queued:
        jobs.enqueue_due(one, jobs.Priority.bulk if one.shadow else jobs.Priority.network)
    for one in given_up:
        _give_up(one, known[jobs.scoring_id(one.exam_id, one.identity, one.attempt)])
    swept = Swept(len(uploads), len(waiting), len(queued), len(given_up), _finalise(), _compare(), len(lists), _cast_net(), _mail())
    _look_for_duplicates()
    columns.tend()
    tidy()
    if any(vars(swept).values()):
        log.info("sweep: %s", swept)
    return swept


def _finalise() -> int:
    """Cases whose reads agree and can no longer be taken back, each in a transaction of its own."""
    with snapshot() as session:
        due = finalising.due(session)
    done = 0
    for exam_id in due:
        with transaction() as session:
            done += finalising.finalise_one(session, exam_id) is not None
    return done


def _cast_net() -> int:
    """Tasks of the safety net that were made, closed or escalated."""
    with transaction() as session:
        netted = safety_net.generate(session)
    return netted.made + netted.ended + netted.escalated


def _mail() -> int:
    """Queue the mailings with e-mails whose time has come; how many had no job yet."""
    with snapshot() as session:
        due = sending.due(session)
    known = jobs.progresses([f"mail-{mailing_id}-{mark}" for mailing_id, mark in due.items()])
    wanted = [(mailing_id, mark) for mailing_id, mark in due.items() if f"mail-{mailing_id}-{mark}" not in known]
    for mailing_id, mark in wanted:
        jobs.enqueue_mailing(mailing_id, mark)
    return len(wanted)


def _compare() -> int:
    """Queue the pairs of exams that nobody has laid on each other; a job that was given up leaves its reason. How many were queued."""
    with snapshot() as session:
        pairs = registrations.never_laid(session)
    ids = {jobs.comparing_id(*pair): pair for pair in pairs}
    known = jobs.progresses(list(ids))
    for workflow_id, pair in ids.items():
        if workflow_id not in known:
            jobs.enqueue_comparing(*pair)
        elif known[workflow_id].state == "failed":
            with transaction() as session:
                comparing.give_up(session, *pair)
    return sum(workflow_id not in known for workflow_id in ids)


def _unfinished_uploads() -> dict[str, str]:
    """Batches that were handed over completely (they name a job) and never finished, with their jobs."""
    with snapshot() as session:
        rows = session.exec(select(IntakeBatch).where(col(IntakeBatch.finished_at).is_(None), col(IntakeBatch.workflow_id).is_not(None)))
        return {row.id: row.workflow_id for row in rows if row.workflow_id}


def _look_for_duplicates() -> None:
    """Look everybody through for entries that may be one person, when participants have come."""
    with snapshot() as session:
        lookalikes.look_when_due(session)


def _unfinished_lists() -> list[str]:
    """Lists that were to be taken in and whose job the engine does not know."""
    with snapshot() as session:
        rows = session.exec(select(HandedInList).where(col(HandedInList.finished_at).is_(None), col(HandedInList.workflow_id).is_not(None)))
        waiting = {row.id: row.workflow_id for row in rows if row.workflow_id}
    known = jobs.progresses(list(waiting.values()))
    return [list_id for list_id, workflow_id in waiting.items() if workflow_id not in known]


def _state(known: dict[str, jobs.Progress], one: runs.Due) -> str | None:
    found = known.get(jobs.scoring_id(one.exam_id, one.identity, one.attempt))
    return found.state if found else None


def _give_up(one: runs.Due, progress: jobs.Progress) -> None:
    """The worker died over this exam again and again: it goes to the readers without a result, and the phase is named."""
    workflow_id = jobs.scoring_id(one.exam_id, one.identity, one.attempt)
    reason = say(N_("Scoring was given up in the phase “{phase}” because the worker stopped again and again"), phase=progress.phase or "–")
    with transaction() as session:
        draft = runs.RunDraft(
            workflow_id=workflow_id, device="", started_at=now(), finished_at=now(), stage_seconds={}, thresholds={},
            input_uids=runs.input_uids(session, one.exam_id), reason=reason,
        )  # fmt: skip
        runs.record(session, one, draft)
