"""A whole batch in: every file by itself, then the exams put together, then their scoring jobs queued. Doing it again doubles nothing."""

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from core import audit, jobs
from core.clock import now
from core.errors import Retryable
from core.imaging.examine import Examined, examine
from core.imaging.unpack import count_files
from core.workflow import exams
from core.workflow.intake.batch import Batch, folder, load
from core.workflow.intake.instance import receive_examined
from core.workflow.intake.receipt import Receipt
from db.engine import snapshot, transaction
from db.enums import IntakeResult
from db.tables import IntakeBatch, IntakeItem

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Called with the phase, how many files are done and how many there are, where that is known."""
KEPT_LARGEST = 512 * 2**20  # bytes; larger archives that cannot be opened are named but not kept
TRIES = 3
BULK = 8  # exams; more than a person waits for


def silent(phase: str, done: int, total: int | None) -> None:
    """For callers that show no progress."""


def take_in(batch_id: str, *, paths: Sequence[Path] | None = None, on_progress: Progress = silent) -> tuple[Receipt, ...]:
    """Take in the files of a batch, by default those in its folder; the receipts of this call, one a file."""
    with snapshot() as session:
        batch = load(session, batch_id)
    waiting = folder(batch_id)
    given = sorted(waiting.iterdir()) if paths is None and waiting.is_dir() else list(paths or ())
    receipts = tuple(_files(batch, given, on_progress))
    finish(batch_id, on_progress=on_progress)
    shutil.rmtree(waiting, ignore_errors=True)
    return receipts


def finish(batch_id: str, *, on_progress: Progress = silent) -> tuple[int, ...]:
    """Put the exams of a batch together, queue what is complete for scoring and close the batch; the ids of its exams."""
    with snapshot() as session:
        found = session.exec(select(IntakeItem.exam_id).where(IntakeItem.batch_id == batch_id).distinct())
        ids = sorted(exam_id for exam_id in found if exam_id is not None)
    for done, exam_id in enumerate(ids):
        on_progress("checking", done, len(ids))
        with transaction() as session:
            exams.settle(session, exam_id)
    _close(batch_id)
    priority = _priority(batch_id, len(ids))
    for exam_id in ids:
        try:
            jobs.enqueue_scoring(exam_id, priority)
        except Retryable as problem:  # the sweep queues it later
            log.warning("exam %d was not queued: %s", exam_id, problem)
    return tuple(ids)


def _files(batch: Batch, paths: Sequence[Path], on_progress: Progress) -> Iterable[Receipt]:
    total = count_files(paths)
    for done, file in enumerate(examine(paths), start=1):
        yield _one(batch, _kept(file, paths))
        on_progress("receiving", done, total if done <= total else None)


def _one(batch: Batch, file: Examined) -> Receipt:
    """One file in a transaction of its own, again when another process registered the same person or study meanwhile."""
    for _ in range(TRIES - 1):
        try:
            with transaction() as session:
                return receive_examined(session, file, batch)
        except IntegrityError:
            log.info("batch %s: another process wrote the same rows; trying again", batch.id)
    with transaction() as session:
        return receive_examined(session, file, batch)


def _kept(file: Examined, paths: Sequence[Path]) -> Examined:
    """A refused file that could not be opened, with the bytes of the file or archive it lies in, for the quarantine."""
    if file.content is not None or file.refusal is None:
        return file
    outer = file.shown.split(" › ")[0]
    for path in paths:
        candidate = path if path.name == outer else path.parent / outer
        if candidate.is_file() and not candidate.is_symlink() and 0 < candidate.stat().st_size <= KEPT_LARGEST:
            return replace(file, content=candidate.read_bytes())
    return file


def _priority(batch_id: str, exams_found: int) -> jobs.Priority:
    """What a person uploads and waits for goes before what a scanner sends, and both before a whole archive."""
    if exams_found > BULK:
        return jobs.Priority.bulk
    with snapshot() as session:
        batch = load(session, batch_id)
    return jobs.Priority.network if batch.author_id is None and not batch.synthetic else jobs.Priority.by_hand


def _close(batch_id: str) -> None:
    with transaction() as session:
        row = session.get_one(IntakeBatch, batch_id)
        if row.finished_at is not None:
            return
        row.finished_at = now()
        session.add(row)
        results = Counter(session.exec(select(IntakeItem.result).where(IntakeItem.batch_id == batch_id)).all())
        counts = {result.value: results[result] for result in IntakeResult if results[result]}
        audit.record(session, "intake", "took in", "intake", batch_id, site_id=row.site_id, **counts)
