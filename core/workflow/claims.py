"""Who has a case in hand: one person at a time, until the claim runs out. And cases put off with a reason."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.settings import settings
from core.words import N_
from core.workflow.earlier_images import is_for_comparison
from core.workflow.policies import policy_of
from db.tables import Claim, Decision, Deferral, Exam, User


def claim(session: Session, person: Person, exam_id: int) -> datetime:
    """Take a case in hand, or keep it longer; when the claim ends. Conflict naming who has it when someone else was first."""
    site = _undecided_site(session, person, exam_id)
    ends = now() + timedelta(minutes=_minutes(session, exam_id))
    holder = held_by(session, exam_id)
    free = delete(Claim).where(col(Claim.exam_id) == exam_id, (col(Claim.expires_at) <= now()) | (col(Claim.user_id) == person.user_id))
    session.exec(free.execution_options(synchronize_session=False))
    try:
        with session.begin_nested():  # the primary key decides who was first
            session.add(Claim(exam_id=exam_id, user_id=person.user_id, claimed_at=now(), expires_at=ends))
    except IntegrityError as taken:
        raise _taken(session, exam_id) from taken
    if holder is None or holder[0] != person.user_id:  # keeping a case longer is no new event
        audit.record(session, person, "claimed", "exam", exam_id, site_id=site)
    return ends


def release(session: Session, person: Person, exam_id: int) -> None:
    """Give a case back; a coordinator may free anybody's. Nothing happens when nobody has it."""
    site = _site(session, person, exam_id)
    holder = session.exec(select(col(Claim.user_id)).where(Claim.exam_id == exam_id)).first()
    if holder is None:
        return
    if holder != person.user_id and site not in person.sites(Act.work_queue):
        raise NotAllowed(N_("Only {name} or a coordinator can release this case."), name=_name(session, holder))
    drop(session, exam_id)
    audit.record(session, person, "released", "exam", exam_id, site_id=site, holder=holder)


def defer(session: Session, person: Person, exam_id: int, reason: str, until: datetime) -> None:
    """Put a case off until a moment, with the reason; it leaves the queue and comes back by itself."""
    site = _undecided_site(session, person, exam_id)
    holder = held_by(session, exam_id)
    if holder is not None and holder[0] != person.user_id:
        raise _taken(session, exam_id)
    if not reason.strip():
        raise Rejected(N_("Say why this case is put off"))
    if until <= now():
        raise Rejected(N_("{until} is past; choose a later day"), until=until)
    session.add(Deferral(exam_id=exam_id, author_id=person.user_id, reason=reason.strip()[:500], at=now(), until=until))
    drop(session, exam_id)
    audit.record(session, person, "deferred", "exam", exam_id, site_id=site, until=until.isoformat())


def resume(session: Session, person: Person, exam_id: int) -> None:
    """Bring a case that was put off back now. Nothing happens when it is not put off."""
    site = _undecided_site(session, person, exam_id)
    if put_off_until(session, exam_id) is None:
        return
    session.add(Deferral(exam_id=exam_id, author_id=person.user_id, reason="", at=now(), until=now()))
    session.flush()
    audit.record(session, person, "resumed", "exam", exam_id, site_id=site)


def held_by(session: Session, exam_id: int) -> tuple[int, str, datetime] | None:
    """User id and name of the person who has a case in hand now, and until when."""
    found = select(Claim.user_id, User.name, Claim.expires_at).join(User, col(User.id) == Claim.user_id)
    return session.exec(found.where(Claim.exam_id == exam_id, Claim.expires_at > now())).first()


def put_off_until(session: Session, exam_id: int) -> datetime | None:
    """Until when a case is put off; None when it is not."""
    last = select(Deferral.until).where(Deferral.exam_id == exam_id).order_by(col(Deferral.id).desc())
    until = session.exec(last.limit(1)).first()
    return until if until is not None and until > now() else None


def drop(session: Session, exam_id: int) -> None:
    """End every claim on a case."""
    session.exec(delete(Claim).where(col(Claim.exam_id) == exam_id).execution_options(synchronize_session=False))


def _minutes(session: Session, exam_id: int) -> int:
    """How long a claim holds: as the case's reading policy says, or the installation's setting where no policy was put in force."""
    policy = policy_of(session, session.get_one(Exam, exam_id))
    return policy.claim_minutes if policy.version else settings().claim_minutes


def _taken(session: Session, exam_id: int) -> Conflict:
    holder = held_by(session, exam_id)
    if holder is None:
        return Conflict(N_("Someone else acted on this case at the same moment; look again"))
    return Conflict(N_("{name} already has this case, until {until}"), name=holder[1], until=holder[2])


def _site(session: Session, person: Person, exam_id: int) -> int:
    """The exam's site when the person works with the queue there."""
    site = session.exec(select(col(Exam.site_id)).where(Exam.id == exam_id)).first()
    if site is None or site not in person.sites(Act.work_queue) | person.sites(Act.read_cases):
        raise NotAllowed(N_("This case is not at one of the sites where you work."))
    return site


def _undecided_site(session: Session, person: Person, exam_id: int) -> int:
    site = _site(session, person, exam_id)
    if session.exec(select(col(Decision.id)).where(Decision.exam_id == exam_id)).first() is not None:
        raise Conflict(N_("This case has been decided already; look again"))
    if is_for_comparison(session, exam_id):
        raise Conflict(N_("These are earlier images to compare with; nobody reads them"))
    return site


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name
