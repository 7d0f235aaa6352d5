"""What the pages of the AI models say: every part of the performance page, and the watch with its versions in shadow."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.clock import today
from core.settings import settings
from db.engine import transaction
from db.enums import ModelState, ProgrammeDecision, Role
from tests.build import a_model, a_person, a_read, a_run, a_site, a_user
from tests.cohort_build import a_screen
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
D = ProgrammeDecision
PARTS = ("ranking", "thresholds", "calibration", "groups", "versions", "readers", "marks")


@pytest.fixture
def manager(sqlite_database: str) -> Person:
    """The manager of a site with 8 cancers and 24 healthy exams, two scanners, a version in force, one in shadow, and blind reads."""
    staff = people(synthetic=False)
    with transaction() as session:
        north, shadow = a_site(session, "N"), a_model(session, tag="2", state=ModelState.shadow)
        anna = a_user(session, "anna", site=north)
        for number in range(32):
            sick = number < 8
            exam = a_screen(
                session, programme="lung", days_ago=500, category="4B" if sick else "1", site=north,
                decision=D.assessment if sick else D.routine_recall, cancer_after=20 if sick else None,
            )  # fmt: skip
            exam.technique = {"manufacturer": "GE" if number % 2 else "Siemens"}
            session.add(exam)
            step = 9 - number % 5 if sick else 1 + number % 6
            a_run(session, exam, step=step)
            a_run(session, exam, step=max(1, step - number % 2), version=shadow)
            a_read(session, exam, anna, decision=D.assessment if sick else D.routine_recall, days_ago=490)
    return staff[Role.manager]


def shown(test: AppTest) -> str:
    """Text and what the page's own components were handed."""
    assert not test.exception
    handed = [json.dumps(json.loads(component.proto.json), ensure_ascii=False) for component in test.get("bidi_component")]
    return "\n".join([words(test), *handed])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("ranking", ["Taking one exam with and one without a cancer", "where 25.00 % of the exams hold one"]),
        ("thresholds", ["Operating points", "one cancer found is worth 49 false recalls"]),
        ("calibration", ["Slope", "Logistic recalibration after Cox, n = 32, 8 with a cancer."]),
        ("groups", ["Scanner: GE", "Scanner: Siemens", "16 · 4", "after Holm", "No group stands out beyond chance."]),
        ("versions", ["32 exams scored by both, 32 of them followed up, 8 with a cancer.", "DeLong on the same exams", "McNemar"]),
        ("readers", ["Anna Test", "32 blind reads, of 32 exams", "Agreement beyond chance", "No result, because 0 timed reads"]),
        ("marks", ["No FROC curve, because outcomes here say that there is a cancer", "What its card says"]),
    ],
)
def test_every_part_of_the_performance_page(manager: Person, part: str, said: list[str]) -> None:
    text = shown(open_page("manager/model_performance", manager, programme="lung", view=part))
    for words_of_it in said:
        assert words_of_it in text


def test_the_prevalence_is_a_control(manager: Person) -> None:
    text = shown(open_page("manager/model_performance", manager, programme="lung", prevalence="0.7"))
    assert "where 0.70 % of the exams hold one" in text


def test_an_exam_count_stands_with_every_plot(manager: Person) -> None:
    for part in ("ranking", "thresholds", "calibration", "readers"):
        test = open_page("manager/model_performance", manager, programme="lung", view=part)
        plots = [json.loads(plot.proto.spec) for plot in test.get("plotly_chart")]
        assert plots
        assert all("n = 32" in json.dumps(plot["layout"]["title"]) for plot in plots)


@pytest.mark.shared_data
def test_the_published_study_stands_beside_the_programme(manager: Person, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLIGHT_SHARED_DATA", str(shared_data))
    settings.cache_clear()
    text = shown(open_page("manager/model_performance", manager, view="study"))
    assert "GMIC_top5" in text
    assert "0.881" in text
    assert "1,440 breasts of 720 exams, 61 with a cancer" in text


def test_without_a_study_the_page_says_what_to_do(manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLIGHT_SHARED_DATA", str(tmp_path))
    settings.cache_clear()
    assert "No study is here" in shown(open_page("manager/model_performance", manager, view="study"))


def test_the_watch_is_silent_about_a_steady_programme_and_tells_what_a_shadow_would_change(manager: Person) -> None:
    text = shown(open_page("manager/model_monitoring", manager, programme="lung"))
    assert "Nothing has moved beyond chance." in text
    assert "**lung-ct.2** has run in shadow since" in text
    assert "Putting lung-ct.2 in force:" in text
    assert "No result, because fewer than 100 exams of the time before are decided." in text


def test_a_new_scanner_comes_first_with_the_day_it_came(manager: Person) -> None:
    with transaction() as session:
        north = a_site(session, "N")
        for day in range(1, 200):
            exam = a_screen(session, programme="lung", days_ago=day, site=north)
            exam.technique = {"manufacturer": "New Maker" if day <= 30 else "GE"}
            session.add(exam)
            a_run(session, exam, step=1 + day % 4)
    text = shown(open_page("manager/model_monitoring", manager, programme="lung", recent="90"))
    assert "**1 alarm**" in text
    assert "**Scanner**: New Maker makes 33.7 % of the exams, before 0.0 %" in text
    assert f"Since about {today() - timedelta(days=30):%-d %b %Y}" in text
    assert "before 0 of 110" in text


def test_before_the_first_score_the_watch_says_what_it_is_for(sqlite_database: str) -> None:
    staff = people()
    assert "The watch begins with the first scores." in shown(open_page("manager/model_monitoring", staff[Role.manager]))


@pytest.mark.parametrize("role", [Role.coordinator, Role.doctor, Role.administrator])
def test_only_managers_open_the_watch(manager: Person, role: Role) -> None:
    with transaction() as session:
        other = a_person(session, f"other-{role.value}", role=role, site=a_site(session, "N"))
    assert "This page belongs to another role" in words(open_page("manager/model_monitoring", other))


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_speak_chinese(manager: Person, part: str) -> None:
    assert not open_page("manager/model_performance", manager, language="zh_CN", programme="lung", view=part).exception
