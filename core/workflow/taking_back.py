"""A reader takes the own read back while it is not final, and can then sign again. Nobody else's read, and nothing that is final."""

from contextlib import suppress

from sqlmodel import Session, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed
from core.words import N_
from core.workflow import claims
from core.workflow.case_facts import CaseFacts, facts_of
from core.workflow.finalising import locked
from core.workflow.reveal import reads_shown
from core.workflow.standing import standing
from core.workflow.state import CaseState, is_settled
from db.tables import Read, ReadUndone


def take_back(session: Session, person: Person, exam_id: int, reason: str = "") -> int:
    """Append that the person's read no longer counts; its id. The case comes back into the person's hands unless another has it.

    Conflict when there is no such read, when the policy's minutes have passed, and when the case is decided or in arbitration.
    """
    exam = locked(session, exam_id)
    if exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("You are not a reader at the site of this case."))
    facts = facts_of(session, exam_id)
    read = session.exec(select(Read).where(Read.exam_id == exam_id, Read.reader_id == person.user_id, standing())).first()
    if read is None:
        raise Conflict(N_("You have no signed read of this case to take back"))
    _must_be_open(session, exam_id, facts, read)
    session.add(ReadUndone(read_id=read.id or 0, author_id=person.user_id, at=now(), reason=reason.strip()[:500]))
    session.flush()
    audit.record(session, person, "read_taken_back", "exam", exam_id, site_id=exam.site_id, read=read.id)
    with suppress(Conflict):
        claims.claim(session, person, exam_id)
    return read.id or 0


def _must_be_open(session: Session, exam_id: int, facts: CaseFacts, read: Read) -> None:
    if facts.stands.state == CaseState.concluded:
        raise Conflict(N_("This case is final; a read of it cannot be taken back"))
    if is_settled(facts.policy, read.committed_at, now()):
        minutes = facts.policy.finalise_minutes
        raise Conflict(N_("You signed at {at}; a read can be taken back for {minutes} minutes"), at=read.committed_at, minutes=minutes)
    if facts.stands.state == CaseState.in_arbitration or reads_shown(session, exam_id):
        raise Conflict(N_("Arbitration of this case has begun; a read of it cannot be taken back"))
