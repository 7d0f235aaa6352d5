"""What one reader has signed, with what is known of it since: the nearest thing to learning from one's own reads."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.sealing import unseal
from core.workflow.counted import approved
from core.workflow.standing import standing
from db.enums import Certainty, OutcomeKind, ProgrammeDecision
from db.tables import Episode, Exam, Outcome, Participant, Programme, Read


@dataclass(frozen=True)
class OwnRead:
    """One signed read; `outcome` is the last that was entered, None while nothing is known."""

    exam_id: int
    participant_name: str
    number: str
    programme: str
    round: int
    exam_date: date
    category: str
    decision: ProgrammeDecision
    saw_ai: bool
    committed_at: datetime
    outcome: OutcomeKind | None
    certainty: Certainty | None
    synthetic: bool


def own_reads(session: Session, person: Person, *, programme: str | None = None, limit: int = 200) -> tuple[OwnRead, ...]:
    """The person's reads at the own sites, newest first."""
    person.must(Act.read_cases)
    cards = {row.id: row.card_id for row in session.exec(select(Programme))}
    rows = select(Read, Exam, Episode, Participant).join(Exam, col(Exam.id) == Read.exam_id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Participant, col(Participant.id) == Episode.participant_id)
    rows = rows.where(Read.reader_id == person.user_id, standing(), col(Exam.site_id).in_(person.sites(Act.read_cases)))
    if programme:
        rows = rows.where(col(Episode.programme_id).in_([row_id for row_id, card_id in cards.items() if card_id == programme]))
    found = session.exec(rows.order_by(col(Read.committed_at).desc()).limit(limit)).all()
    known = _outcomes(session, [exam.id or 0 for _, exam, _, _ in found])
    return tuple(
        OwnRead(
            exam_id=read.exam_id,
            participant_name=unseal(participant.name_sealed),
            number=participant.number,
            programme=cards[episode.programme_id],
            round=episode.round,
            exam_date=exam.exam_date,
            category=read.category,
            decision=read.decision,
            saw_ai=read.saw_ai,
            committed_at=read.committed_at,
            outcome=known[read.exam_id].kind if read.exam_id in known else None,
            certainty=known[read.exam_id].certainty if read.exam_id in known else None,
            synthetic=exam.synthetic,
        )
        for read, exam, episode, participant in found
    )


def _outcomes(session: Session, exam_ids: list[int]) -> dict[int, Outcome]:
    """The last outcome of each exam that a second person approved."""
    rows = session.exec(select(Outcome).where(col(Outcome.exam_id).in_(exam_ids), approved(Outcome)).order_by(col(Outcome.id)))
    return {row.exam_id: row for row in rows}
