"""The exam that something is entered about, held so that two people who enter at once come one after the other."""

from datetime import date

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.clock import today
from core.errors import NotAllowed, Rejected
from core.words import N_
from db.tables import Episode, Exam, Programme

SIDES = ("", "L", "R", "B")


def held(session: Session, person: Person, exam_id: int) -> tuple[Exam, str]:
    """The exam, locked until the end of the transaction, and its programme's card; NotAllowed where the person records no outcomes."""
    sites = person.sites(Act.record_outcome)
    rows = select(Exam).where(Exam.id == exam_id, col(Exam.site_id).in_(sites)).with_for_update()
    exam = session.exec(rows).first()
    if exam is None:
        raise NotAllowed(N_("This exam is not at one of the sites where you record outcomes."))
    return exam, card_of(session, exam)


def card_of(session: Session, exam: Exam) -> str:
    """The card id of an exam's programme."""
    rows = select(col(Programme.card_id)).join(Episode, col(Episode.programme_id) == Programme.id)
    return session.exec(rows.where(Episode.id == exam.episode_id)).one()


def check_day(exam: Exam, day: date) -> None:
    """Rejected for a day in the future or before the exam."""
    if day > today():
        raise Rejected(N_("{day} lies in the future"), day=day)
    if day < exam.exam_date:
        raise Rejected(N_("{day} lies before the exam of {exam}; enter it at the exam before it"), day=day, exam=exam.exam_date)


def check_source(source: str) -> str:
    """The source without spaces around it; Rejected when it is empty."""
    if not source.strip():
        raise Rejected(N_("Say where this is known from, such as a report and its number"))
    return source.strip()[:200]


def check_side(side: str) -> str:
    if side not in SIDES:
        raise Rejected(N_("{side} is no side; expected L, R, B for both, or nothing"), side=side)
    return side
