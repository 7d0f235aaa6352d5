"""Signed reads that stand, and the decision of a case, as people see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.access import Person
from core.words import Sentence
from core.workflow.blind import reads_hidden
from core.workflow.opinion import Opinion
from core.workflow.standing import standing
from db.enums import ProgrammeDecision
from db.tables import Decision, Read, User


@dataclass(frozen=True)
class ReadLine:
    """One signed opinion."""

    id: int
    reader: str
    category: str
    decision: ProgrammeDecision
    note: str
    density: str | None
    per_side: dict[str, str]
    saw_ai: bool
    run_id: int | None
    opened_at: datetime
    committed_at: datetime
    mine: bool
    revision: int
    said: Opinion
    seen: Mapping[str, Any]
    """"run", "priors" and "reads" that were in sight, as in `Read.seen`."""


@dataclass(frozen=True)
class DecisionLine:
    """What the programme decided and by whom."""

    id: int
    decision: ProgrammeDecision
    category: str
    author: str
    at: datetime
    reason: Sentence | None


def reads_of(session: Session, person: Person, exam_id: int) -> tuple[ReadLine, ...]:
    """Every read that stands, in the order of signing; only the person's own where those of others are held back."""
    rows = select(Read, User.name).join(User, col(User.id) == Read.reader_id).where(Read.exam_id == exam_id, standing())
    if reads_hidden(session, person, [exam_id]):
        rows = rows.where(Read.reader_id == person.user_id)
    return tuple(
        ReadLine(
            id=read.id or 0, reader=name, category=read.category, decision=read.decision, note=read.opinion.get("note", ""),
            density=read.opinion.get("density"), per_side=read.opinion.get("per_side", {}), saw_ai=read.saw_ai, run_id=read.run_id,
            opened_at=read.opened_at, committed_at=read.committed_at, mine=read.reader_id == person.user_id,
            revision=read.revision, seen=read.seen,
            said=Opinion.from_json(read.opinion, category=read.category, decision=read.decision),
        )
        for read, name in session.exec(rows.order_by(col(Read.id)))
    )  # fmt: skip


def decision_of(session: Session, exam_id: int) -> DecisionLine | None:
    rows = select(Decision, User.name).join(User, col(User.id) == Decision.author_id).where(Decision.exam_id == exam_id)
    found = session.exec(rows.order_by(col(Decision.id).desc())).first()
    if found is None:
        return None
    row, name = found
    return DecisionLine(row.id or 0, row.decision, row.category, name, row.at, Sentence.from_json(row.reason))
