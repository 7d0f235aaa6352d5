"""Simulated reads and simulated scores of the demonstration history."""

import random
from datetime import timedelta

from sqlmodel import Session

from core.clock import now
from core.demonstration.book import Book, moment
from core.demonstration.screening import Round
from core.words import N_, say
from db.enums import EpisodeStep, ModelState, ProgrammeDecision, RunOutcome
from db.tables import Decision, EpisodeEvent, ModelRun, ModelStatus, ModelVersion, Read

MODEL_NAMES = {"lung": "simulated-lung-scores", "breast": "simulated-breast-scores"}


def write_reads(book: Book, rng: random.Random, exam_id: int, one: Round) -> None:
    """Signed opinions and the decision that followed."""
    readers = rng.sample(list(book.reader_ids), len(one.categories))
    for order, (reader, category, decision) in enumerate(zip(readers, one.categories, one.decisions, strict=True)):
        signed = moment(one.exam_date + timedelta(days=one.read_after_days), 10 + order, rng.randint(0, 59))
        opinion = {"density": one.density} if one.density else {}
        book.add(
            Read, exam_id=exam_id, reader_id=reader, category=category, decision=decision, opinion=opinion, saw_ai=False, run_id=None,
            opened_at=signed - timedelta(seconds=rng.randint(35, 240)), committed_at=signed,
        )  # fmt: skip
    decided = moment(one.exam_date + timedelta(days=one.read_after_days), 15)
    reason = "" if len(set(one.decisions)) == 1 else say(N_("The readers differed; the decision was taken together")).to_json()
    book.add(Decision, exam_id=exam_id, decision=one.decision, category=one.category, author_id=readers[0], at=decided, reason=reason)


def write_steps(book: Book, episode_id: int, one: Round) -> None:
    """The episode is read, and then closed or recalled."""
    decided = moment(one.exam_date + timedelta(days=one.read_after_days), 15)
    last = EpisodeStep.closed if one.decision == ProgrammeDecision.routine_recall else EpisodeStep.recalled
    for step in (EpisodeStep.read, last):
        book.add(EpisodeEvent, episode_id=episode_id, step=step, happened_at=decided, entered_at=decided, note="")


def write_score(book: Book, exam_id: int, version: int, one: Round, limits: list[float]) -> None:
    book.add(
        ModelRun, exam_id=exam_id, version_id=version, attempt=1, workflow_id="", device="simulated", started_at=moment(one.exam_date, 11),
        finished_at=moment(one.exam_date, 11, 1), stage_seconds={}, thresholds={}, input_uids=[], outcome=RunOutcome.scored, reason="",
        score=round(one.score, 4), step=1 + sum(one.score > limit for limit in limits), result={"simulated": True}, synthetic=True,
    )  # fmt: skip


def model_version(session: Session, programme: str) -> int:
    """A version that stands for simulated scores, so that they are never taken for a network's; it can never run."""
    version = ModelVersion(
        name=MODEL_NAMES[programme], tag="1", weights_sha256="", card={"task": "simulated scores, no network"}, synthetic=True,
        registered_at=now(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add(ModelStatus(version_id=version.id or 0, state=ModelState.retired, at=now()))
    session.flush()
    return version.id or 0


def tenths(scores: list[float]) -> list[float]:
    """The nine limits between tenths of the population."""
    ordered = sorted(scores)
    return [ordered[len(ordered) * tenth // 10] for tenth in range(1, 10)]
