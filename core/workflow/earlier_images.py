"""Images of an earlier time that came because a reader asked for them: they are compared with, not read.

They lie in the round of the exam for which they were asked, as an exam of their own with its own, earlier date. That is how they are
known: an exam that is dated before another one of its round and arrived after earlier images had been asked for that one.
"""

from datetime import date

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.enums import ExamKind, PriorStep
from db.tables import Episode, Exam, PriorRequest


def for_comparison() -> SelectOfScalar[int | None]:
    """The ids of every exam that is there to be compared with and waits for no read."""
    asking, earlier = aliased(Exam), aliased(Exam)
    found = select(col(earlier.id)).join(asking, col(asking.episode_id) == earlier.episode_id)
    found = found.join(PriorRequest, col(PriorRequest.exam_id) == asking.id)
    return found.where(PriorRequest.step == PriorStep.pending, earlier.exam_date < asking.exam_date, PriorRequest.at <= earlier.received_at)


def is_for_comparison(session: Session, exam_id: int) -> bool:
    """Whether an exam is there to be compared with, so that nobody reads it."""
    return session.exec(select(col(Exam.id)).where(Exam.id == exam_id, col(Exam.id).in_(for_comparison()))).first() is not None


def asking_exam(session: Session, participant_id: int, kind: ExamKind, day: date) -> Exam | None:
    """The exam for which images taken on `day` were asked: the first one after that day with a request, whatever became of it."""
    asked = select(PriorRequest.exam_id).where(PriorRequest.step == PriorStep.pending)
    later = select(Exam).join(Episode, col(Episode.id) == Exam.episode_id).where(Episode.participant_id == participant_id)
    later = later.where(Exam.kind == kind, Exam.exam_date > day, col(Exam.id).in_(asked))
    return session.exec(later.order_by(col(Exam.exam_date), col(Exam.id)).limit(1)).first()
