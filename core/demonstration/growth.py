"""Two procedural CTs of one invented participant, half a year apart: one nodule grew, one did not, one is new. Marked as phantoms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, select

from core.demonstration import phantom
from core.demonstration.book import moment
from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity
from core.workflow import episodes
from core.workflow.programmes import card, due
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep
from db.tables import Decision, Exam, Read, Recall, RecallEvent, User

PATIENT = Identity("DEMO-CT-GROWTH", "Phantom^Growing", date(1958, 6, 17), "O")
DAYS_BETWEEN = 176
STEADY: phantom.Nodule = ((-78.0, 18.0, -130.0), 10.0)
BEFORE: tuple[phantom.Nodule, ...] = (((74.0, 14.0, -160.0), 8.0), STEADY)
NOW: tuple[phantom.Nodule, ...] = (((74.0, 14.0, -160.0), 11.5), STEADY, ((-60.0, -25.0, -190.0), 8.0))
TURN_DEG, SHIFT_MM = 5.0, (8.0, -6.0, 10.0)
BRANCHES = 10  # of vessels, fewer than usual, so that fewer of their crossings look like nodules
CATEGORY, READER = "3", "doctor2"


@dataclass(frozen=True)
class Scan:
    """One of the two CTs as files; the earlier one is already read and decided."""

    folder: Path
    exam_date: date
    earlier: bool


def scans(cache: Path, today: date) -> Iterator[Scan]:
    """The earlier CT, then the present one, in which the participant lies differently."""
    day = today - timedelta(days=1)
    before = phantom.thorax(nodules=BEFORE, branches=BRANCHES)
    yield Scan(_written(before, day - timedelta(days=DAYS_BETWEEN), cache / "growth-earlier"), day - timedelta(days=DAYS_BETWEEN), True)
    now = phantom.thorax(nodules=NOW, branches=BRANCHES, lies=lies(), noise=2)
    yield Scan(_written(now, day, cache / "growth"), day, False)


def lies() -> NDArray[np.float64]:
    """(4, 4) LPS mm: where the chest of the earlier scan lies in the present one, turned about the body's axis."""
    c, s = cos(radians(TURN_DEG)), sin(radians(TURN_DEG))
    return np.array([[c, -s, 0, SHIFT_MM[0]], [s, c, 0, SHIFT_MM[1]], [0, 0, 1, SHIFT_MM[2]], [0, 0, 0, 1]])


def decide(session: Session, exam_id: int) -> None:
    """What happened to the earlier CT then: an invented read and a short-term recall, which the present CT answers."""
    exam = session.get_one(Exam, exam_id)
    reader = session.exec(select(User.id).where(User.login == READER)).first()
    if reader is None:
        return
    exam.received_at = exam.completed_at = moment(exam.exam_date, 11)
    session.add(exam)
    at = moment(exam.exam_date + timedelta(days=1), 10)
    kind = ProgrammeDecision.short_term_recall
    session.add(
        Read(
            exam_id=exam_id,
            reader_id=reader,
            category=CATEGORY,
            decision=kind,
            saw_ai=False,
            opened_at=at - timedelta(minutes=3),
            committed_at=at,
        )
    )
    decision = Decision(exam_id=exam_id, decision=kind, category=CATEGORY, author_id=reader, at=at)
    session.add(decision)
    session.flush()
    recall = Recall(
        exam_id=exam_id, decision_id=decision.id or 0, kind=kind, due=due(card("lung"), kind, at.date(), CATEGORY), opened_at=at
    )
    session.add(recall)
    session.flush()
    for step, days in ((RecallStep.opened, 0), (RecallStep.contacted, 2), (RecallStep.booked, 4)):
        session.add(RecallEvent(recall_id=recall.id or 0, step=step, at=at + timedelta(days=days), note=""))
    for after in (EpisodeStep.read, EpisodeStep.recalled):
        episodes.append(session, exam.episode_id, after, at, None)


def _written(hu: NDArray[np.int16], day: date, folder: Path) -> Path:
    return write_ct(
        hu, spacing_mm=phantom.SPACING_MM, origin_lps_mm=phantom.ORIGIN_LPS_MM, identity=PATIENT, exam_date=day,
        description="Procedural phantom, not a patient", phantom=True, folder=folder,
    )  # fmt: skip
