"""A hospital begins with one real site and one administrator."""

import pytest

from core import setup, signin
from core.access import Act
from core.errors import Conflict, Rejected
from db.engine import transaction

PASSWORD = "a long enough one"


def test_the_first_administrator_can_sign_in_and_administers_that_site(database: str) -> None:
    with transaction() as session:
        site = setup.make_site(session, "west", "West hospital")
        setup.make_administrator(session, "Chief", PASSWORD, site)
    with transaction() as session:
        _, who = signin.sign_in(session, "chief", PASSWORD)
    assert site.code == "WEST"
    assert not site.synthetic
    assert who.sites(Act.administer) == {site.id}
    assert not who.may(Act.read_cases)


def test_a_site_code_is_given_once(sqlite_database: str) -> None:
    with transaction() as session:
        setup.make_site(session, "WEST", "West hospital")
    with pytest.raises(Conflict, match="WEST"), transaction() as session:
        setup.make_site(session, "west ", "Another")


def test_a_short_password_is_refused_and_leaves_nothing(sqlite_database: str) -> None:
    with pytest.raises(Rejected, match="at least 10"), transaction() as session:
        setup.make_administrator(session, "chief", "short", setup.make_site(session, "WEST", "West hospital"))
    with transaction() as session:
        setup.make_site(session, "WEST", "West hospital")
