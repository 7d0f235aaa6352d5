"""Accounts and roles, for the administrator: who may come in, as what, at which sites; nothing about a person is deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select, update

from core import audit
from core.access import Act, Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.signin import hash_password, verify
from core.words import N_
from db.enums import Role
from db.tables import RoleGrant, RoleGrantEnd, SignInEvent, SignInSession, Site, User

SHORTEST_PASSWORD = 12


@dataclass(frozen=True)
class GrantLine:
    """A role in force. `site_id` and `site_name` are None for every site."""

    grant_id: int
    role: Role
    site_id: int | None
    site_name: str | None


@dataclass(frozen=True)
class UserLine:
    """An account with its roles in force."""

    id: int
    login: str
    name: str
    language: str
    active: bool
    grants: tuple[GrantLine, ...]
    created_at: datetime
    last_sign_in: datetime | None


def users(session: Session, person: Person) -> tuple[UserLine, ...]:
    """The accounts that this administrator looks after: those with a role at the own sites, and those without any."""
    person.must(Act.administer)
    grants = _grants(session)
    last = dict(
        session.exec(
            select(col(SignInEvent.user_id), func.max(SignInEvent.at)).where(SignInEvent.succeeded).group_by(col(SignInEvent.user_id))
        ).all()
    )
    return tuple(
        UserLine(
            user.id or 0,
            user.login,
            user.name,
            user.language,
            user.active,
            tuple(grants.get(user.id or 0, ())),
            user.created_at,
            last.get(user.id),
        )
        for user in session.exec(select(User).order_by(col(User.name)))
        if _in_sight(person, grants.get(user.id or 0, []))
    )


def create_user(
    session: Session,
    person: Person,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[tuple[Role, int | None]],
    language: str = "en",
) -> int:
    """A new account with its roles, each at one site or (None) at every site; its id."""
    person.must(Act.administer)
    login, name = login.strip().casefold(), name.strip()
    if not login or not name or len(login) > 64 or any(mark.isspace() for mark in login):
        raise Rejected(N_("{login} cannot be a sign-in name; expected up to 64 letters without spaces, and a name"), login=login)
    user = User(login=login, name=name, password_hash=_hashed(password), language=language, created_at=now())
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as taken:  # another administrator made it a moment ago
        raise Conflict(N_("There is an account called {login} already"), login=login) from taken
    audit.record(session, person, "user_created", "user", user.id)
    for role, site_id in roles:
        grant_role(session, person, user.id or 0, role, site_id)
    return user.id or 0


def grant_role(session: Session, person: Person, user_id: int, role: Role, site_id: int | None) -> int:
    """Give a role at a site, or at every site; the grant's id. NotAllowed for sites that the administrator does not look after."""
    _must_administer(session, person, site_id)
    if session.get(User, user_id) is None:
        raise Rejected(N_("There is no account number {id}"), id=user_id)
    if any((line.role, line.site_id) == (role, site_id) for line in _grants(session).get(user_id, [])):
        raise Conflict(N_("This account has that role already"))
    grant = RoleGrant(user_id=user_id, role=role, site_id=site_id, granted_by=person.user_id, granted_at=now())
    session.add(grant)
    session.flush()
    audit.record(session, person, "role_granted", "user", user_id, site_id=site_id, role=role.value)
    return grant.id or 0


def end_role(session: Session, person: Person, grant_id: int) -> None:
    """Take a role back; the grant stays in history."""
    grant = session.get(RoleGrant, grant_id)
    if grant is None:
        raise Rejected(N_("There is no role number {id}"), id=grant_id)
    _must_administer(session, person, grant.site_id)
    if grant.user_id == person.user_id and grant.role == Role.administrator:
        raise Rejected(N_("You cannot take the administrator's role from yourself; another administrator can"))
    if session.exec(select(RoleGrantEnd.id).where(RoleGrantEnd.grant_id == grant_id)).first() is not None:
        raise Conflict(N_("This role has ended already"))
    session.add(RoleGrantEnd(grant_id=grant_id, ended_by=person.user_id, ended_at=now()))
    session.flush()
    audit.record(session, person, "role_ended", "user", grant.user_id, site_id=grant.site_id, role=grant.role.value)


def close_account(session: Session, person: Person, user_id: int) -> None:
    """Refuse sign-in from now on and end what is open; the account stays in history."""
    user = _administered(session, person, user_id)
    if user_id == person.user_id:
        raise Rejected(N_("You cannot close your own account; another administrator can"))
    _set(session, user, active=False)
    audit.record(session, person, "account_closed", "user", user_id)


def reopen_account(session: Session, person: Person, user_id: int) -> None:
    """Let a closed account in again with the roles that it still has."""
    _set(session, _administered(session, person, user_id), active=True)
    audit.record(session, person, "account_reopened", "user", user_id)


def set_password(session: Session, person: Person, user_id: int, password: str) -> None:
    """A new password for somebody else; every open sign-in of that account ends."""
    user = _administered(session, person, user_id)
    user.password_hash = _hashed(password)
    _set(session, user, active=user.active)
    audit.record(session, person, "password_set", "user", user_id)


def change_password(session: Session, person: Person, old: str, new: str) -> None:
    """One's own password; Rejected when the old one is wrong. Every open sign-in ends, this one too."""
    user = session.get_one(User, person.user_id)
    if not verify(user.password_hash, old):
        raise Rejected(N_("The old password is not right"))
    user.password_hash = _hashed(new)
    _set(session, user, active=user.active)
    audit.record(session, person, "password_changed", "user", person.user_id)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Rejected(
            N_("The password has {length} characters; expected at least {shortest}"), length=len(password), shortest=SHORTEST_PASSWORD
        )
    return hash_password(password)


def _set(session: Session, user: User, *, active: bool) -> None:
    """Write the account and end its open sign-ins."""
    user.active = active
    session.add(user)
    opened = update(SignInSession).where(col(SignInSession.user_id) == user.id, col(SignInSession.ended_at).is_(None))
    session.exec(opened.values(ended_at=now()).execution_options(synchronize_session=False))
    session.flush()


def _must_administer(session: Session, person: Person, site_id: int | None) -> None:
    """At that site; for every site, the administrator must have them all."""
    wanted = {site_id} if site_id is not None else set(session.exec(select(Site.id)))
    if not wanted <= person.sites(Act.administer) or not person.may(Act.administer):
        raise NotAllowed(N_("You do not administer all the sites that this concerns. Ask an administrator of those sites."))


def _administered(session: Session, person: Person, user_id: int) -> User:
    """The account, when every role that it has lies within the administrator's sites: else a password could open other sites."""
    person.must(Act.administer)
    for line in _grants(session).get(user_id, []):
        _must_administer(session, person, line.site_id)
    user = session.get(User, user_id)
    if user is None:
        raise Rejected(N_("There is no account number {id}"), id=user_id)
    return user


def _grants(session: Session) -> dict[int, list[GrantLine]]:
    """The roles in force by user id."""
    ended = select(RoleGrantEnd.grant_id)
    rows = select(RoleGrant, Site.name).outerjoin(Site, col(Site.id) == RoleGrant.site_id).where(col(RoleGrant.id).not_in(ended))
    found: dict[int, list[GrantLine]] = {}
    for grant, site in session.exec(rows.order_by(col(RoleGrant.id))):
        found.setdefault(grant.user_id, []).append(GrantLine(grant.id or 0, grant.role, grant.site_id, site))
    return found


def _in_sight(person: Person, grants: list[GrantLine]) -> bool:
    mine = person.sites(Act.administer)
    return not grants or any(line.site_id is None or line.site_id in mine for line in grants)
