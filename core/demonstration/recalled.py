"""What a simulated reading led to: recalls with their steps, and what they turned out to be. The future has not happened yet."""

import random
from datetime import date, timedelta

from sqlmodel import Session

from core.demonstration.book import Book, insert_rows, moment
from core.demonstration.screening import Round
from core.workflow.programmes import card, due
from db.enums import Certainty, ProgrammeDecision, RecallStep
from db.tables import Outcome, Recall, RecallEvent

LATE = 3
"""Recalls of each programme that are past their date."""


def write_recalls(
    session: Session, book: Book, rng: random.Random, programme: str, rounds: list[Round], exam_ids: list[int], decision_ids: list[int]
) -> None:
    """Recalls with their steps, and what they led to. What would lie in the future has not happened yet."""
    called, opened = [], []
    for one, exam_id, decision_id in zip(rounds, exam_ids, decision_ids, strict=True):
        decided = one.decided.date()
        if one.decision == ProgrammeDecision.routine_recall:
            _record_outcome(book, exam_id, one, one.exam_date + timedelta(days=one.outcome_after_days), "cancer registry")
            continue
        until = due(card(programme), one.decision, decided, one.category)
        row = {"exam_id": exam_id, "decision_id": decision_id, "kind": one.decision, "due": until, "opened_at": one.decided}
        opened.append(row)
        called.append((one, exam_id, decided, until))
    late = _late(book, [until for *_, until in called])
    for number, (recall_id, (one, exam_id, decided, until)) in enumerate(zip(insert_rows(session, Recall, opened), called, strict=True)):
        _steps(book, rng, recall_id, one, exam_id, decided, until, lost=number in late)
    book.write(session, RecallEvent)


def _late(book: Book, due_days: list[date]) -> list[int]:
    """Of those due in the last six weeks a few to which nobody came yet; older ones were found in the end."""
    recent = [number for number, due_on in enumerate(due_days) if 2 < (book.today - due_on).days < 45]
    return sorted(recent, key=lambda number: due_days[number])[:: max(len(recent) // LATE, 1)][:LATE]


def _steps(book: Book, rng: random.Random, recall_id: int, one: Round, exam_id: int, decided: date, until: date, *, lost: bool) -> None:
    came = until - timedelta(days=rng.randint(0, max(1, (until - decided).days // 2)))
    steps = [
        (RecallStep.contacted, decided + timedelta(days=2), 10),
        (RecallStep.booked, decided + timedelta(days=3), 11),
    ]
    if not lost:
        steps += [(RecallStep.attended, came, 9), (RecallStep.closed, came + timedelta(days=6), 12)]
    book.add(RecallEvent, recall_id=recall_id, step=RecallStep.opened, at=one.decided, author_id=None, note="")
    for step, day, hour in steps:
        if day < book.today:
            book.add(RecallEvent, recall_id=recall_id, step=step, at=moment(day, hour), author_id=None, note="")
    if not lost:
        _record_outcome(book, exam_id, one, came + timedelta(days=6), "assessment clinic")


def _record_outcome(book: Book, exam_id: int, one: Round, day: date, source: str) -> None:
    if one.outcome is None or day >= book.today:
        return
    certainty = Certainty.final if (book.today - day).days > 20 else Certainty.provisional
    book.add(
        Outcome, exam_id=exam_id, kind=one.outcome, certainty=certainty, happened_on=day, source=source, detail=one.detail, entered_by=None,
        entered_at=moment(day, 13),
    )  # fmt: skip
