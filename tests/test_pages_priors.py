"""The coordinator's page of earlier images: what is asked for, since when, and the answer that brings the case back."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.clock import now
from core.workflow import prior_requests, triage
from db.engine import snapshot, transaction
from db.enums import PriorStep, Role
from db.tables import PriorRequest
from pages.ui.session import SEED
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


def rows(test: AppTest) -> list[dict[str, object]]:
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith("-priors")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def asked_for(staff: dict[Role, Person], exam_id: int, *, days_ago: int = 0) -> None:
    with transaction() as session:
        at = now() - timedelta(days=days_ago)
        session.add(
            PriorRequest(
                exam_id=exam_id, step=PriorStep.pending, author_id=staff[Role.doctor].user_id, at=at, note="CT of 2023, <Westford>"
            )
        )


def test_the_longest_open_request_comes_first_and_is_flagged(staff: dict[Role, Person]) -> None:
    first, second = cases(2)
    asked_for(staff, first)
    asked_for(staff, second, days_ago=5)
    test = open_page("coordinator/earlier_images", staff[Role.coordinator])
    assert [row["id"] for row in rows(test)] == [str(second), str(first)]
    assert "no answer; back with the readers" in json.dumps(rows(test)[0])
    assert "CT of 2023, <Westford>" in json.dumps(rows(test)[1])
    assert "2 cases" in words(test)
    assert "1 without an answer" in words(test)


def test_without_a_request_the_page_says_what_it_is_for(staff: dict[Role, Person]) -> None:
    cases(1)
    assert "No earlier images are asked for." in words(open_page("coordinator/earlier_images", staff[Role.coordinator]))


def drawer_form() -> None:
    import streamlit as st

    from core.workflow.prior_requests import open_requests
    from pages.ui.priors_drawer import _form
    from pages.ui.session import SEED, read

    user = st.session_state[SEED]
    for row in read(open_requests, user):
        _form(user, row)


def test_the_answer_given_in_the_drawer_brings_the_case_back(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    asked_for(staff, exam_id)
    test = AppTest.from_function(drawer_form, default_timeout=60)
    test.session_state[SEED] = staff[Role.coordinator]
    test.run()
    test.button[0].click().run()
    assert [error.value for error in test.error] == ["Choose the step first."]
    test.button_group[0].set_value(PriorStep.not_available)
    test.text_input[0].set_value("Westford has none")
    test.button[0].click().run()
    assert not test.exception
    with snapshot() as session:
        assert prior_requests.open_requests(session, staff[Role.coordinator]) == ()
        last = session.exec(select(PriorRequest).order_by(PriorRequest.id.desc())).first()  # type: ignore[union-attr]
        assert last is not None
        assert (last.step, last.note) == (PriorStep.not_available, "Westford has none")
        assert triage.worklist(session, staff[Role.coordinator], triage.Filters(state="waiting")).total == 1


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_queue_can_be_narrowed_to_what_waits_for_earlier_images(staff: dict[Role, Person], language: str) -> None:
    exam_id, _ = cases(2)
    asked_for(staff, exam_id)
    test = open_page("coordinator/triage", staff[Role.coordinator], language=language, state="blocked")
    assert not test.exception
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith("-queue")]
    assert [row["id"] for row in json.loads(found[0].proto.json)["rows"]] == [str(exam_id)]
