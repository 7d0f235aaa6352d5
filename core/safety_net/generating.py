"""The safety net is cast: tasks are made for what has none, closed for what came to its end, escalated where nobody acted."""

from dataclasses import dataclass

from sqlmodel import Session

from core import audit
from core.safety_net import closing, escalation, recall_causes, result_causes, round_causes
from core.safety_net.writing import alone, make
from db.tables import Recall


@dataclass(frozen=True)
class Netted:
    """How many tasks were made, ended and escalated."""

    made: int
    ended: int
    escalated: int


def generate(session: Session) -> Netted:
    """Make, close and escalate every task that is due to be; again and again with the same result."""
    alone(session)
    causes = [
        *recall_causes.open_recalls(session), *recall_causes.missing_outcomes(session), *round_causes.unanswered(session),
        *round_causes.missed_appointments(session), *result_causes.results_not_told(session),
    ]  # fmt: skip
    netted = Netted(make(session, causes), closing.close_done(session), escalation.escalate(session))
    if any(vars(netted).values()):
        audit.record(session, "safety net", "net_cast", "safety_net", "-", **vars(netted))
    return netted


def recall_opened(session: Session, recall: Recall) -> None:
    """The task of a recall that was opened, in the same transaction."""
    make(session, recall_causes.open_recalls(session, recall.id))
