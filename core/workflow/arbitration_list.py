"""The cases that wait for arbitration or are in it, for those who may arbitrate them; what anybody said is not told here."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core.access import Act, Person
from core.clock import now
from core.sealing import unseal
from core.words import N_, Sentence, say
from core.workflow import claims, queue
from core.workflow.case_facts import CaseFacts, cases
from core.workflow.state import TO_ARBITRATE, CaseState, Ground, is_settled

OPINIONS = frozenset({Ground.readers_differ, Ground.ai_differs})


@dataclass(frozen=True)
class ArbitrationRow:
    """One case. `own_read`: this person is one of its readers and can only settle it together with others."""

    exam_id: int
    participant_id: int
    participant_name: str
    number: str
    programme: str
    site_id: int
    round: int
    exam_date: date
    waiting_since: datetime
    days: int
    why: Sentence
    state: CaseState
    claimed_by: str | None
    claimed_until: datetime | None
    own_read: bool
    synthetic: bool
    phantom: bool


def worklist(session: Session, person: Person, *, programme: str | None = None) -> tuple[ArbitrationRow, ...]:
    """The cases at the person's sites, the longest waiting first; without those whose own read the person can still take back."""
    person.must(Act.read_cases)
    exams = queue.waiting(session, person.sites(Act.read_cases), programme=programme)
    facts = cases(session, [exam.exam_id for exam in exams])
    mine = [exam for exam in exams if may_arbitrate(person, facts[exam.exam_id])]
    rows = [_row(session, person, exam, facts[exam.exam_id]) for exam in mine]
    return tuple(sorted(rows, key=lambda row: (row.waiting_since, row.exam_id)))


def may_arbitrate(person: Person, facts: CaseFacts) -> bool:
    """Whether a case is to be arbitrated and the person has no read of it that can still be taken back."""
    signed = facts.signed_at.get(person.user_id)
    return facts.stands.state in TO_ARBITRATE and (signed is None or is_settled(facts.policy, signed, now()))


def why(facts: CaseFacts) -> Sentence:
    """In general words, because whoever reads them may become a reader of the case when a read is taken back."""
    if facts.policy.show_reads == "blind":
        return say(N_("A third opinion is asked for"))
    return say(N_("The opinions differ") if facts.stands.ground in OPINIONS else N_("The programme asks for arbitration"))


def _row(session: Session, person: Person, exam: queue.Waiting, facts: CaseFacts) -> ArbitrationRow:
    held = claims.held_by(session, exam.exam_id)
    since = max(facts.signed_at.values())
    return ArbitrationRow(
        exam_id=exam.exam_id, participant_id=exam.participant_id, participant_name=unseal(exam.name_sealed), number=exam.number,
        programme=exam.programme, site_id=exam.site_id, round=exam.round, exam_date=exam.exam_date, waiting_since=since,
        days=max((now().date() - since.date()).days, 0), why=why(facts), state=facts.stands.state, claimed_by=held[1] if held else None,
        claimed_until=held[2] if held else None, own_read=person.user_id in facts.readers, synthetic=exam.synthetic, phantom=exam.phantom,
    )  # fmt: skip
