"""What the simulator's page says, run as a manager on a real database."""

import json
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core import demo
from core.access import Person, person
from core.clock import today
from core.demonstration import history
from core.metrics.consequences import Costs
from core.metrics.simulate import Policy
from core.simulation.answer import Question, answer
from core.workflow.period import periods
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import User
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
PAGE = "manager/simulator"


@pytest.fixture
def manager(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Person:
    """The manager of a small demonstration programme."""
    monkeypatch.setattr(history, "SIZES", {"lung": 40, "breast": 160})
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        return person(session, session.exec(select(User.id).where(User.login == "manager")).one() or 0)


def rows(test: AppTest, key: str) -> dict[str, dict[str, object]]:
    (found,) = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return {row["id"]: row["cells"] for row in json.loads(found.proto.json)["rows"]}


def test_the_numbers_are_those_of_core(manager: Person) -> None:
    test = open_page(PAGE, manager)
    assert not test.exception
    with snapshot() as session:
        told = answer(session, manager, Question("breast", periods(today())["all"], Policy("triage", double_from=10)))
    assert told.found is not None
    assert told.own is not None
    shown = rows(test, "simulated")
    assert shown["reads"]["today"] == f"{told.found.today.reads:,.0f}"
    recall = told.found.chosen.rates["recall"]
    assert recall is not None
    assert f"{recall.numerator:.0f} of {told.own.exams:,}" in shown["recall"]["then"]["sub"]  # type: ignore[index]
    assert set(rows(test, "policies")) == {"double", "single", "ai_second", "triage", "rule_out"}
    assert f"**{told.own.exams} exams** can be replayed of {told.own.considered}." in words(test)


def test_what_is_invented_and_what_it_cannot_tell_is_said(manager: Person) -> None:
    said = words(open_page(PAGE, manager))
    assert ":orange-badge[invented]" in said
    assert "Simulated scores, not a network" in said
    assert "Left out:" in said
    assert "the AI alone adds no cancer here" in said
    assert "✓ holds" in said
    assert "46,345 against 83,231, the simulator gives −44.3 %" in said


def test_the_address_chooses_policy_thresholds_and_costs(manager: Person) -> None:
    asked = {"policy": "ai_second", "recall_from": "8", "cost_recall": "40", "cost_ai": "0.5"}
    test = open_page(PAGE, manager, **asked)
    assert not test.exception
    costs = Costs(recall=40, ai=0.5)
    with snapshot() as session:
        question = Question("breast", periods(today())["all"], Policy("ai_second", recall_from=8), costs=costs)
        told = answer(session, manager, question)
    assert told.found is not None
    cost = told.found.chosen.rates["cost"]
    assert cost is not None
    assert rows(test, "simulated")["cost"]["then"]["text"] == f"{1000 * cost.interval.value:,.1f}"  # type: ignore[index]
    assert "**AI as second reader:" in words(test)


def test_a_slider_changes_the_answer(manager: Person) -> None:
    test = open_page(PAGE, manager)
    before = rows(test, "simulated")["reads"]["then"]
    test.slider(key="double_from").set_value(1).run()
    after = rows(test, "simulated")["reads"]["then"]
    assert before != after
    assert after == rows(test, "simulated")["reads"]["today"]


def test_a_programme_read_once_has_no_result_and_says_why(manager: Person) -> None:
    said = words(open_page(PAGE, manager, programme="lung"))
    assert "No result, because only 0 of" in said
    assert "read by fewer than two" in said


def test_nonsense_in_the_address_changes_nothing(manager: Person) -> None:
    test = open_page(PAGE, manager, reads="x", programme="brain", policy="x", double_from="99", cost_read="-5", site="999", period="x")
    assert not test.exception
    assert "can be replayed of" in words(test)


def test_an_empty_programme_says_so(sqlite_database: str) -> None:
    said = words(open_page(PAGE, people()[Role.manager]))
    assert "No result, because there is no exam in this period." in said


def test_it_speaks_chinese_and_is_not_for_doctors(manager: Person) -> None:
    assert not open_page(PAGE, manager, language="zh_CN").exception
    with snapshot() as session:
        doctor = person(session, session.exec(select(User.id).where(User.login == "doctor")).one() or 0)
    assert "belongs to another role" in words(open_page(PAGE, doctor))


@pytest.mark.shared_data
def test_reader_studies_are_marked_as_enriched(manager: Person, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.settings import settings

    monkeypatch.setenv("FIRSTLIGHT_SHARED_DATA", str(shared_data))
    settings.cache_clear()
    said = words(open_page(PAGE, manager, reads="mammography"))
    assert ":orange-badge[enriched] **1,440 breasts** read by 14 readers." in said
    assert "far more frequent than in screening" in said
    assert "**GMIC, five best** ranks with an area of 0.881" in said
    film = words(open_page(PAGE, manager, reads="viper_film"))
    assert "read by 43 readers" in film
    assert "AI triage" not in film
