"""What the page of outcomes says and does, run as a coordinator and as a doctor on a real database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.clock import now, today
from core.outcomes import assessments, registry
from core.outcomes.registry import lists
from core.workflow import outcomes
from db.engine import snapshot, transaction
from db.enums import AssessmentKind, Certainty, CheckVerdict, OutcomeKind, ProgrammeDecision, Role
from db.tables import Decision, Exam, Outcome, Participant, Pathology, SecondCheck
from tests.pages import cases, open_page, people, words
from tests.test_pages_coordinator import a_recall, rows

pytestmark = pytest.mark.usefixtures("sqlite_database")
PAGE = "coordinator/outcomes"


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


def entered(person: Person, exam_id: int, kind: OutcomeKind = OutcomeKind.cancer, certainty: Certainty = Certainty.final) -> None:
    with transaction() as session:
        outcomes.record(session, person, exam_id, kind=kind, certainty=certainty, happened_on=today(), source="Report 12")


def biopsied(person: Person, exam_id: int, result: str = "malignant") -> None:
    with transaction() as session:
        assessments.record(session, person, exam_id, kind=AssessmentKind.core_biopsy, happened_on=today(), result=result, source="Report 3")


def button(test: AppTest, label: str) -> Any:
    return next(one for one in test.button if one.label == label)


def test_the_page_opens_on_what_needs_this_person(staff: dict[Role, Person]) -> None:
    first, second = cases(2)
    a_recall(first)
    entered(staff[Role.doctor], second)
    mine = open_page(PAGE, staff[Role.doctor])
    assert "**0 entries** wait for your check, **1 exam** has no outcome." in words(mine)
    assert [row["id"] for row in rows(mine, "outcomes-outcome")] == [f"{first}--{first}"]
    theirs = open_page(PAGE, staff[Role.coordinator])
    assert "**1 entry** waits for your check" in words(theirs)
    assert [row["cells"]["by"]["text"] for row in rows(theirs, "outcomes-check")] == ["Doctor"]  # type: ignore[index]


def test_an_empty_list_says_what_it_is_for(staff: dict[Role, Person]) -> None:
    for name, said in (("outcome", "No exam waits for its outcome"), ("refused", "None of your entries was refused"),
                       ("registry", "Cancers of a registry come in as a list")):  # fmt: skip
        assert said in words(open_page(PAGE, staff[Role.coordinator], list=name))


def test_the_drawer_approves_what_another_entered(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    entered(staff[Role.doctor], exam_id)
    test = open_page(PAGE, staff[Role.coordinator], exam=str(exam_id))
    assert "Waits for your check" in words(test)
    button(test, "Approve").click().run()
    assert not test.exception
    with snapshot() as session:
        found = outcomes.counting(session, exam_id)
        assert found is not None


def test_the_author_is_offered_no_check_and_a_refusal_comes_back(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    entered(staff[Role.coordinator], exam_id)
    own = open_page(PAGE, staff[Role.coordinator], exam=str(exam_id))
    assert "Waits for another person" in words(own)
    assert "Approve" not in [one.label for one in own.button]
    other = open_page(PAGE, staff[Role.doctor], exam=str(exam_id))
    next(one for one in other.text_input if one.key and one.key.startswith("note-")).set_value("The report says benign")
    button(other, "Refuse").click().run()
    back = open_page(PAGE, staff[Role.coordinator])
    assert "came back to you" in words(back)
    assert "The report says benign" in str(rows(back, "outcomes-refused"))
    again = open_page(PAGE, staff[Role.coordinator], exam=str(exam_id))
    button(again, "Lay it aside").click().run()
    assert rows(open_page(PAGE, staff[Role.coordinator], list="refused"), "outcomes-refused") == []


def test_a_biopsy_proposes_the_outcome_and_one_click_records_it(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    biopsied(staff[Role.coordinator], exam_id)
    test = open_page(PAGE, staff[Role.coordinator], exam=str(exam_id))
    assert "Proposed: **Cancer, Provisional**" in words(test)
    assert "pathology is not final" in words(test)
    button(test, "Record the proposed outcome").click().run()
    with snapshot() as session:
        row = session.exec(select(Outcome)).one()
        assert (row.kind, row.certainty, row.source) == (OutcomeKind.cancer, Certainty.provisional, "Report 3")


def test_what_an_outcome_makes_of_the_exam_is_said_before_the_click(staff: dict[Role, Person]) -> None:
    exam_id = cases(2)[1]
    with transaction() as session:
        session.add(Decision(exam_id=exam_id, decision=ProgrammeDecision.routine_recall, category="1", author_id=1, at=now()))
    test = open_page(PAGE, staff[Role.doctor], exam=str(exam_id))
    next(one for one in test.selectbox if one.key == f"kind-{exam_id}").set_value(OutcomeKind.cancer).run()
    assert "Recorded as an interval cancer: the exam was a routine recall, and 4 days have passed of the 365 of the round" in words(test)
    next(one for one in test.selectbox if one.key == f"from-{exam_id}").set_value("Registry").run()
    button(test, "Record the outcome").click().run()
    with snapshot() as session:
        assert session.exec(select(Outcome.kind)).one() == OutcomeKind.interval_cancer


def test_pathology_that_cannot_be_is_told_by_field_and_what_can_be_is_kept(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)

    def box(name: str) -> Any:
        return next(one for one in test.selectbox if one.key == f"{name}-{exam_id}")

    test = open_page(PAGE, staff[Role.doctor], exam=str(exam_id))
    box("histology").set_value("adenocarcinoma").run()
    box("stage").set_value("0").run()
    assert "Stage: Stage 0 is in situ and every other stage is invasive; 0 does not fit" in words(test)
    assert button(test, "Record the pathology").disabled
    box("stage").set_value("IA2").run()
    next(one for one in test.number_input if one.key == f"size-{exam_id}").set_value(24.0).run()
    assert "24 mm is more than the 20 mm of stage IA2" in words(test)  # rare, not impossible
    next(one for one in test.text_input if one.key == f"source-{exam_id}").set_value("Report 9").run()
    button(test, "Record the pathology").click().run()
    with snapshot() as session:
        row = session.exec(select(Pathology)).one()
        assert (row.histology, row.stage, row.size_mm, row.invasive, row.source) == ("adenocarcinoma", "IA2", 24.0, True, "Report 9")


def test_the_drawer_tells_how_it_became_known(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    entered(staff[Role.doctor], exam_id)
    with transaction() as session:
        row = session.exec(select(Outcome)).one()
        session.add(SecondCheck(subject="outcome", row_id=row.id or 0, verdict=CheckVerdict.approved, author_id=1, at=now()))
    shown = words(open_page(PAGE, staff[Role.coordinator], exam=str(exam_id)))
    assert "outcome: – → **Cancer**" in shown
    assert "+ cancers found by screening" in shown


def test_a_registry_list_is_looked_through_and_approved_by_another_person(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    with transaction() as session:
        exam = session.get_one(Exam, exam_id)
        session.add(Decision(exam_id=exam_id, decision=ProgrammeDecision.routine_recall, category="1", author_id=2, at=now()))
        born = session.exec(select(Participant)).one().birth_date
        text = f"identifier,birth_date,diagnosis date,icd10\nN-0,{born},{exam.exam_date},C34.1\nX,{born},{exam.exam_date},breast\n"
        made = lists.hand_in(session, staff[Role.coordinator], site_id=exam.site_id, name="registry.csv", content=text.encode())
    test = open_page(PAGE, staff[Role.coordinator], list="registry")
    button(test, "Look through the list").click().run()
    shown = words(test)
    assert "Interval cancer: **1**" in shown
    assert "1 row not taken in" in shown
    assert "Take in 1 cancer" in shown
    registry.take(made)
    mine = words(open_page(PAGE, staff[Role.coordinator], list="registry"))
    assert "another person has to check your list" in mine
    assert "Approve all of the list" not in mine
    other = open_page(PAGE, staff[Role.doctor], list="registry")
    button(other, "Approve all of the list").click().run()
    with snapshot() as session:
        found = outcomes.counting(session, exam_id)
        assert found is not None
        assert found.kind == OutcomeKind.interval_cancer


def test_a_doctor_reviews_the_images_on_the_participants_page(staff: dict[Role, Person]) -> None:
    exam_id = cases(2)[1]
    with transaction() as session:
        session.add(
            Decision(exam_id=exam_id, decision=ProgrammeDecision.routine_recall, category="1", author_id=2, at=now() - timedelta(days=3))
        )
    entered(staff[Role.coordinator], exam_id)
    shown = words(open_page("doctor/participant", staff[Role.doctor], participant="2"))
    assert "waits for its second check and counts in no figure" in shown
    assert "Record the review" not in shown
    with transaction() as session:
        row = session.exec(select(Outcome)).one()
        session.add(SecondCheck(subject="outcome", row_id=row.id or 0, verdict=CheckVerdict.approved, author_id=2, at=now()))
    test = open_page("doctor/participant", staff[Role.doctor], participant="2")
    next(one for one in test.button_group if one.label == "Class").set_value(2)
    button(test, "Record the review").click().run()
    with snapshot() as session:
        *_, review = session.exec(select(Outcome).order_by(Outcome.id)).all()  # type: ignore[arg-type]
    assert review.detail["review"]["class"] == 2
    assert "Record the review" not in words(open_page("doctor/participant", staff[Role.coordinator], participant="2"))


def test_the_page_speaks_chinese_dates(staff: dict[Role, Person]) -> None:
    (exam_id,) = cases(1)
    a_recall(exam_id)
    test = open_page(PAGE, staff[Role.doctor], language="zh_CN", list="outcome")
    assert "年" in str(rows(test, "outcomes-outcome")[0]["cells"])
