"""Tasks that recalls ask for: every open recall, and an assessment after which no outcome came."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from core.clock import now
from core.safety_net.rules import RECALLS, Cause
from core.workflow.programmes import card, cards
from core.workflow.recall_steps import is_closed
from db.enums import CheckVerdict, ProgrammeDecision, RecallStep, TaskKind
from db.tables import Decision, Episode, Exam, Outcome, Programme, Recall, RecallEvent, SecondCheck, Task


def open_recalls(session: Session, recall_id: int | None = None) -> list[Cause]:
    """Every open recall without a task of its own, or only this one."""
    tasked = exists().where(col(Task.recall_id) == col(Recall.id), col(Task.kind).in_(RECALLS))
    rows = select(Recall, Exam, Episode.participant_id, Programme.card_id, Decision.category)  # type: ignore[call-overload]
    rows = rows.join(Exam, col(Exam.id) == Recall.exam_id).join(Decision, col(Decision.id) == Recall.decision_id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(~is_closed(), ~tasked, *([Recall.id == recall_id] if recall_id is not None else []))
    return [_recall(*row) for row in session.exec(rows)]


def missing_outcomes(session: Session) -> list[Cause]:
    """Assessments that the participant came to, with no outcome after the days of the card."""
    rows = select(Recall, Exam, Episode.participant_id, Programme.card_id, RecallEvent.at)  # type: ignore[call-overload]
    rows = rows.join(RecallEvent, col(RecallEvent.recall_id) == Recall.id).join(Exam, col(Exam.id) == Recall.exam_id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    soonest = now() - timedelta(days=min(one.safety_net.outcome_days for one in cards().values()))
    tasked = exists().where(col(Task.exam_id) == col(Exam.id), col(Task.kind) == TaskKind.outcome_missing)
    rows = rows.where(Recall.kind == ProgrammeDecision.assessment, RecallEvent.step == RecallStep.attended, RecallEvent.at <= soonest)
    rows = rows.where(~is_closed(), ~tasked, ~outcome_known()).order_by(col(RecallEvent.id))
    found = [_outcome(*row) for row in session.exec(rows)]
    return list({cause.key: cause for cause in reversed(found) if cause.due <= now().date()}.values())


def outcome_known() -> ColumnElement[bool]:
    """The condition over `Exam` that an outcome was entered which no second person refused."""
    refused = exists().where(
        col(SecondCheck.subject) == "outcome", col(SecondCheck.row_id) == col(Outcome.id), col(SecondCheck.verdict) == CheckVerdict.refused
    )
    return exists().where(col(Outcome.exam_id) == col(Exam.id), ~refused)


def _recall(recall: Recall, exam: Exam, participant_id: int, card_id: str, category: str) -> Cause:
    return Cause(
        key=f"recall-{recall.id}", kind=TaskKind(recall.kind.value), card_id=card_id, site_id=exam.site_id, participant_id=participant_id,
        episode_id=exam.episode_id, on=recall.opened_at.date(), due=recall.due, exam_id=exam.id, recall_id=recall.id,
        said={"scheme": card(card_id).scheme, "category": category, "exam": exam.exam_date},
    )  # fmt: skip


def _outcome(recall: Recall, exam: Exam, participant_id: int, card_id: str, attended: object) -> Cause:
    on = attended.date()  # type: ignore[attr-defined]
    return Cause(
        key=f"outcome-{exam.id}", kind=TaskKind.outcome_missing, card_id=card_id, site_id=exam.site_id, participant_id=participant_id,
        episode_id=exam.episode_id, on=on, due=on + timedelta(days=card(card_id).safety_net.outcome_days), exam_id=exam.id,
        recall_id=recall.id,
    )  # fmt: skip
