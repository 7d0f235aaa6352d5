"""Local accounts: argon2id passwords, lock-out after repeated failures, and sessions of which only a hash is kept."""

import hashlib
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, col, func, select

from core import audit
from core.access import Person, person
from core.clock import now
from core.errors import NotAllowed, Rejected
from core.settings import settings
from core.words import N_
from db.tables import SignInEvent, SignInSession, User

FAILURES, WINDOW = 8, timedelta(minutes=15)
LANGUAGES = ("en", "zh_CN")
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, low memory


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, salt and parameters included."""
    return _hasher.hash(password)


def sign_in(session: Session, login: str, password: str) -> tuple[str, Person]:
    """A new session's token and the person; Rejected in the same words for every cause, so that nobody learns which logins exist."""
    login = login.strip().casefold()[:64]
    user = session.exec(select(User).where(User.login == login)).first()
    right = verify(user.password_hash if user else _nobody(), password)
    welcome = bool(user and user.active and right and not _locked(session, login))
    session.add(SignInEvent(login=login, user_id=user.id if user else None, succeeded=welcome, at=now()))
    if not welcome or user is None or user.id is None:
        session.commit()  # the one commit in core: the failure must be counted although the caller's transaction ends in an error
        raise Rejected(
            N_("Sign-in failed. Check the name and the password. After {failures} failures in {minutes} minutes the account waits."),
            failures=FAILURES,
            minutes=int(WINDOW.total_seconds() // 60),
        )
    token = secrets.token_urlsafe(32)
    ends = now() + timedelta(hours=settings().session_hours)
    session.add(SignInSession(token_hash=_digest(token), user_id=user.id, created_at=now(), expires_at=ends))
    who = person(session, user.id)
    audit.record(session, who, "signed_in", "user", user.id)
    return token, who


def by_token(session: Session, token: str) -> Person | None:
    """The person behind a session's token; None when it is unknown, ended or expired, or the account is closed."""
    row = _live(session, token)
    if row is None:
        return None
    try:
        return person(session, row.user_id)
    except NotAllowed:
        return None


def sign_out(session: Session, token: str) -> None:
    """End this session; the browser's token is worthless afterwards."""
    row = _live(session, token)
    if row is not None:
        row.ended_at = now()
        session.add(row)
        audit.record(session, person(session, row.user_id), "signed_out", "user", row.user_id)


def set_language(session: Session, person: Person, language: str) -> None:
    """Remember in which language this person reads."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise Rejected(N_("The language {language} is not installed; expected one of {known}"), language=language, known=known)
    user = session.get_one(User, person.user_id)
    user.language = language
    session.add(user)
    session.flush()


def _live(session: Session, token: str) -> SignInSession | None:
    found = select(SignInSession).where(SignInSession.token_hash == _digest(token), col(SignInSession.ended_at).is_(None))
    return session.exec(found.where(SignInSession.expires_at > now())).first()


def _locked(session: Session, login: str) -> bool:
    """Whether this login failed too often lately, known or not; a success clears the count."""
    recent = select(func.max(SignInEvent.at)).where(SignInEvent.login == login, col(SignInEvent.succeeded).is_(True))
    since = max(now() - WINDOW, session.exec(recent).one() or now() - WINDOW)
    failed = select(func.count()).select_from(SignInEvent).where(SignInEvent.login == login, col(SignInEvent.succeeded).is_(False))
    return session.exec(failed.where(SignInEvent.at > since)).one() >= FAILURES


def verify(password_hash: str, password: str) -> bool:
    """Whether `password` opens `password_hash`."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password opens, so that an unknown login takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
