"""Accounts and their roles, as an administrator keeps them. A grant ends by a row, an account by being closed; nothing is deleted."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core import audit, signin
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, Rejected
from core.words import N_
from db.enums import Role
from db.tables import RoleGrant, RoleGrantEnd, SignInEvent, SignInSession, Site, User

SHORTEST_PASSWORD = 10


@dataclass(frozen=True)
class GrantLine:
    """A role in force; `site` None means every site."""

    id: int
    role: Role
    site_id: int | None
    site: str | None


@dataclass(frozen=True)
class UserLine:
    """One account with the roles in force now."""

    id: int
    login: str
    name: str
    active: bool
    created_at: datetime
    last_sign_in: datetime | None
    grants: tuple[GrantLine, ...]


def users(session: Session, person: Person) -> tuple[UserLine, ...]:
    """Every account, open ones first, by name."""
    person.must(Act.administer)
    names = dict(session.exec(select(col(Site.id), col(Site.name))).all())
    held: dict[int, list[GrantLine]] = defaultdict(list)
    for row in _in_force(session):
        held[row.user_id].append(GrantLine(row.id or 0, row.role, row.site_id, names.get(row.site_id) if row.site_id else None))
    welcome = select(col(SignInEvent.user_id), func.max(col(SignInEvent.at))).where(col(SignInEvent.succeeded).is_(True))
    seen = dict(session.exec(welcome.group_by(col(SignInEvent.user_id))).all())
    rows = session.exec(select(User).order_by(col(User.active).desc(), col(User.name)))
    return tuple(
        UserLine(row.id or 0, row.login, row.name, row.active, row.created_at, seen.get(row.id), tuple(held[row.id or 0])) for row in rows
    )


def create(session: Session, person: Person, *, login: str, name: str, password: str, role: Role, site_id: int | None) -> int:
    """A new account with its first role; its id."""
    person.must(Act.administer)
    login, name = login.strip().casefold(), name.strip()
    if not login or not name:
        raise Rejected(N_("An account needs an account name and the person's name"))
    if session.exec(select(User.id).where(User.login == login)).first() is not None:
        raise Rejected(N_("The account name {login} is taken; choose another"), login=login)
    _long_enough(password)
    row = User(login=login[:64], name=name[:200], password_hash=signin.hash_password(password), created_at=now())
    session.add(row)
    session.flush()
    audit.record(session, person, "user_created", "user", row.id)
    grant(session, person, row.id or 0, role, site_id)
    return row.id or 0


def grant(session: Session, person: Person, user_id: int, role: Role, site_id: int | None) -> None:
    """Give a role at one site, or at every site."""
    person.must(Act.administer)
    same = [row for row in _in_force(session) if (row.user_id, row.role, row.site_id) == (user_id, role, site_id)]
    if same:
        raise Conflict(N_("This account holds that role there already"))
    session.add(RoleGrant(user_id=user_id, role=role, site_id=site_id, granted_by=person.user_id, granted_at=now()))
    session.flush()
    audit.record(session, person, "role_granted", "user", user_id, site_id=site_id, role=role.value)


def end_grant(session: Session, person: Person, grant_id: int) -> None:
    """Take a role back; the last administrator keeps theirs."""
    person.must(Act.administer)
    row = next((row for row in _in_force(session) if row.id == grant_id), None)
    if row is None:
        raise Conflict(N_("This role has been taken back already; look again"))
    if row.role == Role.administrator:
        _another_administrator(session, without_grant=grant_id)
    session.add(RoleGrantEnd(grant_id=grant_id, ended_by=person.user_id, ended_at=now()))
    session.flush()
    audit.record(session, person, "role_ended", "user", row.user_id, site_id=row.site_id, role=row.role.value)


def set_active(session: Session, person: Person, user_id: int, active: bool) -> None:
    """Close an account, which ends its sign-ins, or open it again."""
    person.must(Act.administer)
    if not active:
        _another_administrator(session, without_user=user_id)
        _end_sessions(session, user_id)
    user = session.get_one(User, user_id)
    user.active = active
    session.add(user)
    session.flush()
    audit.record(session, person, "user_opened" if active else "user_closed", "user", user_id)


def reset_password(session: Session, person: Person, user_id: int, password: str) -> None:
    """A new password; whoever is signed in with the old one is signed out."""
    person.must(Act.administer)
    _long_enough(password)
    user = session.get_one(User, user_id)
    user.password_hash = signin.hash_password(password)
    session.add(user)
    _end_sessions(session, user_id)
    audit.record(session, person, "password_reset", "user", user_id)


def _in_force(session: Session) -> list[RoleGrant]:
    ended = select(RoleGrantEnd.grant_id)
    return list(session.exec(select(RoleGrant).where(col(RoleGrant.id).not_in(ended)).order_by(col(RoleGrant.id))))


def _another_administrator(session: Session, *, without_grant: int = 0, without_user: int = 0) -> None:
    active = set(session.exec(select(User.id).where(col(User.active).is_(True))))
    left = [row for row in _in_force(session) if row.role == Role.administrator and row.user_id in active]
    if not any(row.id != without_grant and row.user_id != without_user for row in left):
        raise Conflict(N_("This is the last administrator; make another one first"))


def _end_sessions(session: Session, user_id: int) -> None:
    for row in session.exec(select(SignInSession).where(SignInSession.user_id == user_id, col(SignInSession.ended_at).is_(None))):
        row.ended_at = now()
        session.add(row)
    session.flush()


def _long_enough(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Rejected(N_("The password has {n} characters; at least {least} are needed"), n=len(password), least=SHORTEST_PASSWORD)
