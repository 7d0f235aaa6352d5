"""The page of lists, run as a coordinator: from the file to what each row would do."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.access import Person
from core.roster import job, lists
from db.engine import snapshot, transaction
from db.enums import Role
from tests.pages import open_page, people, words
from tests.test_roster import a_thousand

pytestmark = pytest.mark.usefixtures("sqlite_database")
CONTENT = "\n".join(";".join(row) for row in a_thousand()).encode()


@pytest.fixture
def carl(sqlite_database: str) -> Person:
    return people()[Role.coordinator]


def rows(test: AppTest, start: str) -> list[dict[str, object]]:
    """The rows of the table whose key begins so."""
    found = [one for one in test.get("bidi_component") if f"-{start}" in one.proto.id]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def a_list(carl: Person, content: bytes = CONTENT, name: str = "list.csv") -> str:
    with transaction() as session:
        return lists.hand_in(session, carl, site_id=carl.grants[0][1], name=name, content=content)


def test_an_empty_page_says_what_comes_next(carl: Person) -> None:
    assert "Press “Hand in a list”" in words(open_page("coordinator/lists", carl))


def test_the_drawer_asks_for_a_file_and_a_site(carl: Person) -> None:
    test = open_page("coordinator/lists", carl)
    next(one for one in test.button if one.label == "Hand in a list").click().run()
    assert not test.exception
    assert [one.label for one in test.file_uploader] == ["CSV or XLSX"]
    assert next(one for one in test.button if one.label == "Hand in").disabled
    list_id = a_list(carl)
    with snapshot() as session:
        assert [(line.id, line.name, line.state) for line in lists.lines(session, carl)] == [(list_id, "list.csv", "new")]
    assert "list.csv" in words(open_page("coordinator/lists", carl))


def test_the_columns_are_guessed_and_the_dry_run_lists_faults_by_line(carl: Person) -> None:
    list_id = a_list(carl)
    test = open_page("coordinator/lists", carl)
    assert next(one for one in test.selectbox if one.label == "Date of birth *").value == 2
    next(one for one in test.button if one.label == "Look through the list").click().run()
    shown = words(test)
    assert "Take in 993 participants" in shown
    assert {row["cells"]["line"] for row in rows(test, f"problems-{list_id}")} >= {11, 102, 203, 304, 405, 506, 607}  # type: ignore[index]
    assert [metric.value for metric in test.metric][:4] == ["993", "0", "0", "7"]


def test_taking_in_waits_for_the_worker_and_then_shows_the_result(carl: Person) -> None:
    list_id = a_list(carl)
    job.look(list_id)
    jobs.prepare()
    test = open_page("coordinator/lists", carl)
    next(one for one in test.button if one.label == "Take in 993 participants").click().run()
    assert "Waits for the worker" in words(test)
    assert [one.subject for one in jobs.jobs()] == [list_id]
    jobs.close()
    job.take(list_id)
    shown = words(open_page("coordinator/lists", carl))
    assert "993 new, 0 completed" in shown
    assert "Take in" not in shown


def test_a_list_without_a_needed_column_is_corrected_on_the_page(carl: Person) -> None:
    a_list(carl, b"Nr,Who,When\nP1,Doe,1960-01-01\n")
    test = open_page("coordinator/lists", carl)
    next(one for one in test.button if one.label == "Look through the list").click().run()
    assert "No column was found for" in words(test)
    for label, place in (("Patient number *", 0), ("Name *", 1), ("Date of birth *", 2)):
        next(one for one in test.selectbox if one.label == label).set_value(place)
    next(one for one in test.button if one.label == "Look through the list").click().run()
    assert "Take in 1 participant" in words(test)


def test_a_list_of_another_site_is_not_shown(carl: Person) -> None:
    a_list(carl)
    assert "This list is not at one of your sites." in words(open_page("coordinator/lists", carl, list="not-there"))
