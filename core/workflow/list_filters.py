"""Which participants a list shows and in which order, as conditions over `Participant` that the database answers by its indexes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from core.clock import today
from core.cohorts.standing import active, present
from core.workflow.programmes import cards
from db.enums import RecallStep
from db.tables import Episode, Exam, Participant, ParticipantFact, Programme, Recall, RecallEvent

STANDS = ("", "recall", "overdue", "left")


@dataclass(frozen=True)
class Wanted:
    """Which participants; empty values mean all. `stands` is one of STANDS; `within` any condition over `Participant`."""

    programme: str = ""
    site_id: int | None = None
    stands: str = ""
    within: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Key:
    """A column to order by, and the same the other way round."""

    forward: Any
    backward: Any


def _key(column: Any, *, newest_first: bool = False) -> Key:
    return Key(column.desc(), column.asc()) if newest_first else Key(column.asc(), column.desc())


ORDERS: Mapping[str, tuple[Key, ...]] = {
    "number": (_key(col(Participant.id)),),
    "newest": (_key(col(Participant.id), newest_first=True),),
    "oldest": (_key(col(Participant.birth_date)), _key(col(Participant.id))),
    "youngest": (_key(col(Participant.birth_date), newest_first=True), _key(col(Participant.id), newest_first=True)),
}
"""Names are sealed, so that nothing can be ordered by them."""


def conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What must hold of a participant."""
    found: list[ColumnElement[bool]] = []
    if wanted.programme:
        found.append(in_programme(session, wanted.programme))
    if wanted.site_id is not None:
        found.append(col(Participant.site_id) == wanted.site_id)
    if wanted.stands in ("recall", "overdue"):
        found.append(recalled(overdue=wanted.stands == "overdue"))
    elif wanted.stands == "left":
        found.append(and_(present(), or_(*(~active(card_id, today()) for card_id in cards()))))
    if wanted.within is not None:
        found.append(wanted.within)
    return found


def in_programme(session: Session, card_id: str) -> ColumnElement[bool]:
    """Has a round in the programme, or was listed for it."""
    versions = [row for row in session.exec(select(Programme.id).where(Programme.card_id == card_id)).all() if row is not None]
    rounds = exists().where(col(Episode.participant_id) == col(Participant.id), col(Episode.programme_id).in_(versions))
    listed = exists().where(col(ParticipantFact.participant_id) == col(Participant.id), col(ParticipantFact.kind) == f"listed_{card_id}")
    return or_(rounds, listed)


def recalled(*, overdue: bool = False) -> ColumnElement[bool]:
    """Has a recall that is open, or open past its date. Recalls are few beside participants, so they are gathered first."""
    closed = exists().where(col(RecallEvent.recall_id) == col(Recall.id), col(RecallEvent.step) == RecallStep.closed)
    rows = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id).join(Recall, col(Recall.exam_id) == Exam.id)
    rows = rows.where(~closed)
    return col(Participant.id).in_(rows.where(Recall.due < today()) if overdue else rows)
