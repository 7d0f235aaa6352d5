"""Signing in: the right password opens, everything else is refused in the same words, and too many failures wait."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlmodel import select

from core import signin
from core.clock import now
from core.errors import Rejected
from db.engine import transaction
from db.enums import Role
from db.tables import SignInEvent, SignInSession, User
from tests.build import PASSWORD, a_site, a_user


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; here it would only cost time."""
    monkeypatch.setattr(signin, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    signin._nobody.cache_clear()


def refusal(login: str, password: str) -> str:
    with pytest.raises(Rejected) as refused, transaction() as session:
        signin.sign_in(session, login, password)
    return str(refused.value)


def test_the_right_password_opens_a_session_that_the_token_finds_again(database: str) -> None:
    with transaction() as session:
        a_user(session, "dana", role=Role.doctor)
    with transaction() as session:
        token, who = signin.sign_in(session, " Dana ", PASSWORD)
    with transaction() as session:
        assert signin.by_token(session, token) == who
        assert who.roles == {Role.doctor}


def test_only_a_hash_of_the_token_is_kept(database: str) -> None:
    with transaction() as session:
        a_user(session, "dana")
        token, _ = signin.sign_in(session, "dana", PASSWORD)
        row = session.exec(select(SignInSession)).one()
        assert token not in (row.token_hash, "")
        assert len(row.token_hash) == 64


def test_unknown_name_wrong_password_and_closed_account_are_refused_in_the_same_words(database: str) -> None:
    with transaction() as session:
        a_user(session, "dana")
        a_user(session, "closed", active=False)
    assert refusal("nobody", PASSWORD) == refusal("dana", "wrong") == refusal("closed", PASSWORD)


def test_a_failure_is_counted_although_the_transaction_ends_in_an_error(database: str) -> None:
    refusal("nobody", "x")
    with transaction() as session:
        event = session.exec(select(SignInEvent)).one()
    assert (event.login, event.succeeded, event.user_id) == ("nobody", False, None)


def test_after_eight_failures_even_the_right_password_waits(database: str) -> None:
    with transaction() as session:
        a_user(session, "dana")
    for _ in range(signin.FAILURES):
        refusal("dana", "wrong")
    assert refusal("dana", PASSWORD) == refusal("nobody", "x")


def test_old_failures_and_failures_before_a_success_are_forgotten(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        a_user(session, "dana")
    for _ in range(signin.FAILURES - 1):
        refusal("dana", "wrong")
    with transaction() as session:
        signin.sign_in(session, "dana", PASSWORD)
    for _ in range(signin.FAILURES):
        refusal("dana", "wrong")
    later = now() + signin.WINDOW + timedelta(minutes=1)
    monkeypatch.setattr(signin, "now", lambda: later)
    with transaction() as session:
        signin.sign_in(session, "dana", PASSWORD)


def test_a_token_ends_by_sign_out_by_time_and_with_the_account(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        user = a_user(session, "dana")
        first, _ = signin.sign_in(session, "dana", PASSWORD)
        second, _ = signin.sign_in(session, "dana", PASSWORD)
        signin.sign_out(session, first)
        assert signin.by_token(session, first) is None
        assert signin.by_token(session, second) is not None
        assert signin.by_token(session, "invented") is None
    with transaction() as session:
        session.merge(User(**user.model_dump() | {"active": False}))
    with transaction() as session:
        assert signin.by_token(session, second) is None
        session.merge(user)
    later = now() + timedelta(hours=11)
    monkeypatch.setattr(signin, "now", lambda: later)
    with transaction() as session:
        assert signin.by_token(session, second) is None


def test_a_person_reads_in_the_language_chosen_last(database: str) -> None:
    with transaction() as session:
        a_site(session)
        a_user(session, "dana")
        token, who = signin.sign_in(session, "dana", PASSWORD)
        signin.set_language(session, who, "zh_CN")
        again = signin.by_token(session, token)
        assert again is not None
        assert again.language == "zh_CN"
        with pytest.raises(Rejected, match="tlh"):
            signin.set_language(session, who, "tlh")


def test_passwords_are_hashed_as_rfc_9106_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    used = extract_parameters(signin.hash_password("correct horse battery"))
    assert (used.type, used.time_cost, used.memory_cost) == (Type.ID, 3, 65_536)
