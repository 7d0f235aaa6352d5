"""What the queue is made of: every undecided exam at some sites with the AI result that counts, by a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from core.clock import now
from core.workflow.case_facts import CaseFacts, cases
from core.workflow.counting_runs import RunInQueue, counting_runs
from core.workflow.earlier_images import for_comparison
from core.workflow.participants import matching
from core.workflow.prior_requests import PriorState, state_of
from core.workflow.runs import SPARE
from core.workflow.settled_elsewhere import not_read_here
from core.workflow.undecided import undecided_at
from db.enums import ExamKind
from db.tables import Claim, Deferral, Episode, Exam, ExamInstance, Participant, Programme, User


@dataclass(frozen=True)
class Waiting:
    """An undecided exam as the database has it; the name is still sealed."""

    exam_id: int
    kind: ExamKind
    site_id: int
    exam_date: date
    received_at: datetime
    completed_at: datetime | None
    problem: str
    synthetic: bool
    phantom: bool
    episode_id: int
    round: int
    participant_id: int
    number: str
    name_sealed: str
    programme: str


@dataclass(frozen=True)
class Around:
    """What else is known about undecided exams, by exam id."""

    runs: dict[int, RunInQueue]
    claims: dict[int, tuple[int, str, datetime]]
    deferrals: dict[int, tuple[str, datetime]]
    cases: dict[int, CaseFacts]
    priors: dict[int, PriorState]
    with_images: frozenset[int]


def waiting(session: Session, sites: Iterable[int], *, programme: str | None = None, text: str = "") -> list[Waiting]:
    """The undecided exams at `sites`, oldest first."""
    rows = select(
        col(Exam.id), col(Exam.kind), col(Exam.site_id), col(Exam.exam_date), col(Exam.received_at), col(Exam.completed_at),
        col(Exam.problem), col(Exam.synthetic), col(Exam.phantom), col(Exam.episode_id), col(Episode.round), col(Participant.id),
        col(Participant.number), col(Participant.name_sealed), col(Programme.card_id),
    )  # type: ignore[call-overload]  # fmt: skip
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Participant, col(Participant.id) == Episode.participant_id)
    rows = rows.join(Programme, col(Programme.id) == Episode.programme_id).where(col(Exam.id).in_(undecided_at(sites)))
    rows = rows.where(col(Exam.id).not_in(for_comparison()), ~not_read_here())
    if programme:
        rows = rows.where(Programme.card_id == programme)
    if text.strip():
        rows = rows.where(col(Participant.id).in_(matching(text)))
    return [Waiting(*row) for row in session.exec(rows.order_by(col(Exam.received_at), col(Exam.id)))]


def around(session: Session, sites: Iterable[int]) -> Around:
    """Runs, claims, deferrals, requests for earlier images, and where they stand, of the undecided exams at `sites`."""
    undecided = undecided_at(sites)
    deferrals = select(Deferral.exam_id, Deferral.reason, Deferral.until).where(col(Deferral.exam_id).in_(undecided))
    last = {row[0]: (row[1], row[2]) for row in session.exec(deferrals.order_by(col(Deferral.id)))}
    held = select(Claim.exam_id, Claim.user_id, User.name, Claim.expires_at).join(User, col(User.id) == Claim.user_id)
    pictured = select(col(ExamInstance.exam_id)).where(col(ExamInstance.exam_id).in_(undecided), ExamInstance.part != SPARE).distinct()
    return Around(
        runs=counting_runs(session, undecided),
        claims={row[0]: (row[1], row[2], row[3]) for row in session.exec(held.where(Claim.expires_at > now()))},
        deferrals={exam_id: (reason, until) for exam_id, (reason, until) in last.items() if until > now()},
        cases=cases(session, undecided),
        priors=state_of(session, undecided),
        with_images=frozenset(session.exec(pictured)),
    )
