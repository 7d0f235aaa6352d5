"""What the manager's pages say, run as a manager on a real database."""

import csv
import io
import json

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core import demo
from core.access import Person, person
from core.clock import today
from core.rules import brock
from core.rules.vectors import VECTORS
from core.workflow.period import periods
from core.workflow.programme_figures import Question, figures
from db.engine import snapshot, transaction
from db.enums import ProgrammeDecision, Role
from db.tables import User
from pages.ui.programme import export
from tests.build import a_site
from tests.cohort_build import a_screen
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


@pytest.fixture
def history(sqlite_database: str) -> Person:
    """The manager of the demonstration programme."""
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        user = session.exec(select(User).where(User.login == "manager")).one()
        return person(session, user.id or 0)


def given(test: AppTest, key: str) -> dict[str, object]:
    """What a page hands to its component called `key`."""
    (found,) = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return dict(json.loads(found.proto.json))


def cards(test: AppTest) -> dict[str, dict[str, object]]:
    return {card["id"]: card for card in given(test, "cards-figure")["cards"]}  # type: ignore[attr-defined]


def test_an_empty_programme_says_what_the_page_is_for(staff: dict[Role, Person]) -> None:
    test = open_page("manager/programme", staff[Role.manager])
    assert not test.exception
    assert "There is no exam of this programme in this period." in words(test)
    assert "No exam of this programme has been scored yet." in words(open_page("manager/model_performance", staff[Role.manager]))


def test_a_decision_changes_the_figure_on_the_next_view(staff: dict[Role, Person]) -> None:
    with transaction() as session:
        north = a_site(session, "N")
        a_screen(session, days_ago=5, programme="lung", site=north, synthetic=True)
    assert cards(open_page("manager/programme", staff[Role.manager], programme="lung"))["recall"]["value"] == "0 of 1"
    with transaction() as session:
        north = a_site(session, "N")
        a_screen(session, days_ago=4, programme="lung", site=north, category="4B", decision=ProgrammeDecision.assessment, synthetic=True)
    assert cards(open_page("manager/programme", staff[Role.manager], programme="lung"))["recall"]["value"] == "1 of 2"


def test_unread_exams_are_counted_apart(staff: dict[Role, Person]) -> None:
    cases(3)
    said = words(open_page("manager/programme", staff[Role.manager], programme="lung"))
    assert "**3 exams**" in said
    assert "3 not decided yet" in said


def test_the_demonstration_is_marked_and_its_numbers_are_those_of_core(history: Person) -> None:
    test = open_page("manager/programme", history, programme="lung")
    assert not test.exception
    with snapshot() as session:
        found = figures(session, history, Question("lung", periods(today())["all"]))
    one = found.whole.of("recall")
    assert ":orange-badge[invented]" in words(test)
    assert f"{one.numerator} of {one.denominator}" in str(cards(test)["recall"]["beside"])
    other = cards(open_page("manager/programme", history, programme="lung", figure="sensitivity"))
    assert "too few for a rate" in str(other["sensitivity"]["beside"])
    assert f"{found.counts.technical} technical recall" in words(test)


def test_the_address_chooses_programme_figure_site_and_period(history: Person) -> None:
    asked = {"programme": "breast", "figure": "technical", "period": "12m", "site": "1"}
    test = open_page("manager/programme", history, **asked)
    assert [heading.value for heading in test.subheader] == ["Technical recalls"]
    with snapshot() as session:
        found = figures(session, history, Question("breast", periods(today())["12m"], site_id=1))
    assert f"**{found.counts.exams} exams**" in words(test)
    assert "technical reasons" in words(test)


def test_nonsense_in_the_address_changes_nothing(history: Person) -> None:
    test = open_page("manager/programme", history, programme="brain", figure="x", period="x", site="999", positive="7", as_of="x")
    assert not test.exception
    assert "exams" in words(test)


def test_the_export_holds_every_figure_of_every_part(history: Person) -> None:
    with snapshot() as session:
        found = figures(session, history, Question("lung", periods(today())["all"]))
    rows = list(csv.reader(io.StringIO(export.as_csv(found).removeprefix("\ufeff"))))
    parts = sum(len(group.indicators) for kind in export.PARTS for group in found.by(kind))
    assert len(rows) == 1 + len(found.whole.indicators) + parts
    recall = found.whole.of("recall")
    assert [row[2:4] for row in rows if row[:2] == ["All", "Recall, all rounds"]] == [[str(recall.numerator), str(recall.denominator)]]


def test_simulated_scores_are_never_taken_for_a_network(history: Person) -> None:
    test = open_page("manager/model_performance", history, programme="lung")
    assert not test.exception
    assert "Simulated scores, not a network" in words(test)
    assert len(test.get("plotly_chart")) == 3
    test = open_page("manager/model_performance", history, programme="lung", view="thresholds")
    assert len(given(test, "points-simulated-lung-scores.1")["rows"]) == 5  # type: ignore[arg-type]


def test_too_few_outcomes_show_the_reason_and_no_plot(staff: dict[Role, Person]) -> None:
    cases(3)
    test = open_page("manager/model_performance", staff[Role.manager], programme="lung")
    assert "No result, because no scored exam has an outcome after 365 days of follow-up yet." in words(test)
    assert not test.get("plotly_chart")


@pytest.mark.parametrize("page", ["manager/programme", "manager/model_performance"])
def test_the_pages_speak_chinese(history: Person, page: str) -> None:
    test = open_page(page, history, language="zh_CN", view="thresholds", programme="lung", figure="sensitivity")
    assert not test.exception
    handed = [json.loads(component.proto.json) for component in test.get("bidi_component")]
    assert "灵敏度" in json.dumps(handed, ensure_ascii=False)


@pytest.mark.parametrize("page", ["manager/programme", "manager/model_performance"])
def test_no_name_is_shown_to_a_manager(staff: dict[Role, Person], page: str) -> None:
    cases(4)
    said = words(open_page(page, staff[Role.manager], programme="lung", figure="read_in_time"))
    assert "Okafor" not in said
    assert "陈" not in said


def test_the_rules_page_runs_every_published_example(staff: dict[Role, Person]) -> None:
    for role in (Role.manager, Role.doctor, Role.administrator):
        test = open_page("manager/rules", staff[role])
        assert not test.exception
        assert f"All {len(VECTORS)} published examples of" in words(test)
    states = [row["cells"]["state"]["text"] for row in given(test, "rules")["rows"]]  # type: ignore[attr-defined]
    assert len(states) >= 14
    assert set(states) == {"all hold"}


def test_a_rule_that_fails_is_shown_first_with_what_it_says_instead(staff: dict[Role, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brock, "expit", lambda logit: 0.5)
    test = open_page("manager/rules", staff[Role.manager])
    assert "14 examples fail" in words(test)
    assert "Not to be used until it is put right: Brock (PanCan)" in words(test)
    shown = given(test, "examples-Brock (PanCan)")["rows"]
    assert shown[0]["cells"]["found"] == "0.500000000000"  # type: ignore[index]
