"""Which reading policy a case has: the one in force when its exam was received. A new policy never rewrites an older case."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.words import N_
from core.workflow.programmes import card, programme_row
from core.workflow.reading_policy import ReadingPolicy, Shows, check
from db.tables import AiPolicy, Episode, Exam, Programme, Site, User

__all__ = ["PolicyLine", "ReadingPolicy", "check", "history", "in_force", "policies_of", "policy_of", "put_in_force"]


@dataclass(frozen=True)
class PolicyLine:
    """One version of a programme's policy. `author` is None for the card's own; `in_force`: it binds the exams that arrive now."""

    policy: ReadingPolicy
    valid_from: datetime | None
    author: str | None
    in_force: bool


def policy_of(session: Session, exam: Exam) -> ReadingPolicy:
    """The policy under which this exam is read, from its arrival to its decision."""
    return policies_of(session, [exam.id or 0])[exam.id or 0]


def policies_of(session: Session, exam_ids: Collection[int] | SelectOfScalar[int | None] | SelectOfScalar[int]) -> dict[int, ReadingPolicy]:
    """Exam id → policy, for many exams, or those that a query finds, by a fixed number of queries."""
    if isinstance(exam_ids, Collection) and not exam_ids:
        return {}
    exams = select(col(Exam.id), col(Exam.received_at), col(Programme.card_id), col(Programme.card_version))
    exams = exams.join(Episode, col(Episode.id) == Exam.episode_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = _rows(session)
    found = session.exec(exams.where(col(Exam.id).in_(exam_ids)))
    return {exam_id or 0: _at(rows.get(card_id, ()), card_id, made_under, at) for exam_id, at, card_id, made_under in found}


def in_force(session: Session, card_id: str, at: datetime | None = None) -> ReadingPolicy:
    """The policy that binds an exam of this programme arriving at `at` (now when not given)."""
    return _at(_rows(session).get(card_id, ()), card_id, card(card_id).version, at or now())


def history(session: Session, person: Person, card_id: str) -> tuple[PolicyLine, ...]:
    """Every version of a programme's policy, the newest first; the last line is the card's own, version 0."""
    person.must(Act.set_policy)
    present, own = in_force(session, card_id), card(card_id).reading
    rows = select(AiPolicy, User.name).join(Programme, col(Programme.id) == AiPolicy.programme_id)
    rows = rows.join(User, col(User.id) == AiPolicy.author_id, isouter=True).where(Programme.card_id == card_id)
    lines = [
        PolicyLine(own.changed(row.version, _shows(row), row.settings), row.valid_from, name, row.version == present.version)
        for row, name in session.exec(rows.order_by(col(AiPolicy.valid_from).desc(), col(AiPolicy.id).desc()))
    ]
    return (*lines, PolicyLine(own, None, None, present.version == 0))


def put_in_force(session: Session, person: Person, card_id: str, policy: ReadingPolicy, at: datetime | None = None) -> ReadingPolicy:
    """Append the next version, in force for exams that arrive from `at` on (now when not given); the policy with its number.

    Rejected when a setting is out of bounds or `at` has passed; NotAllowed unless the person is manager of every site it binds.
    """
    _must_set(session, person)
    check(policy)
    begins = at or now()
    if at is not None and at < now():
        raise Rejected(N_("A policy begins now or later; {at} has passed. Cases that arrived before keep their policy"), at=at)
    programme = programme_row(session, card_id)
    mine = select(func.max(AiPolicy.version)).join(Programme, col(Programme.id) == AiPolicy.programme_id)
    last = session.exec(mine.where(Programme.card_id == card_id)).one() or 0
    numbered = policy.changed(last + 1, policy.shows, {})
    row = AiPolicy(
        programme_id=programme.id or 0, version=numbered.version, kind=numbered.shows, valid_from=begins, author_id=person.user_id,
        settings=numbered.to_json(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as taken:
        raise Conflict(N_("Someone else changed the policy at the same moment; look again")) from taken
    audit.record(session, person, "policy_set", "programme", card_id, version=numbered.version, begins=begins.isoformat())
    return numbered


def _must_set(session: Session, person: Person) -> None:
    """A policy binds every site: the real ones, or the invented ones where there are no others."""
    person.must(Act.set_policy)
    sites = session.exec(select(Site)).all()
    bound = {site.id for site in sites if not site.synthetic} or {site.id for site in sites}
    if not bound <= person.sites(Act.set_policy):
        raise NotAllowed(N_("A reading policy binds every site; only a manager of all of them can change it. Ask an administrator."))


def _rows(session: Session) -> Mapping[str, Sequence[AiPolicy]]:
    """The stored versions of each programme in the order in which they come into force."""
    rows = select(AiPolicy, Programme.card_id).join(Programme, col(Programme.id) == AiPolicy.programme_id)
    found: dict[str, list[AiPolicy]] = {}
    for row, card_id in session.exec(rows.order_by(col(AiPolicy.valid_from), col(AiPolicy.id))):
        found.setdefault(card_id, []).append(row)
    return found


def _at(rows: Sequence[AiPolicy], card_id: str, made_under: str, at: datetime) -> ReadingPolicy:
    """The last version that had begun, on top of what the card said then."""
    own = card(card_id).reading_of(made_under)
    begun = bisect_right(rows, at, key=lambda row: row.valid_from)
    return own.changed(rows[begun - 1].version, _shows(rows[begun - 1]), rows[begun - 1].settings) if begun else own


def _shows(row: AiPolicy) -> Shows:
    return cast(Shows, row.kind)
