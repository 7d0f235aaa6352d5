"""Builders with defaults, so that a test spells out only what matters to it.

Every builder takes a session, adds rows and hands the row out with its id. `days_ago` counts back from now.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, TypeVar

from sqlmodel import Session, select

from core.access import Person, person
from core.clock import now
from core.signin import hash_password
from core.words import Sentence
from db.enums import (
    Certainty,
    EpisodeStep,
    ExamKind,
    FindingKind,
    ModelState,
    OutcomeKind,
    ProgrammeDecision,
    RecallStep,
    Role,
    RunOutcome,
    Sex,
)
from db.tables import (
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    ExamInstance,
    Finding,
    Instance,
    ModelRun,
    ModelStatus,
    ModelVersion,
    Outcome,
    Participant,
    Read,
    Recall,
    RecallEvent,
    RoleGrant,
    Series,
    Site,
    Study,
    User,
)

PASSWORD = "correct horse battery"
_serial = count(1)


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


Row = TypeVar("Row")


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def ago(days: float) -> datetime:
    """The moment so many days before now."""
    return now() - timedelta(days=days)


def a_site(session: Session, code: str = "NORTH", *, name: str = "North clinic", synthetic: bool = False) -> Site:
    """The site of that code, made when it is not there."""
    found = session.exec(select(Site).where(Site.code == code)).first()
    return found or _added(session, Site(code=code, name=name, synthetic=synthetic, created_at=now()))


def a_user(
    session: Session, login: str = "dana", *, role: Role = Role.doctor, site: Site | None = None, everywhere: bool = False, active: bool = True
) -> User:
    """A user with one role at `site` (the default site when not given), or at every site."""
    user = _added(
        session, User(login=login, name=f"{login.title()} Test", password_hash=_password_hash(), active=active, created_at=now())
    )
    grant_site = None if everywhere else (site or a_site(session)).id
    _added(session, RoleGrant(user_id=user.id, role=role, site_id=grant_site, granted_at=now()))
    return user


def a_person(session: Session, login: str = "dana", *, role: Role = Role.doctor, site: Site | None = None, everywhere: bool = False) -> Person:
    """Like `a_user`, as the Person that core functions take."""
    user = a_user(session, login, role=role, site=site, everywhere=everywhere)
    assert user.id is not None
    return person(session, user.id)
