"""Images that answer an open recall belong to the round of the recalled exam; after a technical recall they are a second case of it.

A second case is an exam that follows the first: it is complete when the views named by the technical recall have come, it is scored and
read on those alone, and its readers see the first exam as a prior. Any reader of the first may read it: it is another case.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.clock import now
from core.words import N_, Sentence, say
from core.workflow.programmes import Card
from core.workflow.runs import SPARE
from core.workflow.standing import standing
from db.enums import ProgrammeDecision, RecallStep
from db.tables import Arbitration, Episode, Exam, ExamInstance, Programme, Read, Recall, RecallEvent

WORK_UP_DAYS = 270
"""Images within nine months after a recalled exam answer that recall (BCSC's nine months); later ones begin another round."""
WINDOW = timedelta(days=WORK_UP_DAYS)


@dataclass(frozen=True)
class Awaited:
    """An open recall that new images answer. `parts`: the views that a technical recall still waits for, empty for other recalls."""

    exam_id: int
    episode_id: int
    kind: ProgrammeDecision
    parts: tuple[str, ...]

    @property
    def technical(self) -> bool:
        return self.kind == ProgrammeDecision.technical_recall


def awaited(session: Session, participant_id: int, programme: Card, day: date) -> Awaited | None:
    """The latest open recall that images taken on `day` answer; None when they are of another round."""
    rows = select(Recall, Exam).join(Exam, col(Exam.id) == Recall.exam_id).join(Episode, col(Episode.id) == Exam.episode_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(Episode.participant_id == participant_id, Programme.card_id == programme.id, col(Recall.id).not_in(_closed()))
    rows = rows.where(Exam.exam_date <= day, Exam.exam_date >= day - WINDOW).order_by(col(Recall.id).desc())
    found = session.exec(rows.limit(1)).first()
    if found is None:
        return None
    recall, exam = found
    technical = recall.kind == ProgrammeDecision.technical_recall
    return Awaited(exam.id or 0, exam.episode_id, recall.kind, still_missing(session, exam, programme) if technical else ())


def asked_for(session: Session, exam: Exam, programme: Card) -> tuple[str, ...]:
    """The views that the technical recall of an exam names, as arbitration or else the readers said; all where nobody named one."""
    settled = session.exec(select(Arbitration).where(Arbitration.exam_id == exam.id)).first()
    mine = select(Read).where(Read.exam_id == exam.id, Read.decision == ProgrammeDecision.technical_recall, standing())
    said = [settled.opinion] if settled is not None else [read.opinion for read in session.exec(mine)]
    named = {view.get("view") for opinion in said for view in opinion.get("views", ())}
    wanted = tuple(exam.expected_parts) or programme.expected_parts
    return tuple(part for part in programme.expected_parts if part in named) or wanted


def still_missing(session: Session, exam: Exam, programme: Card) -> tuple[str, ...]:
    """The views asked for that no exam which follows this one has; all of them when nothing is missing any more."""
    had = select(ExamInstance.part).join(Exam, col(Exam.id) == ExamInstance.exam_id)
    here = set(session.exec(had.where(Exam.follows_exam_id == exam.id, ExamInstance.part != SPARE).distinct()))
    wanted = asked_for(session, exam, programme)
    return tuple(part for part in wanted if part not in here) or wanted


def answer(session: Session, exam: Exam) -> None:
    """Close the technical recall that a complete second case answers, when every view that it still waited for is there."""
    if exam.follows_exam_id is None or exam.completed_at is None:
        return
    here = set(session.exec(select(ExamInstance.part).where(ExamInstance.exam_id == exam.id).distinct()))
    if not set(exam.expected_parts) <= here:
        return
    rows = select(Recall).where(Recall.exam_id == exam.follows_exam_id, Recall.kind == ProgrammeDecision.technical_recall)
    for recall in session.exec(rows.where(col(Recall.id).not_in(_closed())).with_for_update(key_share=True)):
        note = ", ".join(exam.expected_parts)
        session.add(RecallEvent(recall_id=recall.id or 0, step=RecallStep.closed, at=now(), note=note))
        session.flush()
        audit.record(session, "intake", "recall_closed", "recall", recall.id, site_id=exam.site_id, exam=exam.id)


def awaits_repeat(session: Session, exam: Exam) -> bool:
    """Whether this exam is decided and an open technical recall asks for its images again, so that new ones are a second case."""
    rows = select(col(Recall.id)).where(Recall.exam_id == exam.id, Recall.kind == ProgrammeDecision.technical_recall)
    return session.exec(rows.where(col(Recall.id).not_in(_closed())).limit(1)).first() is not None


def cases_of(session: Session, exam_id: int) -> tuple[int, ...]:
    """The exam, those it follows and those that follow it, the first case first; their reads are to be listed together."""
    first = exam_id
    while (before := session.exec(select(Exam.follows_exam_id).where(Exam.id == first)).first()) is not None:
        first = before
    found, newest = [first], [first]
    while newest:
        followers = select(col(Exam.id)).where(col(Exam.follows_exam_id).in_(newest)).order_by(col(Exam.id))
        newest = [one for one in session.exec(followers) if one is not None]
        found += newest
    return tuple(found)


def rests_on(session: Session, exam: Exam) -> Sentence | None:
    """What the result and the read of a second case rest on; None for an exam that follows none."""
    if exam.follows_exam_id is None:
        return None
    first = session.get_one(Exam, exam.follows_exam_id)
    if len(exam.expected_parts) == 1 and exam.expected_parts[0] == "volume":
        return say(N_("Repeat of the exam of {day} after a technical recall"), day=first.exam_date)
    template = N_("Repeat of the exam of {day} after a technical recall: {parts} only; the other views are in that exam")
    return say(template, day=first.exam_date, parts=", ".join(exam.expected_parts))


def _closed() -> SelectOfScalar[int]:
    return select(RecallEvent.recall_id).where(RecallEvent.step == RecallStep.closed)
