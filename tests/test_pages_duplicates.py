"""The page of duplicates, run as a coordinator."""

import json
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.cohorts import duplicates, facts
from core.errors import FirstlightError
from db.engine import snapshot, transaction
from db.enums import Role
from tests.build import a_participant, a_site
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def carl(sqlite_database: str) -> Person:
    return people()[Role.coordinator]


def rows(test: AppTest, key: str) -> list[dict[str, object]]:
    found = [one for one in test.get("bidi_component") if f"-{key}" in one.proto.id]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def a_pair() -> tuple[int, int]:
    with transaction() as session:
        site = a_site(session, "N")
        return (
            a_participant(session, "Doe^Jane", site=site, birth_date=date(1960, 5, 4)).id or 0,
            a_participant(session, "Jane^Doe", site=site, birth_date=date(1960, 5, 4)).id or 0,
        )


def test_no_pair_says_what_the_page_is_for(carl: Person) -> None:
    assert "There are none now" in words(open_page("coordinator/duplicates", carl))


def test_a_pair_is_shown_with_why(carl: Person) -> None:
    a_pair()
    test = open_page("coordinator/duplicates", carl)
    (row,) = rows(test, "pairs")
    assert row["cells"]["how"]["text"] == "Very likely one"  # type: ignore[index]
    assert "The same name; The same date of birth" in str(row["cells"])
    assert "1 pair" in words(test)


@pytest.mark.parametrize("answer", ["keep", "apart"])
def test_the_drawer_settles_the_pair(carl: Person, answer: str) -> None:
    """Called as the drawer calls it."""
    from pages.ui.cohorts.pairs_view import _settled

    first, second = a_pair()
    with snapshot() as session:
        (pair,) = duplicates.found(session, carl).pairs

    assert _settled(carl, pair, answer if answer == "apart" else f"keep-{first}", "Card seen")
    assert not rows(open_page("coordinator/duplicates", carl), "pairs")
    with snapshot() as session:
        assert facts.merged(session, [second]) == ({} if answer == "apart" else {second: first})
        with pytest.raises(FirstlightError):
            duplicates.pair(session, carl, first, second)


def test_the_page_speaks_chinese_words_of_its_values(carl: Person) -> None:
    a_pair()
    assert rows(open_page("coordinator/duplicates", carl, language="zh_CN"), "pairs")
