"""The case page with an earlier CT: what the viewer is handed, what the read remembers, how growth is told, and what stays hidden."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.workflow import sessions
from core.workflow.matching import match
from core.workflow.programmes import programme_row
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import AiPolicy, Exam, ExamInstance, Instance, Read, Registration, User
from pages.ui.viewer.prior import seen_key
from tests.build import a_decision, a_run, ago
from tests.dicom_build import ct_series
from tests.growth_build import a_scored
from tests.image_build import a_mammography, taken_in
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
PLACES = np.array([[0.0, -10.0, -90.0], [2.0, -5.0, -70.0]])
MATRIX = [[1.0, 0, 0, 3.0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


@pytest.fixture
def doctor(sqlite_database: str) -> Person:
    return people()[Role.doctor]


@pytest.fixture
def exams(doctor: Person, tmp_path: Path) -> tuple[int, int]:
    """The present CT and one of two years before, both with images and AI results; the earlier one decided, its nodules matched."""
    earlier = taken_in(tmp_path / "a", ct_series(20, PatientID="P-1", StudyDate="20240105"), site="N")
    now = taken_in(tmp_path / "b", ct_series(20, PatientID="P-1", StudyDate="20260105"), site="N")
    with transaction() as session:
        first, second = session.get_one(Exam, earlier), session.get_one(Exam, now)
        a_scored(session, first, (6.4, 5.0), PLACES)
        a_scored(session, second, (9.7, 5.1), PLACES)
        a_decision(session, first, doctor, category="3", days_ago=500)
        session.add(Registration(exam_id=now, earlier_exam_id=earlier, method="test", matrix=MATRIX, quality={"grade": "good"}, at=ago(1)))
        session.flush()
        assert match(session, now, earlier) == 2
    return now, earlier


def scene(test: AppTest, exam_id: int) -> dict[str, Any]:
    return next(json.loads(one.proto.json) for one in test.get("bidi_component") if f"viewer-{exam_id}" in one.proto.id)


def table(test: AppTest, key: str) -> list[dict[str, Any]]:
    found = [json.loads(one.proto.json) for one in test.get("bidi_component") if one.proto.id.endswith(f"-{key}")]
    return [row["cells"] for row in found[0]["rows"]] if found else []


def choose(test: AppTest, label: str, value: object) -> AppTest:
    next(group for group in test.button_group if group.label == label).set_value(value).run()
    return test


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label.startswith(label)).click().run()


def test_the_latest_earlier_exam_stands_beside_and_is_linked(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    test = open_page("doctor/case", doctor, exam=str(now))
    prior = scene(test, now)["prior"]
    assert prior["exam"] == earlier
    assert prior["url"] == f"/api/exam/{earlier}/ct"
    assert prior["link"]["matrix"] == MATRIX
    assert "5 Jan 2024" in prior["title"][0]
    assert "the lungs lie on each other well" in words(test)


def test_another_choice_or_none_is_followed_and_the_address_chooses_too(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    test = choose(open_page("doctor/case", doctor, exam=str(now)), "Compare with", 0)
    assert scene(test, now)["prior"] is None
    assert scene(open_page("doctor/case", doctor, exam=str(now), prior="0"), now)["prior"] is None
    assert scene(open_page("doctor/case", doctor, exam=str(now), prior="999"), now)["prior"]["exam"] == earlier


def test_a_signed_read_remembers_which_earlier_exam_was_in_sight(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    press(choose(open_page("doctor/case", doctor, exam=str(now)), "Your opinion: Lung-RADS", "2"), "Sign: 2")
    with snapshot() as session:
        assert session.exec(select(Read).where(Read.exam_id == now)).one().seen["priors"] == [earlier]


def test_a_read_that_saw_no_earlier_exam_says_so(doctor: Person, exams: tuple[int, int]) -> None:
    now, _ = exams
    test = open_page("doctor/case", doctor, exam=str(now), prior="0")
    press(choose(test, "Your opinion: Lung-RADS", "2"), "Sign: 2")
    with snapshot() as session:
        assert session.exec(select(Read).where(Read.exam_id == now)).one().seen["priors"] == []


def test_growth_is_told_beside_the_findings(doctor: Person, exams: tuple[int, int]) -> None:
    now, _ = exams
    test = open_page("doctor/case", doctor, exam=str(now))
    rows = table(test, f"growth-table-{now}")
    assert rows[0]["nodule"] == "1 ← 1"
    assert rows[0]["size"]["text"] == "6.4 → 9.7 mm"
    assert rows[0]["change"]["text"].endswith(" days")
    assert rows[1]["change"] == {"text": "no growth", "sub": "+6 %", "tone": ""}


def test_the_sheet_shows_four_protocols_and_asks_which_is_which(doctor: Person, exams: tuple[int, int]) -> None:
    now, _ = exams
    test = press(open_page("doctor/case", doctor, exam=str(now)), "Growth and protocols")
    row = table(test, f"growth-sheet-{now}")[0]
    assert row["Lung-RADS v2022"]["text"] == "4B"
    assert row["NELSON 2013; new nodules 2018"]["text"] in ("positive", "indeterminate")
    said = next(box for box in test.selectbox if box.label == "In the earlier exam")
    assert said.options == ["not there", "1 · 6.4 mm", "2 · 5.0 mm"]
    assert said.value == 1
    assert "Pair them" in [button.label for button in test.button]


def test_details_and_probabilities_of_the_nodules_open_over_the_case(doctor: Person, exams: tuple[int, int]) -> None:
    now, _ = exams
    test = press(open_page("doctor/case", doctor, exam=str(now)), "Details, protocols and probabilities")
    assert not test.exception
    assert table(test, f"nodules-seen-{now}")[0]["kind"] == "Solid"
    risk = table(test, f"nodules-risk-{now}")[0]
    assert (risk["model"], risk["alone"]) == ("30.0 %", "–")
    assert "missing" in risk["brock"]["sub"] or "not known" in risk["brock"]["sub"]
    said = words(test)
    assert "not validated" in said
    assert "Emphysema: nobody has entered it" in said


def test_while_ai_is_hidden_nothing_of_it_comes_with_the_earlier_exam(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    with transaction() as session:
        row = AiPolicy(programme_id=programme_row(session, "lung").id or 0, version=1, kind="after_read", valid_from=ago(90))
        session.add(row)
    test = open_page("doctor/case", doctor, exam=str(now))
    prior = scene(test, now)["prior"]
    assert prior["exam"] == earlier
    assert prior["marks"] == []
    said = words(test)
    assert table(test, f"growth-table-{now}") == []
    assert all(size not in said for size in ("9.7", "6.4", "Doubling"))


def test_a_coordinator_gets_no_earlier_images(doctor: Person, exams: tuple[int, int]) -> None:
    with snapshot() as session:
        user = session.exec(select(User).where(User.login == Role.coordinator.value)).one()
        coordinator = person(session, user.id or 0)
    said = words(open_page("doctor/case", coordinator, exam=str(exams[0])))
    assert "/ct" not in said
    assert "Compare with" not in said


def test_earlier_mammograms_hang_beside_without_marks_and_are_remembered(doctor: Person, tmp_path: Path) -> None:
    earlier = a_mammography(tmp_path / "a", site="N", StudyDate="20240105")
    now = a_mammography(tmp_path / "b", site="N", StudyDate="20260105")
    with transaction() as session:
        a_run(session, session.get_one(Exam, earlier), step=9)
        a_decision(session, session.get_one(Exam, earlier), doctor, days_ago=500)
    test = open_page("doctor/case", doctor, exam=str(now))
    prior = scene(test, now)["prior"]
    assert prior["exam"] == earlier
    assert len(prior["images"]) == 4
    assert all(image["marks"] == [] and image["heat"] is None for image in prior["images"])
    assert test.session_state[seen_key(now)] == {earlier}


def test_earlier_images_that_cannot_be_opened_stop_no_read(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    with transaction() as session:
        for instance in session.exec(
            select(Instance).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id).where(ExamInstance.exam_id == earlier)
        ):
            instance.header = {**instance.header, "kind": "set_aside"}
            session.add(instance)
    test = open_page("doctor/case", doctor, exam=str(now))
    assert scene(test, now)["prior"] is None
    assert "The earlier images cannot be opened" in words(test)
    press(choose(test, "Your opinion: Lung-RADS", "2"), "Sign: 2")
    with snapshot() as session:
        assert session.exec(select(Read).where(Read.exam_id == now)).one().seen["priors"] == []


def test_a_case_with_an_earlier_exam_is_read_in_a_sitting_too(doctor: Person, exams: tuple[int, int]) -> None:
    now, earlier = exams
    with transaction() as session:
        sitting = sessions.start(session, doctor).sitting_id
    test = open_page("doctor/session", doctor, sitting=str(sitting))
    assert not test.exception
    assert [group.label for group in test.button_group].count("Compare with") == 1
    assert "Your opinion: Lung-RADS" in [group.label for group in test.button_group]
    place = next(json.loads(one.proto.json) for one in test.get("bidi_component") if f"/exam/{now}/ct" in one.proto.json)
    assert place["prior"]["exam"] == earlier
