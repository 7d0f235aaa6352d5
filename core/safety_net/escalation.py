"""Tasks that nobody has ended after their window are escalated: into the manager's figures, and again later."""

from datetime import timedelta

from sqlmodel import Session, col, select

from core.clock import today
from core.safety_net.states import has, is_lost, is_open
from core.safety_net.writing import step
from core.workflow.programmes import cards
from db.enums import TaskStep
from db.tables import Episode, Programme, Task


def escalate(session: Session) -> int:
    """Take every step of escalation that is due by the cards; how many."""
    done = 0
    for one in cards().values():
        of_card = select(col(Programme.id)).where(Programme.card_id == one.id)
        for level, days in enumerate(one.safety_net.escalate_days, start=1):
            passed = today() - timedelta(days=days)
            rows = select(col(Task.id)).join(Episode, col(Episode.id) == Task.episode_id)
            rows = rows.where(col(Task.due) < passed, col(Task.window_until) < passed, col(Episode.programme_id).in_(of_card))
            rows = rows.where(is_open(), ~is_lost(), ~has(TaskStep.escalated, str(level)))
            done += step(session, [found for found in session.exec(rows) if found is not None], TaskStep.escalated, str(level))
    return done
