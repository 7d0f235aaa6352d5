"""What it turned out to be. Rows are appended; what was known on a day is the last row entered by then."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from core import audit
from core.access import Act, Person
from core.clock import now, today
from core.errors import NotAllowed, Rejected
from core.words import N_
from core.workflow.counted import approved, refused
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import card
from db.enums import Certainty, OutcomeKind, ProgrammeDecision
from db.tables import Decision, Episode, Exam, Outcome, Programme


def record(
    session: Session,
    person: Person,
    exam_id: int,
    *,
    kind: OutcomeKind,
    certainty: Certainty,
    happened_on: date,
    source: str,
    detail: dict[str, Any] | None = None,
    list_id: str | None = None,
) -> Outcome:
    """Append what is known about an exam; it counts in figures once a second person has approved it.

    A cancer after a routine recall and before the next round is due becomes an interval cancer.
    """
    exam = session.get(Exam, exam_id)
    if exam is None or exam.site_id not in person.sites(Act.record_outcome):
        raise NotAllowed(N_("This exam is not at one of the sites where you record outcomes."))
    _check(exam, happened_on, source)
    row = Outcome(
        exam_id=exam_id, kind=_kind(session, exam, kind, happened_on), certainty=certainty, happened_on=happened_on,
        source=source.strip()[:200], detail=detail or {}, entered_by=person.user_id, entered_at=now(), list_id=list_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, person, "outcome_recorded", "exam", exam_id, site_id=exam.site_id, kind=row.kind.value, outcome=row.id)
    return row


def latest(session: Session, exam_id: int, as_of: datetime | None = None) -> Outcome | None:
    """The newest outcome entered by `as_of` (now when not given) that nobody had refused by then, whether checked or not."""
    rows = select(Outcome).where(Outcome.exam_id == exam_id, Outcome.entered_at <= (as_of or now()), ~refused(Outcome, as_of))
    return session.exec(rows.order_by(col(Outcome.id).desc())).first()


def counting(session: Session, exam_id: int, as_of: datetime | None = None) -> Outcome | None:
    """The outcome that figures count, now or before a moment: the newest one that a second person had approved."""
    rows = select(Outcome).where(Outcome.exam_id == exam_id, Outcome.entered_at <= (as_of or now()), approved(Outcome, as_of))
    return session.exec(rows.order_by(col(Outcome.id).desc())).first()


def _check(exam: Exam, happened_on: date, source: str) -> None:
    if happened_on > today():
        raise Rejected(N_("{day} lies in the future; give the day of the diagnosis"), day=happened_on)
    if happened_on < exam.exam_date:
        raise Rejected(N_("{day} lies before the exam of {exam}; record it at the exam before it"), day=happened_on, exam=exam.exam_date)
    if not source.strip():
        raise Rejected(N_("Say where this is known from: pathology, imaging follow-up or registry"))


def _kind(session: Session, exam: Exam, kind: OutcomeKind, happened_on: date) -> OutcomeKind:
    """Cancer or interval cancer, as decision and dates say; other kinds as they are."""
    if kind not in (OutcomeKind.cancer, OutcomeKind.interval_cancer):
        return kind
    programme, participant = _programme(session, exam)
    decision = _decision(session, exam)
    within = happened_on <= exam.exam_date + timedelta(days=card(programme).screening_interval_days)
    if decision == ProgrammeDecision.routine_recall and within:
        _no_exam_between(session, exam, participant, happened_on)
        return OutcomeKind.interval_cancer
    if kind == OutcomeKind.interval_cancer:
        raise Rejected(
            N_("An interval cancer follows a routine recall within {days} days of the exam; this one does not, record it as cancer"),
            days=card(programme).screening_interval_days,
        )
    return kind


def _no_exam_between(session: Session, exam: Exam, participant_id: int, happened_on: date) -> None:
    later = (
        select(func.min(Exam.exam_date)).join(Episode, col(Episode.id) == Exam.episode_id).where(Episode.participant_id == participant_id)
    )
    later = later.where(Exam.kind == exam.kind, Exam.exam_date > exam.exam_date, Exam.exam_date <= happened_on)
    later = later.where(col(Exam.id).not_in(for_comparison()))
    between = session.exec(later).one()
    if between is not None:
        raise Rejected(
            N_("There is a later exam of {exam} before the cancer of {day}; record it at that exam"), exam=between, day=happened_on
        )


def _decision(session: Session, exam: Exam) -> ProgrammeDecision | None:
    row = session.exec(select(Decision).where(Decision.exam_id == exam.id).order_by(col(Decision.id).desc())).first()
    return row.decision if row else None


def _programme(session: Session, exam: Exam) -> tuple[str, int]:
    rows = select(col(Programme.card_id), col(Episode.participant_id)).join(Episode, col(Episode.programme_id) == Programme.id)
    return session.exec(rows.where(Episode.id == exam.episode_id)).one()
