"""Results that nobody has told yet, and one act that writes to many: each decision in the words of its letter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core.access import Act, Person
from core.clinics.planner import aside
from core.clock import today
from core.errors import Rejected
from core.messages import mailings
from core.messages.mailings import Plan, Recipient
from core.sealing import unseal
from core.words import N_
from core.workflow.participants import Page
from core.workflow.programmes import card
from core.workflow.programmes import due as due_day
from db.enums import Channel, DeliveryStep, DocumentKind, ProgrammeDecision
from db.tables import Decision, Delivery, Document, Episode, Exam, Mailing, MailingItem, Participant, Programme, Recall, Site

LOOK_BACK_DAYS = 120
"""Days since the exam; what is older is found in the safety net."""
AT_MOST = 2000
PREFIX = "result_"


@dataclass(frozen=True)
class Untold:
    """A decision that its participant has not been told; `due` as the letter would say it."""

    exam_id: int
    episode_id: int
    participant_id: int
    name: str
    number: str
    synthetic: bool
    site_name: str
    exam_date: date
    decided: date
    decision: ProgrammeDecision
    category: str
    due: date


def untold(
    session: Session, person: Person, card_id: str, *, site_id: int | None = None, page: int = 0, size: int = 50,
    only: Collection[int] | None = None,
) -> Page[Untold]:  # fmt: skip
    """Decided exams of the last months without a letter or a message about the result, the oldest first; `only` these exams."""
    person.must(Act.work_queue)
    sites = person.sites(Act.work_queue)
    newer = aliased(Decision)
    rows = select(Exam, Decision, col(Episode.participant_id), func.count().over()).join(Decision, col(Decision.exam_id) == Exam.id)
    rows = rows.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(Exam.exam_date >= today() - timedelta(days=LOOK_BACK_DAYS), Programme.card_id == card_id)
    rows = rows.where(aside(col(Exam.site_id)).in_(sites & {site_id} if site_id is not None else sites))
    rows = rows.where(~exists().where(col(newer.exam_id) == col(Exam.id), col(newer.id) > col(Decision.id)), ~_written(), ~_sent())
    if only is not None:
        rows = rows.where(col(Exam.id).in_(only))
    found = session.exec(rows.order_by(col(Exam.exam_date), col(Exam.id)).offset(page * size).limit(size)).all()
    people = _people(session, [who for _, _, who, _ in found])
    asked = select(col(Recall.decision_id), col(Recall.due)).where(col(Recall.decision_id).in_([one.id for _, one, _, _ in found]))
    dues: dict[int, date] = dict(session.exec(asked).all())
    lines = tuple(_line(exam, one, *people[who], due=dues.get(one.id or 0), card_id=card_id) for exam, one, who, _ in found)
    return Page(lines, found[0][3] if found else 0)


def tell(
    session: Session, person: Person, card_id: str, channel: Channel, language: str, *, exam_ids: Collection[int] | None = None,
    site_id: int | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Mailings that tell these results, or all of the list; their ids. What somebody told in the meantime is left out."""
    rows = untold(session, person, card_id, site_id=site_id, size=AT_MOST, only=exam_ids).rows
    if not rows:
        raise Rejected(N_("Every one of these results has been told by now"))
    made: list[int] = []
    for decision in ProgrammeDecision:
        some = [Recipient(row.participant_id, row.episode_id, _said(row)) for row in rows if row.decision == decision]
        if some:
            made += mailings.make(session, person, Plan(card_id, f"{PREFIX}{decision.value}", channel, language), some)
    return tuple(made)


def _said(row: Untold) -> dict[str, object]:
    return {"exam_date": row.exam_date.isoformat(), "due": row.due.isoformat(), "category": row.category, "exam_id": row.exam_id}


def _written() -> ColumnElement[bool]:
    return exists().where(col(Document.exam_id) == col(Exam.id), col(Document.kind) == DocumentKind.letter)


def _sent() -> ColumnElement[bool]:
    """Whether a message about the result of this exam was prepared or sent; one that failed or was withheld has told nothing."""
    newer = aliased(Delivery)
    last = ~exists().where(col(newer.item_id) == col(Delivery.item_id), col(newer.id) > col(Delivery.id))
    theirs = col(MailingItem.participant_id) == col(Episode.participant_id), col(MailingItem.episode_id) == col(Exam.episode_id)
    about = col(Mailing.id) == col(MailingItem.mailing_id), col(Mailing.template).startswith(PREFIX, autoescape=True)
    stands = col(Delivery.item_id) == col(MailingItem.id), col(Delivery.step).in_((DeliveryStep.prepared, DeliveryStep.sent)), last
    return exists().where(*theirs, *about, *stands, col(MailingItem.said)["exam_id"].as_integer() == col(Exam.id))


def _people(session: Session, ids: Collection[int]) -> dict[int, tuple[Participant, str]]:
    rows = select(Participant, Site.name).join(Site, col(Site.id) == Participant.site_id).where(col(Participant.id).in_(ids))
    return {who.id or 0: (who, site) for who, site in session.exec(rows)}


def _line(exam: Exam, one: Decision, who: Participant, site: str, *, due: date | None, card_id: str) -> Untold:
    return Untold(
        exam_id=exam.id or 0, episode_id=exam.episode_id, participant_id=who.id or 0, name=unseal(who.name_sealed), number=who.number,
        synthetic=who.synthetic, site_name=site, exam_date=exam.exam_date, decided=one.at.date(), decision=one.decision,
        category=one.category, due=due or due_day(card(card_id), one.decision, exam.exam_date, one.category),
    )  # fmt: skip
