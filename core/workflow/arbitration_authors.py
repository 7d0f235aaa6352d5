"""Who may settle a case: a doctor of the site who did not read it, or two or more together."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.access import Person
from core.errors import Rejected
from core.words import N_
from db.enums import Role
from db.tables import Exam, Read, RoleGrant, RoleGrantEnd, User


@dataclass(frozen=True)
class Colleague:
    """A doctor of the site who can be an author; `read_it`: one of the readers of this case."""

    user_id: int
    name: str
    read_it: bool


def authors_of(session: Session, person: Person, exam: Exam, others: Sequence[int]) -> dict[int, str]:
    """User id → name of everybody who settles the case; Rejected for a reader alone or for somebody who is no doctor of the site."""
    found = {person.user_id: person.name}
    known = {one.user_id: one.name for one in colleagues_of(session, person, exam)}
    for user_id in others:
        if user_id != person.user_id and user_id not in known:
            raise Rejected(N_("User {user} is not a doctor of this site and cannot settle its cases"), user=user_id)
        found[user_id] = known.get(user_id, person.name)
    if len(found) == 1 and person.user_id in ever_read(session, exam.id or 0):
        raise Rejected(N_("You read this case yourself; settle it together with somebody, or leave it to another doctor"))
    return found


def ever_read(session: Session, exam_id: int) -> frozenset[int]:
    """Everybody who ever signed a read of the case, taken back or not."""
    return frozenset(session.exec(select(Read.reader_id).where(Read.exam_id == exam_id)))


def colleagues_of(session: Session, person: Person, exam: Exam) -> tuple[Colleague, ...]:
    """The other active doctors of the site, by name."""
    granted = select(RoleGrant.user_id).where(RoleGrant.role == Role.doctor, col(RoleGrant.id).not_in(select(RoleGrantEnd.grant_id)))
    granted = granted.where((col(RoleGrant.site_id) == exam.site_id) | col(RoleGrant.site_id).is_(None))
    users = select(User).where(col(User.id).in_(granted), col(User.active), User.id != person.user_id).order_by(User.name)
    readers = ever_read(session, exam.id or 0)
    return tuple(Colleague(user.id or 0, user.name, user.id in readers) for user in session.exec(users))
