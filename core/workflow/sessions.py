"""A sitting of one reader: at most `size` cases, handed out one at a time. Nothing is reserved beyond the one in hand.

A case of a sitting counts as read while the reader's own read of it stands; a read that is taken back makes it unread again, and skipping,
putting off and asking for earlier images are steps of the sitting. So nothing is counted twice and nothing can drift.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from core.workflow import claims, prior_requests
from core.workflow.programmes import card
from core.workflow.reading_list import reading_list, take_first
from core.workflow.sitting import Sitting, in_hand, sitting_of, skipped
from db.enums import SessionStepKind
from db.tables import Episode, Exam, Programme, ReadingSession, ReadingSessionStep, User

__all__ = [
    "Sitting", "current", "deferred", "finish", "next_case", "open_again", "priors_requested", "sitting", "skip", "start", "upcoming",
]  # fmt: skip

LARGEST = 100  # cases of one sitting
LEFT_OPEN = timedelta(hours=12)  # a sitting in which nothing has happened for so long is over, whether it was ended or not


def start(session: Session, person: Person, card_id: str | None = None, size: int = 25) -> Sitting:
    """A new sitting over one programme or all; the present one goes on when it is over the same programme, else it ends."""
    person.must(Act.read_cases)
    if not 1 <= size <= LARGEST:
        raise Rejected(N_("A sitting of {size} cases is not possible; choose 1 to {largest}"), size=size, largest=LARGEST)
    wanted = card(card_id).id if card_id else ""
    session.exec(select(User.id).where(User.id == person.user_id).with_for_update(key_share=True))  # a double click starts one sitting
    before = _open_row(session, person)
    going_on = current(session, person)
    if going_on is not None and (going_on.programme or "") == wanted and not going_on.full:
        return going_on
    if before is not None:
        _end(session, person, before)
    row = ReadingSession(reader_id=person.user_id, card_id=wanted, size=size, started_at=now())
    session.add(row)
    session.flush()
    audit.record(session, person, "sitting_started", "reading_session", row.id, size=size, programme=wanted)
    return sitting_of(session, row)


def current(session: Session, person: Person) -> Sitting | None:
    """The person's sitting that goes on now; None when there is none or nothing happened in it for twelve hours."""
    row = _open_row(session, person)
    return sitting_of(session, row) if row is not None and now() - _last_moment(session, row) < LEFT_OPEN else None


def sitting(session: Session, person: Person, sitting_id: int) -> Sitting:
    """One of the person's own sittings with its progress, also after its end."""
    return sitting_of(session, _mine(session, person, sitting_id))


def next_case(session: Session, person: Person, sitting_id: int, ahead: int | None = None) -> int | None:
    """The exam to read next, claimed for this person: the one in hand until something became of it, else the first of the reading list.

    None when the sitting is full or no case waits for this person. Never a case that the person has read or skipped in this sitting.
    `ahead`: what `upcoming` said a moment ago and is loaded already; it is taken at once if it still can be, however long the list is.
    """
    row = _mine(session, person, sitting_id, to_change=True)
    progress = sitting_of(session, row)
    if progress.in_hand is not None and take_first(session, person, [progress.in_hand]) is not None:
        return progress.in_hand
    if progress.full:
        return None
    loaded = [ahead] if ahead is not None and _of_sitting(session, row, ahead) else []
    exam_id = take_first(session, person, loaded) or take_first(session, person, _candidates(session, person, row))
    if exam_id is not None:
        _step(session, row, exam_id, SessionStepKind.opened)
    return exam_id


def upcoming(session: Session, person: Person, sitting_id: int) -> int | None:
    """The exam that would come after the one in hand, for loading ahead. No claim: another reader may take it first, which does no harm."""
    row = _mine(session, person, sitting_id)
    progress = sitting_of(session, row)
    if row.ended_at is not None or progress.done + (progress.in_hand is not None) >= row.size:
        return None
    return next((exam_id for exam_id in _candidates(session, person, row) if exam_id != progress.in_hand), None)


def open_again(session: Session, person: Person, sitting_id: int, exam_id: int) -> int:
    """Take a case of this sitting in hand again that was skipped or whose read was taken back; Conflict when somebody else has it."""
    row = _mine(session, person, sitting_id, to_change=True)
    if sitting_of(session, row).exams.get(exam_id) not in (SessionStepKind.skipped, SessionStepKind.opened):
        raise Rejected(N_("This sitting has no such case to take up again; open it from the reading list"))
    before = in_hand(session, row)
    if take_first(session, person, [exam_id]) is None:
        raise Conflict(N_("This case cannot be taken up again: another reader has it, or it no longer waits to be read"))
    if before not in (None, exam_id):
        _put_back(session, person, row)
    _step(session, row, exam_id, SessionStepKind.opened)
    return exam_id


def skip(session: Session, person: Person, sitting_id: int, exam_id: int) -> None:
    """Leave the case in hand to others; it does not come back in this sitting, and stays in everybody's reading list."""
    row = _in_hand(session, person, sitting_id, exam_id)
    claims.release(session, person, exam_id)
    _step(session, row, exam_id, SessionStepKind.skipped)


def deferred(session: Session, person: Person, sitting_id: int, exam_id: int, reason: str, until: datetime) -> None:
    """Put the case in hand off for everybody, with the reason (`claims.defer`); `claims.resume` takes that back."""
    row = _in_hand(session, person, sitting_id, exam_id)
    claims.defer(session, person, exam_id, reason, until)
    _step(session, row, exam_id, SessionStepKind.deferred)


def priors_requested(session: Session, person: Person, sitting_id: int, exam_id: int, note: str) -> None:
    """Ask for earlier images of the case in hand (`prior_requests.ask`), which blocks it until the coordinator has an answer."""
    row = _in_hand(session, person, sitting_id, exam_id)
    prior_requests.ask(session, person, exam_id, note)
    _step(session, row, exam_id, SessionStepKind.priors_requested)


def finish(session: Session, person: Person, sitting_id: int) -> Sitting:
    """End the sitting; the case in hand goes back to the reading list. Ending it again changes nothing."""
    row = _mine(session, person, sitting_id)
    if row.ended_at is None:
        _end(session, person, row)
    return sitting_of(session, row)


def _of_sitting(session: Session, row: ReadingSession, exam_id: int) -> bool:
    """Whether a case is one of the sitting's programme and was not skipped in it."""
    of = (
        select(col(Programme.card_id))
        .join(Episode, col(Episode.programme_id) == Programme.id)
        .join(Exam, col(Exam.episode_id) == Episode.id)
    )
    card_id = session.exec(of.where(Exam.id == exam_id)).first()
    return card_id is not None and row.card_id in ("", card_id) and exam_id not in skipped(session, row.id or 0)


def _candidates(session: Session, person: Person, row: ReadingSession) -> Sequence[int]:
    return reading_list(session, person, programme=row.card_id or None, without=skipped(session, row.id or 0))


def _mine(session: Session, person: Person, sitting_id: int, *, to_change: bool = False) -> ReadingSession:
    """The row, locked where two tabs of one reader must not both take a case."""
    person.must(Act.read_cases)
    found = select(ReadingSession).where(ReadingSession.id == sitting_id, ReadingSession.reader_id == person.user_id)
    row = session.exec(found.with_for_update(key_share=True) if to_change else found).first()
    if row is None:
        raise NotAllowed(N_("This sitting is not yours; start one of your own."))
    if to_change and row.ended_at is not None:
        raise Conflict(N_("This sitting has ended; start another one"))
    return row


def _in_hand(session: Session, person: Person, sitting_id: int, exam_id: int) -> ReadingSession:
    row = _mine(session, person, sitting_id, to_change=True)
    if in_hand(session, row) != exam_id:
        raise Conflict(N_("This is not the case in hand any more; look again"))
    return row


def _open_row(session: Session, person: Person) -> ReadingSession | None:
    mine = select(ReadingSession).where(ReadingSession.reader_id == person.user_id, col(ReadingSession.ended_at).is_(None))
    return session.exec(mine.order_by(col(ReadingSession.id).desc()).limit(1)).first()


def _last_moment(session: Session, row: ReadingSession) -> datetime:
    last = select(ReadingSessionStep.at).where(ReadingSessionStep.session_id == row.id).order_by(col(ReadingSessionStep.id).desc())
    return session.exec(last.limit(1)).first() or row.started_at


def _put_back(session: Session, person: Person, row: ReadingSession) -> None:
    """Give the case in hand back, when this person still has it."""
    exam_id = in_hand(session, row)
    holder = claims.held_by(session, exam_id) if exam_id is not None else None
    if exam_id is not None and holder is not None and holder[0] == person.user_id:
        claims.release(session, person, exam_id)


def _end(session: Session, person: Person, row: ReadingSession) -> None:
    _put_back(session, person, row)
    row.ended_at = now()
    session.add(row)
    session.flush()
    audit.record(session, person, "sitting_ended", "reading_session", row.id)


def _step(session: Session, row: ReadingSession, exam_id: int, kind: SessionStepKind) -> None:
    session.add(ReadingSessionStep(session_id=row.id or 0, exam_id=exam_id, kind=kind, at=now()))
    session.flush()
