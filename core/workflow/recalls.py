"""Recalls: every one stays in sight until it is closed, and it is closed only with an outcome or a reason."""

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.safety_net import closing
from core.words import N_
from core.workflow import episodes
from core.workflow.recall_list import Counts, RecallRow, Wanted, counts, open_recalls
from core.workflow.recall_steps import NEXT, WORDS, R, is_closed
from db.enums import CheckVerdict, EpisodeStep, ProgrammeDecision, RecallStep, TaskStep
from db.tables import Episode, Exam, Outcome, Recall, RecallEvent, SecondCheck, Task, TaskEvent

__all__ = ["NEXT", "REPEATS", "WORDS", "Counts", "RecallRow", "Wanted", "append", "counts", "open_recalls"]

REPEATS = (ProgrammeDecision.technical_recall, ProgrammeDecision.short_term_recall)
NEEDS_NOTE = (R.unreachable, R.declined)


def append(session: Session, person: Person, recall_id: int, step: RecallStep, note: str = "") -> RecallEvent:
    """Add a step; Conflict naming from and to when it may not follow, Rejected when closing lacks an outcome or a reason."""
    recall, exam = _mine(session, person, recall_id)
    taken = _steps(session, recall_id)
    last = taken[-1] if taken else R.opened
    if step not in NEXT[last]:
        raise Conflict(N_("The recall is {before}; it cannot become {after}"), before=WORDS[last], after=WORDS[step])
    if step in NEEDS_NOTE and not note.strip():
        raise Rejected(N_("Say how and when: it is the reason with which this recall may be closed"))
    if step == R.closed:
        _may_close(session, recall, exam, taken)
    event = RecallEvent(recall_id=recall_id, step=step, at=now(), author_id=person.user_id, note=note.strip()[:500])
    session.add(event)
    session.flush()
    _episode(session, person, exam, recall, step)
    if step == R.closed:
        closing.recall_ended(session, recall_id)
    audit.record(session, person, f"recall_{step.value}", "recall", recall_id, site_id=exam.site_id)
    return event


def _mine(session: Session, person: Person, recall_id: int) -> tuple[Recall, Exam]:
    rows = select(Recall, Exam).join(Exam, col(Exam.id) == Recall.exam_id).where(Recall.id == recall_id)
    found = session.exec(rows.where(col(Exam.site_id).in_(person.sites(Act.work_queue))).with_for_update()).first()
    if found is None:
        raise NotAllowed(N_("This recall is not at one of the sites where you work."))
    return found


def _steps(session: Session, recall_id: int) -> list[RecallStep]:
    events = select(RecallEvent).where(RecallEvent.recall_id == recall_id).order_by(col(RecallEvent.id))
    return [event.step for event in session.exec(events)]


def _may_close(session: Session, recall: Recall, exam: Exam, taken: list[RecallStep]) -> None:
    """Closed with an outcome, a later exam that was the purpose, or the reason that it was declined or nobody could be reached.

    A task of the safety net that somebody closed with a reason gives that reason too.
    """
    if taken and taken[-1] in NEEDS_NOTE:
        return
    if session.exec(select(col(Outcome.id)).where(Outcome.exam_id == exam.id, ~_refused())).first() is not None:
        return
    if _given_up(session, recall):
        return
    if recall.kind in REPEATS and _seen_again(session, exam):
        return
    raise Rejected(N_("A recall is closed with an outcome, with the repeat exam, or as declined or unreachable; none of these is recorded"))


def _refused() -> ColumnElement[bool]:
    """The condition over `Outcome` that a second person refused the entry."""
    row = (col(SecondCheck.subject) == "outcome", col(SecondCheck.row_id) == col(Outcome.id))
    return exists().where(*row, col(SecondCheck.verdict) == CheckVerdict.refused)


def _given_up(session: Session, recall: Recall) -> bool:
    """Whether somebody closed the task of this recall with a reason."""
    rows = select(col(TaskEvent.id)).join(Task, col(Task.id) == TaskEvent.task_id).where(Task.recall_id == recall.id)
    by_hand = col(TaskEvent.author_id).is_not(None)
    return session.exec(rows.where(TaskEvent.step == TaskStep.closed, TaskEvent.reason != "", by_hand).limit(1)).first() is not None


def _seen_again(session: Session, exam: Exam) -> bool:
    """Whether the participant has a later exam of the same kind."""
    who = select(col(Episode.participant_id)).where(Episode.id == exam.episode_id)
    later = select(col(Exam.id)).join(Episode, col(Episode.id) == Exam.episode_id).where(col(Episode.participant_id).in_(who))
    return session.exec(later.where(Exam.kind == exam.kind, col(Exam.id) != exam.id, Exam.exam_date >= exam.exam_date)).first() is not None


def _episode(session: Session, person: Person, exam: Exam, recall: Recall, step: RecallStep) -> None:
    """What a step of the recall means for the round: attended for assessment is assessed, closed ends it when nothing else is open."""
    before = episodes.current(session, exam.episode_id)
    after = None
    if step == R.attended and recall.kind == ProgrammeDecision.assessment:
        after = EpisodeStep.assessed
    elif step == R.closed and not _others_open(session, exam, recall):
        after = EpisodeStep.closed
    if after is not None and after in episodes.NEXT[before]:
        episodes.append(session, exam.episode_id, after, now(), person.user_id)


def _others_open(session: Session, exam: Exam, recall: Recall) -> bool:
    others = select(col(Recall.id)).join(Exam, col(Exam.id) == Recall.exam_id).where(Exam.episode_id == exam.episode_id)
    return session.exec(others.where(col(Recall.id) != recall.id, ~is_closed())).first() is not None
