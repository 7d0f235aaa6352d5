"""The doctor's pages: what waits, a case from opening to signing, and what must not be shown."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.workflow import triage
from core.workflow.programmes import programme_row
from db.engine import snapshot, transaction
from db.enums import Certainty, OutcomeKind, ProgrammeDecision, Role
from db.tables import AiPolicy, Claim, Decision, Exam, ExamInstance, Instance, ModelRun, Read
from tests.build import a_finding, a_model, a_run, ago, an_outcome
from tests.image_build import a_ct
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


@pytest.fixture
def doctor(staff: dict[Role, Person]) -> Person:
    return staff[Role.doctor]


def ids(test: AppTest, key: str) -> list[str]:
    """The rows that a page gives the table called `key`."""
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return [row["id"] for row in json.loads(found[0].proto.json)["rows"]] if found else []


def choose(test: AppTest, label: str, value: object) -> AppTest:
    next(group for group in test.button_group if group.label == label).set_value(value).run()
    return test


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label.startswith(label)).click().run()


def uids_of(session: Session, exam_id: int) -> list[str]:
    """The images of an exam in the order in which they came."""
    rows = select(Instance.sop_uid).join(ExamInstance, col(ExamInstance.instance_id) == Instance.id)
    return list(session.exec(rows.where(ExamInstance.exam_id == exam_id).order_by(col(Instance.id))))


def with_policy(kind: str) -> None:
    with transaction() as session:
        session.add(AiPolicy(programme_id=programme_row(session, "lung").id or 0, version=1, kind=kind, valid_from=ago(90)))


def marked(exam_id: int) -> None:
    with transaction() as session:
        run = session.exec(select(ModelRun).where(ModelRun.exam_id == exam_id)).one()
        a_finding(session, run, mean_diameter_mm=12.3, malignancy=0.87, sop_uid="1.2.3")


def test_the_reading_list_holds_what_waits_most_urgent_first_and_mine_before_all(doctor: Person) -> None:
    first, second, third = cases(3)
    with transaction() as session:
        triage.claim(session, doctor, second)
    shown = ids(open_page("doctor/reading_list", doctor), "reading")
    assert shown[0] == str(second)
    assert set(shown) == {str(first), str(second), str(third)}


def test_the_reading_list_leaves_out_other_sites_and_what_others_have_in_hand(staff: dict[Role, Person]) -> None:
    mine, taken = cases(2)
    cases(2, site_code="S")
    with transaction() as session:
        session.add(Claim(exam_id=taken, user_id=staff[Role.coordinator].user_id, claimed_at=ago(0.001), expires_at=ago(-1)))
    assert ids(open_page("doctor/reading_list", staff[Role.doctor]), "reading") == [str(mine)]


def test_opening_a_case_claims_it_and_says_what_there_is(doctor: Person) -> None:
    exam_id = cases(1)[0]
    said = words(open_page("doctor/case", doctor, exam=str(exam_id)))
    assert "Okafor, Ruth" in said
    assert "there are no images to look at" in said
    assert "Choose Lung-RADS and the decision to sign" in said
    with snapshot() as session:
        assert session.get_one(Claim, exam_id).user_id == doctor.user_id


def test_the_usual_decision_is_offered_its_consequence_said_and_signing_decides(doctor: Person) -> None:
    exam_id = cases(1)[0]
    test = choose(open_page("doctor/case", doctor, exam=str(exam_id)), "Your opinion: Lung-RADS", "4B")
    assert "Recall for assessment: a task for the coordinator is made, due" in words(test)
    press(test, "Sign: 4B, Assessment")
    assert "Signed, category 4B" in words(test)
    with snapshot() as session:
        read = session.exec(select(Read)).one()
        assert (read.category, read.decision, read.saw_ai) == ("4B", ProgrammeDecision.assessment, True)
        assert session.exec(select(Decision)).one().exam_id == exam_id


def test_nothing_can_be_signed_before_category_and_decision_are_chosen(doctor: Person) -> None:
    test = open_page("doctor/case", doctor, exam=str(cases(1)[0]))
    assert next(button for button in test.button if button.label == "Sign").disabled


def test_after_signing_the_next_case_is_one_click_away(doctor: Person) -> None:
    first, second = cases(2)
    test = press(choose(open_page("doctor/case", doctor, exam=str(first)), "Your opinion: Lung-RADS", "2"), "Sign: 2")
    press(test, "Next case")
    with snapshot() as session:
        assert session.get_one(Claim, second).user_id == doctor.user_id


@pytest.mark.parametrize(("policy", "visible"), [("beside", True), ("after_read", False), ("off", False)])
def test_ai_reaches_the_page_only_where_the_policy_hands_it_out(doctor: Person, policy: str, visible: bool) -> None:
    exam_id = cases(1)[0]
    marked(exam_id)
    with_policy(policy)
    said = words(open_page("doctor/case", doctor, exam=str(exam_id)))
    assert ("12.3" in said) is visible
    assert ("0.87" in said) is visible
    assert ("Score 9 of 10" in said) is visible
    assert ("AI hidden until you decide" in said) is (policy == "after_read")


def test_a_case_of_another_site_or_none_is_refused_in_plain_words(doctor: Person) -> None:
    other = cases(1, site_code="S")[0]
    assert "not at one of your sites" in words(open_page("doctor/case", doctor, exam=str(other)))
    assert "No case is chosen" in words(open_page("doctor/case", doctor))
    assert "No case is chosen" in words(open_page("doctor/case", doctor, exam="1 or 1"))


def test_a_coordinator_sees_the_case_without_images_or_form(staff: dict[Role, Person], tmp_path: Path) -> None:
    exam_id = a_ct(tmp_path, site="N")
    said = words(open_page("doctor/case", staff[Role.coordinator], exam=str(exam_id)))
    assert "Images are shown to doctors of this site" in said
    assert "/ct" not in said
    assert "the decision to sign" not in said


def test_the_viewer_is_told_where_the_marks_lie_on_the_images_they_name(doctor: Person, tmp_path: Path) -> None:
    exam_id = a_ct(tmp_path, site="N")
    with transaction() as session:
        uids = uids_of(session, exam_id)
        run = a_run(session, session.get_one(Exam, exam_id), version=a_model(session))
        a_finding(session, run, number=1, sop_uid=uids[5], place={"slice": 5, "box": [4, 6, 9, 12]}, mean_diameter_mm=5.0)
        a_finding(session, run, number=2, sop_uid=uids[6], place={"slice": 9, "box": [4, 6, 9, 12]}, mean_diameter_mm=5.0)
    test = open_page("doctor/case", doctor, exam=str(exam_id))
    scene = next(json.loads(one.proto.json) for one in test.get("bidi_component") if f"viewer-{exam_id}" in one.proto.id)
    assert [(mark["number"], mark["slice"]) for mark in scene["marks"]] == [(1, 5)]
    assert scene["first"] == 5


def test_my_reads_tell_what_became_of_them(doctor: Person) -> None:
    exam_id = cases(1)[0]
    press(choose(open_page("doctor/case", doctor, exam=str(exam_id)), "Your opinion: Lung-RADS", "2"), "Sign: 2")
    with transaction() as session:
        an_outcome(session, session.get_one(Exam, exam_id), kind=OutcomeKind.interval_cancer, certainty=Certainty.final)
    test = open_page("doctor/history", doctor)
    assert ids(test, "signed") == [str(exam_id)]
    assert "Interval cancer" in words(test)
