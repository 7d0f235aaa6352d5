"""What a person must not know yet. Decided in the query, so that a page cannot show it by mistake."""

from collections.abc import Collection

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.access import Act, Person
from core.workflow.programmes import cards, policy
from db.tables import Decision, Episode, Exam, Programme, Read


def ai_hidden(session: Session, person: Person, exam_ids: Collection[int]) -> frozenset[int]:
    """Those of `exam_ids` whose AI result stays back: the policy is "off", or "after_read" and this person has yet to read."""
    kinds = {card_id: policy(session, card_id) for card_id in cards()}
    off = _of(exam_ids, [card_id for card_id, kind in kinds.items() if kind == "off"])
    later = _of(exam_ids, [card_id for card_id, kind in kinds.items() if kind == "after_read"])
    return _ids(session, off) | (_ids(session, _to_read(person, later)))


def reads_hidden(session: Session, person: Person, exam_ids: Collection[int]) -> frozenset[int]:
    """Those of `exam_ids` whose other reads stay back: they are read twice, blind, and this person has yet to read."""
    return _ids(session, _to_read(person, _of(exam_ids, [card.id for card in cards().values() if card.readers > 1])))


Ids = SelectOfScalar[int | None]


def _of(exam_ids: Collection[int], card_ids: list[str]) -> Ids | None:
    """The exams of these programmes among `exam_ids`; None without asking when there can be none."""
    if not exam_ids or not card_ids:
        return None
    found = select(col(Exam.id)).join(Episode, col(Episode.id) == Exam.episode_id)
    found = found.join(Programme, col(Programme.id) == Episode.programme_id)
    return found.where(col(Exam.id).in_(exam_ids), col(Programme.card_id).in_(card_ids))


def _to_read(person: Person, found: Ids | None) -> Ids | None:
    """Those that are undecided and that the person may read and has not read."""
    if found is None or not person.may(Act.read_cases):
        return None
    mine = select(Read.exam_id).where(Read.reader_id == person.user_id)
    found = found.where(col(Exam.site_id).in_(person.sites(Act.read_cases)))
    return found.where(col(Exam.id).not_in(mine), col(Exam.id).not_in(select(Decision.exam_id)))


def _ids(session: Session, found: Ids | None) -> frozenset[int]:
    return frozenset() if found is None else frozenset(exam_id for exam_id in session.exec(found) if exam_id is not None)
