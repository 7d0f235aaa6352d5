"""Of which exams of a participant a person must not know the AI result now: those that are held back, and the earlier ones beside them.

A mark or score of last year tells something about this year's images, so that it stays back with them until the own read.
"""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from core.access import Person
from core.workflow.blind import ai_hidden
from db.tables import Decision


def withheld(session: Session, person: Person, exams: Mapping[int, str]) -> frozenset[int]:
    """Those of `exams` (id → programme card) whose AI result stays back from this person."""
    hidden = ai_hidden(session, person, exams)
    decided = set(session.exec(select(Decision.exam_id).where(col(Decision.exam_id).in_(hidden)))) if hidden else set()
    blind_in = {exams[exam_id] for exam_id in hidden - decided}
    return hidden | frozenset(exam_id for exam_id, card_id in exams.items() if card_id in blind_in)
