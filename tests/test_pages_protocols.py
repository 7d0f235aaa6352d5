"""The page of protocol disagreements, as a doctor sees it."""

import json
from typing import Any

import numpy as np
import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.protocols import queue
from db.engine import transaction
from db.enums import Role
from db.tables import Exam, Site
from tests.build import a_decision, a_participant, a_policy, a_run, an_exam
from tests.growth_build import PLACES, nodule
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


def rows(test: AppTest) -> list[dict[str, Any]]:
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith("-protocols")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def an_exam_with_a_nodule(staff: dict[Role, Person], *, mm: float = 5.0, waits: bool = False) -> Exam:
    """A concluded first exam, and with `waits` a later one of the same participant that nobody has read."""
    with transaction() as session:
        site = session.exec(select(Site).order_by(col(Site.id))).first()
        who = a_participant(session, site=site)
        exam = an_exam(session, participant=who, days_ago=200)
        nodule(session, a_run(session, exam), 1, mm, np.array(PLACES[0]))
        a_decision(session, exam, staff[Role.doctor], days_ago=190)
        if waits:
            an_exam(session, participant=who, days_ago=2)
        return exam


def test_each_protocol_has_its_column_and_the_row_opens_the_case(staff: dict[Role, Person]) -> None:
    exam = an_exam_with_a_nodule(staff)
    test = open_page("doctor/protocols", staff[Role.doctor])
    (row,) = rows(test)
    cells = row["cells"]
    assert row["href"] == f"/case?exam={exam.id}"
    assert (cells["Lung-RADS"]["text"], cells["NELSON"]["text"]) == ("next round", "CT sooner")
    assert (cells["Lung-RADS"]["sub"], cells["NELSON"]["sub"], cells["EUPS"]["sub"]) == ("2", "3", "next round")
    assert cells["size"] == {"text": "5.0 mm", "sub": "65 mm³", "tone": ""}
    assert "**1 nodule** is judged differently. Only concluded exams: 1 with 1 nodules" in words(test)


def test_where_all_agree_the_page_says_what_it_is_for(staff: dict[Role, Person]) -> None:
    an_exam_with_a_nodule(staff, mm=4.0)
    assert "No nodule here is judged differently" in words(open_page("doctor/protocols", staff[Role.doctor]))


def test_nothing_of_a_participant_who_waits_to_be_read_blind(staff: dict[Role, Person]) -> None:
    with transaction() as session:
        a_policy(session, "lung", "after_read")
    an_exam_with_a_nodule(staff, waits=True)
    test = open_page("doctor/protocols", staff[Role.doctor])
    assert rows(test) == []
    assert "AI marks of 1 exam are held back from you" in words(test)
    assert "65 mm³" not in words(test)


def test_readers_nodules_alone(staff: dict[Role, Person]) -> None:
    an_exam_with_a_nodule(staff)
    assert rows(open_page("doctor/protocols", staff[Role.doctor], by="reader")) == []
    assert len(rows(open_page("doctor/protocols", staff[Role.doctor], by="ai"))) == 1


def test_it_is_a_page_of_doctors(staff: dict[Role, Person]) -> None:
    for role in (Role.coordinator, Role.manager):
        assert "Not for your role" in [title.value for title in open_page("doctor/protocols", staff[role]).title]


def test_older_exams_come_on_the_next_page(staff: dict[Role, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "SIZE", 1)
    monkeypatch.setattr(queue, "AT_ONCE", 1)
    exams = [an_exam_with_a_nodule(staff) for _ in range(2)]
    test = open_page("doctor/protocols", staff[Role.doctor])
    assert [row["href"] for row in rows(test)] == [f"/case?exam={exams[1].id}"]
    test = next(button for button in test.button if button.label == "Older exams").click().run()
    assert [row["href"] for row in rows(test)] == [f"/case?exam={exams[0].id}"]
    assert len(rows(open_page("doctor/protocols", staff[Role.doctor], before="nonsense.5"))) == 1
