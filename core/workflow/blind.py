"""What a person must not know yet. Decided where the rows are asked for, so that a page cannot show it by mistake.

A case is blind for whoever may still read it: a doctor of its site, while it is undecided. What is held back is handed out only after
its `Reveal` row is written (`core.workflow.reveal`), which the later read of that person keeps in `Read.seen`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.clock import now
from core.workflow.case_facts import cases
from core.workflow.policies import ReadingPolicy, policies_of
from core.workflow.standing import standing
from core.workflow.state import TO_ARBITRATE, CaseStanding, CaseState, is_settled
from core.workflow.undecided import undecided
from db.tables import Exam, Read, Reveal


def ai_hidden(
    session: Session, person: Person, exam_ids: Collection[int], policies: Mapping[int, ReadingPolicy] | None = None
) -> frozenset[int]:
    """Those of `exam_ids` whose AI result stays back from this person, in every form: score, marks, pictures, rank, reason.

    Their policy says "off"; or "after_read", and the person may still read them, or has signed and not been shown the result yet.
    Whoever was shown it after the own read keeps it when that read is taken back, so that AI marks can be taken over into the next one,
    which does not count as blind. `policies`: of these exams, where they are known already.
    """
    policies = policies_of(session, exam_ids) if policies is None else policies
    off = frozenset(exam_id for exam_id, policy in policies.items() if policy.shows == "off")
    later = _undecided_to_read(session, person, [exam_id for exam_id, policy in policies.items() if policy.shows == "after_read"])
    return off | (later - _shown(session, person, later, ai=True))


def reads_hidden(session: Session, person: Person, exam_ids: Collection[int]) -> frozenset[int]:
    """Those of `exam_ids` on which the reads of others stay back: undecided, and the person may still read or change the own read.

    An arbitrator who was shown them sees them while the case is to be arbitrated.
    """
    undecided = _undecided_to_read(session, person, exam_ids)
    policies = policies_of(session, undecided)
    final = frozenset(exam_id for exam_id, at in _own(session, person, undecided).items() if is_settled(policies[exam_id], at, now()))
    return undecided - final - _shown(session, person, undecided, ai=False)


def state_in_sight(stands: CaseStanding, policy: ReadingPolicy, *, ai_hidden: bool, may_change: bool) -> CaseState:
    """The state in words that do not tell a blind reader what the AI or another reader said.

    Whoever may still change the own read does not learn that the reads differ; where the AI decides how many reads there are, whoever
    must not know its score does not learn that a second read is wanted.
    """
    if may_change and stands.state in TO_ARBITRATE:
        return CaseState.awaiting_finalisation
    if ai_hidden and policy.role in ("triage", "rule_out") and stands.state == CaseState.awaiting_second_read:
        return CaseState.awaiting_first_read
    return stands.state


def _undecided_to_read(session: Session, person: Person, exam_ids: Collection[int]) -> frozenset[int]:
    """The undecided ones at the sites where the person reads."""
    if not exam_ids or not person.may(Act.read_cases):
        return frozenset()
    found = select(col(Exam.id)).where(col(Exam.id).in_(exam_ids), col(Exam.site_id).in_(person.sites(Act.read_cases)))
    return frozenset(exam_id or 0 for exam_id in session.exec(found.where(col(Exam.id).in_(undecided()))))


def _own(session: Session, person: Person, exam_ids: Collection[int]) -> dict[int, datetime]:
    """Exam id → when the person signed the read that stands."""
    rows = select(Read.exam_id, Read.committed_at).where(Read.reader_id == person.user_id, col(Read.exam_id).in_(exam_ids), standing())
    return dict(session.exec(rows).all())


def _ever_signed(session: Session, person: Person, exam_ids: Collection[int]) -> frozenset[int]:
    """Those of which the person signed a read, taken back since or not."""
    return frozenset(session.exec(select(Read.exam_id).where(Read.reader_id == person.user_id, col(Read.exam_id).in_(exam_ids))))


def _shown(session: Session, person: Person, exam_ids: Collection[int], *, ai: bool) -> frozenset[int]:
    """Those on which the person was shown the AI result (else the reads of others) as one who has signed, or who arbitrates."""
    what = col(Reveal.run_id).is_not(None) if ai else col(Reveal.run_id).is_(None)
    rows = select(Reveal.exam_id).where(Reveal.user_id == person.user_id, col(Reveal.exam_id).in_(exam_ids), what)
    shown = frozenset(session.exec(rows)) if exam_ids else frozenset()
    signed = _ever_signed(session, person, shown) if ai and shown else frozenset()
    rest = shown - signed
    return signed | frozenset(
        exam_id for exam_id, one in (cases(session, rest) if rest else {}).items() if one.stands.state in TO_ARBITRATE
    )
