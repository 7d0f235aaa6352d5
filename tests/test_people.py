"""Accounts: made and closed by administrators of the sites that are concerned, and never deleted."""

import pytest
from argon2 import PasswordHasher

from core import people, signin
from core.access import Person, person
from core.errors import Conflict, NotAllowed, Rejected
from db.engine import transaction
from db.enums import Role
from tests.build import PASSWORD, a_person, a_site, a_user

SECRET = "another long secret"
NORTH, SOUTH = 1, 2


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; here it would only cost time."""
    monkeypatch.setattr(signin, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def ada(database: str) -> Person:
    """The administrator of the north clinic alone."""
    with transaction() as session:
        assert (a_site(session).id, a_site(session, "SOUTH", name="South clinic").id) == (NORTH, SOUTH)
        return a_person(session, "ada", role=Role.administrator)


@pytest.fixture
def olga(ada: Person) -> Person:
    """The administrator of every site."""
    with transaction() as session:
        return a_person(session, "olga", role=Role.administrator, everywhere=True)


def made(by: Person, login: str = "nina", *roles: tuple[Role, int | None], password: str = SECRET) -> int:
    with transaction() as session:
        return people.create_user(session, by, login=login, name="Nina Test", password=password, roles=roles)


def grants(user_id: int) -> tuple[tuple[Role, int], ...]:
    with transaction() as session:
        return person(session, user_id).grants


def test_a_new_account_signs_in_with_its_roles(ada: Person) -> None:
    made(ada, " Nina ", (Role.doctor, NORTH))
    with transaction() as session:
        _, who = signin.sign_in(session, "nina", SECRET)
    assert who.grants == ((Role.doctor, NORTH),)


def test_bad_names_short_passwords_and_taken_names_are_refused(ada: Person) -> None:
    made(ada)
    with pytest.raises(Conflict, match="nina already"):
        made(ada, "NINA")
    with pytest.raises(Rejected, match="has 5 characters"):
        made(ada, "otto", password="short")
    for login in ("", "two words", "x" * 65):
        with pytest.raises(Rejected, match="sign-in name"):
            made(ada, login)


def test_only_administrators_make_accounts(ada: Person) -> None:
    with transaction() as session:
        dana = a_person(session)
    with pytest.raises(NotAllowed):
        made(dana)
    with pytest.raises(NotAllowed), transaction() as session:
        people.users(session, dana)


def test_an_administrator_gives_roles_at_the_own_sites_only(ada: Person, olga: Person) -> None:
    for site in (SOUTH, None):
        with pytest.raises(NotAllowed):
            made(ada, f"nina{site}", (Role.doctor, site))
    nina = made(olga, "nina", (Role.manager, None))
    assert grants(nina) == ((Role.manager, NORTH), (Role.manager, SOUTH))
    with pytest.raises(Conflict, match="already"), transaction() as session:
        people.grant_role(session, olga, nina, Role.manager, None)


def test_a_role_that_ended_is_gone_and_stays_in_history(ada: Person) -> None:
    nina = made(ada, "nina", (Role.doctor, NORTH), (Role.coordinator, NORTH))
    with transaction() as session:
        doctor = next(line for user in people.users(session, ada) for line in user.grants if line.role == Role.doctor)
        people.end_role(session, ada, doctor.grant_id)
    assert grants(nina) == ((Role.coordinator, NORTH),)
    with pytest.raises(Conflict, match="ended already"), transaction() as session:
        people.end_role(session, ada, doctor.grant_id)


def test_an_administrator_cannot_lock_the_own_door(ada: Person) -> None:
    with transaction() as session:
        (own,) = [line for user in people.users(session, ada) if user.login == "ada" for line in user.grants]
        with pytest.raises(Rejected, match="yourself"):
            people.end_role(session, ada, own.grant_id)
        with pytest.raises(Rejected, match="own account"):
            people.close_account(session, ada, ada.user_id)


def test_a_closed_account_is_out_at_once_and_can_be_let_in_again(ada: Person) -> None:
    nina = made(ada, "nina", (Role.doctor, NORTH))
    with transaction() as session:
        token, _ = signin.sign_in(session, "nina", SECRET)
    with transaction() as session:
        people.close_account(session, ada, nina)
        assert signin.by_token(session, token) is None
    with pytest.raises(Rejected), transaction() as session:
        signin.sign_in(session, "nina", SECRET)
    with transaction() as session:
        people.reopen_account(session, ada, nina)
        assert signin.by_token(session, token) is None
        signin.sign_in(session, "nina", SECRET)


def test_a_password_opens_no_site_that_its_setter_does_not_administer(ada: Person, olga: Person) -> None:
    nina = made(olga, "nina", (Role.doctor, SOUTH))
    for act in (people.close_account, people.reopen_account):
        with pytest.raises(NotAllowed), transaction() as session:
            act(session, ada, nina)
    with pytest.raises(NotAllowed), transaction() as session:
        people.set_password(session, ada, nina, "stolen by ada now")
    with transaction() as session:
        people.set_password(session, olga, nina, "given by olga today")
        signin.sign_in(session, "nina", "given by olga today")


def test_people_change_their_own_password_with_the_old_one(ada: Person) -> None:
    with transaction() as session:
        dana = a_person(session)
        token, _ = signin.sign_in(session, "dana", PASSWORD)
        with pytest.raises(Rejected, match="old password"):
            people.change_password(session, dana, "wrong", SECRET)
        people.change_password(session, dana, PASSWORD, SECRET)
        assert signin.by_token(session, token) is None
        signin.sign_in(session, "dana", SECRET)


def test_the_list_shows_the_own_sites_people_and_those_without_a_role(ada: Person, olga: Person) -> None:
    with transaction() as session:
        a_user(session, "north")
        a_user(session, "south", site=a_site(session, "SOUTH"))
    made(ada, "fresh")
    with transaction() as session:
        signin.sign_in(session, "north", PASSWORD)
        seen = {user.login: user for user in people.users(session, ada)}
        assert set(seen) == {"ada", "olga", "north", "fresh"}
        assert (seen["north"].last_sign_in is not None, seen["fresh"].grants) == (True, ())
        assert (seen["olga"].grants[0].site_id, seen["north"].grants[0].site_name) == (None, "North clinic")
        assert {user.login for user in people.users(session, olga)} == {"ada", "olga", "north", "south", "fresh"}
