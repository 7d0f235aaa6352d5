"""The job that compares two CT exams: lay one on the other, then match their nodules. It may be done again and again."""

import hashlib
import logging

from sqlmodel import Session

from core.words import N_, say
from core.workflow import registrations
from core.workflow.matching import compared_run, match
from db.engine import snapshot, transaction

log = logging.getLogger(__name__)


def compare(exam_id: int, earlier_exam_id: int) -> int:
    """How many nodules were matched now. Opens its own transactions, because the laying between them takes seconds."""
    with snapshot() as session:
        pair = registrations.pair_of(session, exam_id, earlier_exam_id)
        due = registrations.is_due(session, pair)
    if due:
        laid, reason = registrations.lay(pair)
        log.info("exam %d on %d: %s", exam_id, earlier_exam_id, laid.quality.grade if laid else "not laid")
        with transaction() as session:
            registrations.record(session, pair, laid, reason)
    with transaction() as session:
        return match(session, exam_id, earlier_exam_id)


def state_of(session: Session, exam_id: int, earlier_exam_id: int) -> str:
    """Changes with the images and the AI results of either exam, so that each state is compared once."""
    said = [
        *registrations.pair_of(session, exam_id, earlier_exam_id).images,
        compared_run(session, exam_id),
        compared_run(session, earlier_exam_id),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def give_up(session: Session, exam_id: int, earlier_exam_id: int) -> None:
    """The worker died over this pair again and again: it stays without registration, and says so."""
    pair = registrations.pair_of(session, exam_id, earlier_exam_id)
    if registrations.is_due(session, pair):
        registrations.record(session, pair, None, say(N_("Comparing the exams was given up because the worker stopped again and again")))
