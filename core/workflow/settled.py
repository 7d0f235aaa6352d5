"""The arbitration that settled a case, for those who look back at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.access import Act, Person
from core.workflow.opinion import Opinion
from db.tables import Arbitration, ArbitrationAuthor, Decision, Exam, User


@dataclass(frozen=True)
class Settlement:
    """`authors`: one name, or those of a panel; `seen`: "run", "priors" and "reads" that they had in sight."""

    authors: tuple[str, ...]
    said: Opinion
    at: datetime
    seen: Mapping[str, Any]


def settlement(session: Session, person: Person, exam_id: int) -> Settlement | None:
    """None where there was no arbitration, and before the case is decided: until then it must not reach a reader."""
    mine = col(Exam.site_id).in_(person.sites(Act.see_participants))
    rows = select(Arbitration).join(Exam, col(Exam.id) == Arbitration.exam_id).where(Arbitration.exam_id == exam_id, mine)
    found = session.exec(rows.where(Arbitration.exam_id.in_(select(Decision.exam_id)))).first()  # type: ignore[attr-defined]
    if found is None:
        return None
    names = select(User.name).join(ArbitrationAuthor, col(ArbitrationAuthor.user_id) == User.id)
    authors = session.exec(names.where(ArbitrationAuthor.arbitration_id == found.id).order_by(User.name)).all()
    said = Opinion.from_json(found.opinion, category=found.category, decision=found.decision)
    return Settlement(tuple(authors), said, found.at, found.seen)
