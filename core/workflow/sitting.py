"""How far a sitting is: which case is in hand, what became of the others, and how long reading them took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlmodel import Session, col, select

from core.clock import now
from core.workflow.programmes import cards
from core.workflow.standing import standing
from db.enums import SessionStepKind
from db.tables import Exam, Read, ReadingSession, ReadingSessionStep


@dataclass(frozen=True)
class Sitting:
    """Progress of a sitting; `done` of `size` cases are dealt with, and `in_hand` is the exam that this person should look at now.

    `seconds_per_read` is the median of opening to signing; None before the first read. A read that took longer than the programme card's
    `statistics.pause_minutes` was interrupted: it counts as read, its time does not, and `interrupted` says how many there were.
    """

    sitting_id: int
    programme: str | None
    size: int
    started_at: datetime
    ended_at: datetime | None
    in_hand: int | None
    in_hand_since: datetime | None
    read: int
    skipped: int
    deferred: int
    priors_requested: int
    seconds_per_read: float | None
    interrupted: int
    minutes: float
    """Since the start, until the end."""
    reading_minutes: float
    """The sum over the reads that were not interrupted."""
    exams: dict[int, SessionStepKind]
    """What became of each case of the sitting, in the order in which they were first opened; `opened`: nothing yet."""

    @property
    def done(self) -> int:
        return self.read + self.skipped + self.deferred + self.priors_requested

    @property
    def full(self) -> bool:
        """Whether as many cases as were asked for are dealt with, or the sitting has ended."""
        return self.done >= self.size or self.ended_at is not None


def sitting_of(session: Session, row: ReadingSession) -> Sitting:
    """The progress of a sitting as its rows tell it."""
    steps, reads = _steps(session, row), _reads(session, row)
    fate = _fate(steps, reads)
    hand = in_hand(session, row)
    kinds = list(fate.values())
    timed = [taken for read, pause in reads.values() if (taken := read.committed_at - read.opened_at) <= pause]
    return Sitting(
        sitting_id=row.id or 0,
        programme=row.card_id or None,
        size=row.size,
        started_at=row.started_at,
        ended_at=row.ended_at,
        in_hand=hand,
        in_hand_since=steps[-1].at if hand is not None else None,
        read=kinds.count(SessionStepKind.read),
        skipped=kinds.count(SessionStepKind.skipped),
        deferred=kinds.count(SessionStepKind.deferred),
        priors_requested=kinds.count(SessionStepKind.priors_requested),
        seconds_per_read=median(one.total_seconds() for one in timed) if timed else None,
        interrupted=len(reads) - len(timed),
        minutes=((row.ended_at or now()) - row.started_at).total_seconds() / 60,
        reading_minutes=sum(one.total_seconds() for one in timed) / 60,
        exams=fate,
    )


def in_hand(session: Session, row: ReadingSession) -> int | None:
    """The exam opened last, while neither a step nor the person's own read has followed and the sitting goes on."""
    if row.ended_at is not None:
        return None
    steps = _steps(session, row)
    last = steps[-1] if steps else None
    if last is None or last.kind != SessionStepKind.opened or last.exam_id in _reads(session, row):
        return None
    return last.exam_id


def skipped(session: Session, sitting_id: int) -> frozenset[int]:
    """The exams whose last step in this sitting was to skip them."""
    rows = select(ReadingSessionStep.exam_id, ReadingSessionStep.kind).where(ReadingSessionStep.session_id == sitting_id)
    last = dict(session.exec(rows.order_by(col(ReadingSessionStep.id))).all())
    return frozenset(exam_id for exam_id, kind in last.items() if kind == SessionStepKind.skipped)


def _steps(session: Session, row: ReadingSession) -> list[ReadingSessionStep]:
    steps = select(ReadingSessionStep).where(ReadingSessionStep.session_id == row.id)
    return list(session.exec(steps.order_by(col(ReadingSessionStep.id))))


def _reads(session: Session, row: ReadingSession) -> dict[int, tuple[Read, timedelta]]:
    """The person's standing reads of exams of this sitting, signed while it went on, each with the pause limit of its programme."""
    opened = select(ReadingSessionStep.exam_id).where(ReadingSessionStep.session_id == row.id)
    mine = select(Read, col(Exam.kind)).join(Exam, col(Exam.id) == Read.exam_id).where(Read.reader_id == row.reader_id, standing())
    mine = mine.where(col(Read.exam_id).in_(opened), Read.committed_at >= row.started_at)
    if row.ended_at is not None:
        mine = mine.where(Read.committed_at <= row.ended_at)
    pauses = {card.kind: timedelta(minutes=card.statistics.pause_minutes) for card in cards().values()}
    return {read.exam_id: (read, pauses[kind]) for read, kind in session.exec(mine)}


def _fate(steps: list[ReadingSessionStep], reads: dict[int, tuple[Read, timedelta]]) -> dict[int, SessionStepKind]:
    found: dict[int, SessionStepKind] = {step.exam_id: step.kind for step in steps}
    return {exam_id: SessionStepKind.read if exam_id in reads else kind for exam_id, kind in found.items()}
