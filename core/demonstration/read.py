"""Simulated reads and simulated scores of the demonstration history."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.clock import now
from core.demonstration.book import Book, moment
from core.demonstration.screening import Round
from core.words import N_, say
from db.enums import EpisodeStep, ModelState, ProgrammeDecision, RunOutcome
from db.tables import Arbitration, Decision, EpisodeEvent, ModelRun, ModelStatus, ModelVersion, Read

UNSEEN: dict[str, Any] = {"run": None, "priors": [], "reads": []}
MODEL_NAMES = {"lung": "simulated-lung-scores", "breast": "simulated-breast-scores"}


def write_reads(book: Book, rng: random.Random, exam_id: int, one: Round) -> None:
    """Signed opinions; then the decision that two readers agree on, or that a third took where they differ, unless it is awaited."""
    people = rng.sample(list(book.reader_ids), len(book.reader_ids))
    people = list(book.reader_ids) if one.waits else people  # the third doctor finds what waits for arbitration
    for reader, category, decision, at in zip(people, one.categories, one.decisions, _signed(one), strict=False):
        book.add(
            Read, exam_id=exam_id, reader_id=reader, category=category, decision=decision, opinion=_opinion(one, decision), saw_ai=False,
            run_id=None, opened_at=at - timedelta(seconds=rng.randint(35, 240)), committed_at=at, revision=0, seen=UNSEEN,
        )  # fmt: skip
    if one.waits:
        return
    author, reason = people[0], say(N_("Single read") if len(one.decisions) == 1 else N_("All readers agree"))
    if not one.agreed:
        author, reason = people[-1], say(N_("Arbitration by {names}"), names=book.names[people[-1]])
        opened = one.decided - timedelta(seconds=rng.randint(90, 420))
        book.arbitrators[exam_id] = author
        book.add(
            Arbitration, exam_id=exam_id, category=one.category, decision=one.decision, opinion=_opinion(one, one.decision), seen=UNSEEN,
            opened_at=opened, at=one.decided,
        )  # fmt: skip
    book.add(
        Decision, exam_id=exam_id, decision=one.decision, category=one.category, author_id=author, at=one.decided, reason=reason.to_json()
    )


def _signed(one: Round) -> tuple[datetime, ...]:
    """What waits to become final was signed within the last hour."""
    if one.waits != "finalisation":
        return one.signed
    return tuple(now() - timedelta(minutes=minute % 20 + 2 * order) for minute, order in zip(one.minutes, (10, 1), strict=True))


def _opinion(one: Round, decision: ProgrammeDecision) -> dict[str, Any]:
    """As `core.workflow.opinion.Opinion` stores it."""
    if one.density is None:
        return {}
    other = {"L": "R", "R": "L"}[one.side]
    said: dict[str, Any] = {"density": one.density}
    if decision == ProgrammeDecision.assessment:
        said["assessments"] = {one.side: "abnormal", other: "normal"}
    if decision == ProgrammeDecision.technical_recall:
        said["views"] = [{"view": one.view, "reason": "positioning"}]
    return said


def write_steps(book: Book, episode_id: int, one: Round) -> None:
    """The episode is read, and then closed or recalled, unless the decision is awaited."""
    at = _signed(one)[0]
    book.add(EpisodeEvent, episode_id=episode_id, step=EpisodeStep.read, happened_at=at, entered_at=at, note="")
    if not one.waits:
        last = EpisodeStep.closed if one.decision == ProgrammeDecision.routine_recall else EpisodeStep.recalled
        book.add(EpisodeEvent, episode_id=episode_id, step=last, happened_at=one.decided, entered_at=one.decided, note="")


def write_score(book: Book, exam_id: int, version: int, one: Round, limits: list[float]) -> None:
    book.add(
        ModelRun, exam_id=exam_id, version_id=version, attempt=1, workflow_id="", device="simulated", started_at=moment(one.exam_date, 11),
        finished_at=moment(one.exam_date, 11, 1), stage_seconds={}, thresholds={}, input_uids=[], outcome=RunOutcome.scored, reason="",
        score=round(one.score, 4), step=1 + sum(one.score > limit for limit in limits), result={"simulated": True}, synthetic=True,
    )  # fmt: skip


BEFORE_DAYS = 4 * 365  # when the simulated scores came into force: before the first exam of the history


def model_version(session: Session, programme: str) -> int:
    """A version that stands for simulated scores, so that they are never taken for a network's; it was in force until today."""
    version = ModelVersion(
        name=MODEL_NAMES[programme], tag="1", weights_sha256="", card={"task": "simulated scores, no network"}, synthetic=True,
        registered_at=now(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    for state, at in ((ModelState.active, now() - timedelta(days=BEFORE_DAYS)), (ModelState.retired, now())):
        session.add(ModelStatus(version_id=version.id or 0, state=state, at=at))
    session.flush()
    return version.id or 0


def tenths(scores: list[float]) -> list[float]:
    """The nine limits between tenths of the population."""
    ordered = sorted(scores)
    return [ordered[len(ordered) * tenth // 10] for tenth in range(1, 10)]
