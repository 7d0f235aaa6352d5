"""Cases whose reads agree become final when the time to take a read back has passed: by themselves, at once, or by hand."""

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed
from core.words import N_, Sentence, say
from core.workflow.case_facts import CaseFacts, cases, facts_of
from core.workflow.conclusion import Concluded, card_of, conclude, more_serious
from core.workflow.settled_elsewhere import not_read_here
from core.workflow.standing import standing
from core.workflow.state import CaseState
from core.workflow.undecided import undecided
from db.tables import Exam, Read

SWEEP = "finalising"  # the actor in the audit trail


def due(session: Session) -> list[int]:
    """Exams whose reads agree and can no longer be taken back; nothing is written."""
    read = select(Read.exam_id).join(Exam, col(Exam.id) == Read.exam_id).where(col(Read.exam_id).in_(undecided()))
    found = cases(session, list(session.exec(read.where(~not_read_here(), standing()).distinct())))
    return [exam_id for exam_id, facts in found.items() if _is_due(facts)]


def finalise_due(session: Session) -> int:
    """Write every decision that is due; how many."""
    return sum(finalise_one(session, exam_id) is not None for exam_id in due(session))


def finalise_one(session: Session, exam_id: int, actor: Person | str = SWEEP) -> Concluded | None:
    """The decision, when it is due; None when something happened since. Safe to call again and at the same time elsewhere."""
    exam = locked(session, exam_id)
    facts = facts_of(session, exam_id)
    return _conclude(session, exam, facts, actor) if _is_due(facts) else None


def finalise(session: Session, person: Person, exam_id: int) -> Concluded:
    """Make a case final by hand, where the programme wants it so; Conflict when the case is not that far or becomes final by itself."""
    exam = locked(session, exam_id)
    if exam.site_id not in person.sites(Act.read_cases):
        raise NotAllowed(N_("You are not a reader at the site of this case."))
    facts = facts_of(session, exam_id)
    if facts.stands.state != CaseState.awaiting_finalisation:
        raise Conflict(N_("This case cannot be made final now; look again"))
    if facts.stands.final_at is not None and facts.stands.final_at > now():
        raise Conflict(N_("This case becomes final by itself at {at}"), at=facts.stands.final_at)
    return _conclude(session, exam, facts, person)


def locked(session: Session, exam_id: int) -> Exam:
    """The exam, its row held until the transaction ends so that two writers of one case come one after the other."""
    exam = session.exec(select(Exam).where(Exam.id == exam_id).with_for_update()).first()
    if exam is None:
        raise NotAllowed(N_("This case is not at one of your sites."))
    return exam


def _is_due(facts: CaseFacts) -> bool:
    stands = facts.stands
    return stands.state == CaseState.awaiting_finalisation and stands.final_at is not None and stands.final_at <= now()


def _conclude(session: Session, exam: Exam, facts: CaseFacts, actor: Person | str) -> Concluded:
    reads = session.exec(select(Read).where(Read.exam_id == exam.id, standing()).order_by(col(Read.id))).all()
    category = more_serious(card_of(session, exam), [read.category for read in reads])
    last = reads[-1]
    reason = _reason(facts, len(reads))
    return conclude(session, exam, last.decision, category, author_id=last.reader_id, actor=actor, reason=reason)


def _reason(facts: CaseFacts, reads: int) -> Sentence:
    if facts.policy.role != "none":
        return facts.stands.because if reads == 1 else say(N_("All readers agree. {why}"), why=facts.stands.because)
    return say(N_("Single read")) if reads == 1 else say(N_("All readers agree"))
