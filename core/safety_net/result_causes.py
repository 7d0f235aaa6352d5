"""Tasks for results that nobody was told, where results are told through this program at all."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, cast, exists
from sqlalchemy import String as Text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core.clock import now, today
from core.safety_net.rules import Cause
from core.workflow.programmes import card, cards
from db.enums import DeliveryStep, DocumentKind, TaskKind
from db.tables import Decision, Delivery, Document, Episode, Exam, Mailing, MailingItem, Programme, Task

LOOKS_BACK = timedelta(days=180)
RESULT = "result"
"""How the names of templates begin that tell a result."""


def results_not_told(session: Session) -> list[Cause]:
    """Decisions since the first letter or message here that told a result, older than the card's days, of which none tells."""
    since = _first_told(session)
    if since is None:
        return []
    soonest = now() - timedelta(days=min(one.safety_net.told_days for one in cards().values()))
    task = aliased(Task)
    made = exists().where(col(task.key) == "told-" + cast(col(Decision.id), Text))
    rows = select(Decision, Exam, Episode.participant_id, Programme.card_id).join(Exam, col(Exam.id) == Decision.exam_id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(col(Decision.at) >= max(since, now() - LOOKS_BACK), col(Decision.at) <= soonest, ~told(), ~made)
    return [cause for row in session.exec(rows) if (cause := _cause(*row)).due <= today()]


def told() -> ColumnElement[bool]:
    """The condition over `Decision` and `Exam` that a letter was written or a message sent that tells the result."""
    letter = exists().where(
        col(Document.exam_id) == col(Exam.id), col(Document.kind) == DocumentKind.letter, col(Document.at) >= col(Decision.at)
    )
    sent = exists().where(col(Delivery.item_id) == col(MailingItem.id), col(Delivery.step) == DeliveryStep.sent)
    tells = exists().where(
        col(Mailing.id) == col(MailingItem.mailing_id), col(Mailing.template).startswith(RESULT), col(Mailing.at) >= col(Decision.at)
    )
    message = exists().where(
        col(MailingItem.participant_id) == col(Episode.participant_id), col(MailingItem.episode_id) == col(Exam.episode_id), tells, sent
    )
    return letter | message


def _first_told(session: Session) -> datetime | None:
    letters = session.exec(select(col(Document.at)).where(Document.kind == DocumentKind.letter).order_by(col(Document.id)).limit(1)).first()
    messages = session.exec(select(func.min(Mailing.at)).where(col(Mailing.template).startswith(RESULT))).one()
    return min((at for at in (letters, messages) if at is not None), default=None)


def _cause(decision: Decision, exam: Exam, participant_id: int, card_id: str) -> Cause:
    on = decision.at.date()
    return Cause(
        f"told-{decision.id}", TaskKind.result_not_told, card_id, exam.site_id, participant_id, exam.episode_id, on,
        on + timedelta(days=card(card_id).safety_net.told_days), exam_id=exam.id,
    )  # fmt: skip
