"""A case becomes final: the decision is written, with the recall and the steps of the episode that follow from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import Session, col, select

from core import audit
from core.access import Person
from core.clock import now, today
from core.safety_net.generating import recall_opened
from core.words import Sentence
from core.workflow import claims, episodes
from core.workflow.earlier_images import for_comparison
from core.workflow.programmes import Card, card, due
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep
from db.tables import Decision, Episode, Exam, Programme, Recall, RecallEvent


@dataclass(frozen=True)
class Concluded:
    """`recall`: when the recall that was opened is due; None after a routine recall."""

    decision_id: int
    decision: ProgrammeDecision
    category: str
    recall: date | None


def card_of(session: Session, exam: Exam) -> Card:
    """The card of the programme in which the exam was made."""
    of = select(col(Programme.card_id)).join(Episode, col(Episode.programme_id) == Programme.id).where(Episode.id == exam.episode_id)
    return card(session.exec(of).one())


def conclude(
    session: Session, exam: Exam, decision: ProgrammeDecision, category: str, *, author_id: int, actor: Person | str, reason: Sentence
) -> Concluded:
    """Write the decision on an exam that nobody has decided and whose row is locked, and what follows from it.

    `author_id`: whose opinion it is; `actor`: who made it final, for the audit trail.
    """
    claims.drop(session, exam.id or 0)
    if episodes.current(session, exam.episode_id) != EpisodeStep.read:
        step(session, exam, EpisodeStep.read, author_id)
    row = Decision(exam_id=exam.id or 0, decision=decision, category=category, author_id=author_id, at=now(), reason=reason.to_json())
    session.add(row)
    session.flush()
    audit.record(session, actor, "decided", "exam", exam.id, site_id=exam.site_id, decision=decision.value)
    return Concluded(row.id or 0, decision, category, _follow(session, exam, row))


def step(session: Session, exam: Exam, to: EpisodeStep, author_id: int) -> None:
    """Move the episode on. A closed round stays closed: a late read is recorded and does not reopen it."""
    before = episodes.current(session, exam.episode_id)
    if before == EpisodeStep.closed:
        return
    if to == EpisodeStep.read and to not in episodes.NEXT[before]:  # there is an exam, so it was imaged
        imaged = datetime.combine(exam.exam_date, time(12), UTC)
        episodes.append(session, exam.episode_id, EpisodeStep.imaged, min(imaged, now()), None)
    episodes.append(session, exam.episode_id, to, now(), author_id)


def more_serious(programme: Card, categories: list[str]) -> str:
    """Of the categories of reads that agree on the decision, the one that comes last in the card's table, which is the most serious."""
    order = [category.code for category in programme.categories]
    return max(categories, key=lambda code: order.index(code) if code in order else -1)


def _follow(session: Session, exam: Exam, decision: Decision) -> date | None:
    """Open the recall, or close the round after a routine recall when no other exam of it waits."""
    if decision.decision == ProgrammeDecision.routine_recall:
        decided = select(col(Decision.exam_id))
        others = select(col(Exam.id)).where(Exam.episode_id == exam.episode_id, col(Exam.id).not_in(decided))
        others = others.where(col(Exam.id).not_in(for_comparison()))
        if session.exec(others).first() is None:
            step(session, exam, EpisodeStep.closed, decision.author_id)
        return None
    day = due(card_of(session, exam), decision.decision, today(), decision.category)
    recall = Recall(exam_id=exam.id or 0, decision_id=decision.id or 0, kind=decision.decision, due=day, opened_at=now())
    session.add(recall)
    session.flush()
    session.add(RecallEvent(recall_id=recall.id or 0, step=RecallStep.opened, at=now(), author_id=decision.author_id))
    recall_opened(session, recall)
    step(session, exam, EpisodeStep.recalled, decision.author_id)
    return day
