"""The opinion form: one choice for a normal case, details when they are needed, and nothing of a hidden AI in it."""

from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.workflow.differences import in_words
from core.workflow.opinion import Opinion
from core.workflow.programmes import programme_row
from db.engine import snapshot, transaction
from db.enums import FindingKind, Role
from db.enums import ProgrammeDecision as D
from db.tables import AiPolicy, Arbitration, ArbitrationAuthor, Exam, ModelRun, Read
from tests.build import a_decision, a_finding, a_model, a_participant, a_person, a_read, a_run, a_site, ago, an_exam
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def doctor(sqlite_database: str) -> Person:
    return people()[Role.doctor]


def an_exam_here(session: Session, programme: str = "lung") -> Exam:
    return an_exam(session, participant=a_participant(session, site=a_site(session, "N")), programme=programme, images=0)


def lung_with_mark(*, shows: str = "beside", **settings: Any) -> int:
    """An exam whose AI marked one nodule of 7.0 × 6.0 mm; `shows`: when readers see it."""
    with transaction() as session:
        programme = programme_row(session, "lung")
        session.add(AiPolicy(programme_id=programme.id or 0, version=1, kind=shows, settings=settings, valid_from=ago(9)))
        exam = an_exam_here(session)
        run = a_run(session, exam, version=a_model(session))
        sizes = {"long_axis_mm": 7.0, "short_axis_mm": 6.0, "mean_diameter_mm": 6.5, "volume_mm3": 140.0}
        a_finding(session, run, laterality="R", malignancy=0.4, **sizes)
        return exam.id or 0


def opened(doctor: Person, exam_id: int, **more: Any) -> AppTest:
    return open_page("doctor/case", doctor, exam=str(exam_id), **more)


def group(test: AppTest, label: str) -> Any:
    return next(one for one in test.button_group if one.label.startswith(label))


def choose(test: AppTest, label: str, value: object) -> AppTest:
    return group(test, label).set_value(value).run()


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label.startswith(label)).click().run()


def number(test: AppTest, label: str, value: float) -> AppTest:
    return next(one for one in test.number_input if one.label.startswith(label)).set_value(value).run()


def pick(test: AppTest, label: str, value: str) -> AppTest:
    return next(one for one in test.selectbox if one.label.startswith(label)).select(value).run()


def can_sign(test: AppTest) -> bool:
    return not next(button for button in test.button if button.label.startswith("Sign")).disabled


def signed() -> Opinion:
    with snapshot() as session:
        read = session.exec(select(Read)).one()
        return Opinion.from_json(read.opinion, category=read.category, decision=read.decision)


def described(test: AppTest, *, kind: str = "solid", long: float = 7.0, short: float = 6.6) -> AppTest:
    """A nodule put in by hand."""
    test = choose(press(test, "Add a nodule"), "Type", kind)
    return press(number(number(choose(test, "Lobe", "RUL"), "Long", long), "Short", short), "Confirm")


def test_a_normal_case_is_one_choice_and_stores_no_finding(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    press(choose(opened(doctor, exam_id), "Your opinion: Lung-RADS", "1"), "Sign: 1")
    said = signed()
    assert (said.category, said.nodules, said.lesions, said.views, said.differences) == ("1", (), (), (), ())


def test_a_nodule_of_ones_own_brings_the_rule_beside_and_is_stored(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = described(opened(doctor, exam_id))
    assert "Lung-RADS v2022 suggests category 3: Low-dose CT in 6 months" in words(test)
    test = choose(test, "Your opinion: Lung-RADS", "4A")
    assert "The rule says 3, you chose 4A" in words(test)
    assert can_sign(test)
    press(test, "Sign: 4A")
    said = signed()
    assert [(one.name, one.kind, one.long_mm, one.lobe, one.side) for one in said.nodules] == [("1", "solid", 7.0, "RUL", "R")]
    assert "suggests category 3" in str(said.rule_said)
    assert said.differences == ()


def test_a_size_near_a_limit_warns_before_signing(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = choose(described(opened(doctor, exam_id), long=6.0, short=5.6), "Your opinion: Lung-RADS", "2")
    assert "the category may be 2 / 3: measure again before you sign" in words(test)
    assert can_sign(test)


def test_an_open_form_keeps_the_case_from_being_signed(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = press(choose(opened(doctor, exam_id), "Your opinion: Lung-RADS", "2"), "Add a nodule")
    assert not can_sign(test)
    assert "still open in the form" in words(test)
    assert can_sign(press(test, "Cancel"))


def test_a_mark_of_the_ai_is_taken_over_changed_and_the_difference_kept(doctor: Person) -> None:
    test = choose(opened(doctor, lung_with_mark()), "AI marks to judge", 1)
    test = press(test, "Take over")
    longs = [one.label for one in test.number_input if one.label.startswith("Long")]
    assert longs == ["Long :orange[AI]"]
    test = number(choose(test, "Type", "solid"), "Long", 9.0)
    assert [one.label for one in test.number_input if one.label.startswith("Long")] == ["Long"]
    test = press(test, "Confirm")
    assert "1 · Solid 7.5 mm" in words(test)
    press(choose(test, "Your opinion: Lung-RADS", "3"), "Sign: 3")
    said = signed()
    assert (said.nodules[0].from_mark, said.nodules[0].before["long_mm"], said.nodules[0].mean_diameter_mm) == (1, 7.0, 7.5)
    assert [str(in_words(one)) for one in said.differences] == [
        "AI mark 1: type Solid added by the reader",
        "AI mark 1: long diameter changed from 7.0 mm to 9.0 mm",
    ]


def test_a_mark_can_be_dismissed_with_a_reason_and_one_left_alone_is_said_so(doctor: Person) -> None:
    exam_id = lung_with_mark()
    with transaction() as session:
        run = session.exec(select(ModelRun)).one()
        a_finding(session, run, number=2, mean_diameter_mm=4.0)
    test = pick(choose(opened(doctor, exam_id), "AI marks to judge", 1), "Not a nodule", "vessel")
    press(choose(test, "Your opinion: Lung-RADS", "2"), "Sign: 2")
    assert [str(in_words(one)) for one in signed().differences] == [
        "AI mark 1: dismissed, vessel",
        "AI mark 2: neither taken over nor dismissed",
    ]


@pytest.mark.parametrize("shows", ["after_read", "off"])
def test_nothing_of_a_hidden_ai_is_in_the_form(doctor: Person, shows: str) -> None:
    test = opened(doctor, lung_with_mark(shows=shows))
    assert "AI marks to judge" not in [one.label for one in test.button_group]
    test = press(test, "Add a nodule")
    assert not any("AI" in one.label for one in (*test.number_input, *test.button_group))
    assert [one.value for one in test.number_input] == [None, None, None]
    for secret in ("6.5", "7.0", "140"):
        assert secret not in words(test)
    press(choose(press(test, "Cancel"), "Your opinion: Lung-RADS", "2"), "Sign: 2")
    assert signed().differences == ()


def test_a_technical_recall_of_mammograms_names_views_and_reasons(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = choose(opened(doctor, exam_id), "Your opinion: BI-RADS", "0")
    test = choose(test, "Programme decision", "technical_recall")
    assert not can_sign(test)
    assert "Technical recall names no view" in words(test)
    test = pick(pick(test, "L-CC", "motion"), "R-MLO", "positioning")
    assert can_sign(test)
    press(test, "Sign: 0")
    assert {(one.view, one.reason) for one in signed().views} == {("L-CC", "motion"), ("R-MLO", "positioning")}


def test_each_breast_has_its_own_assessment_and_the_heavier_category_is_offered(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = opened(doctor, exam_id)
    next(box for box in test.checkbox if box.label == "Each breast").check().run()
    test = choose(test, "Right breast", "normal")
    boxes = [one for one in test.selectbox if one.label == "Category"]
    boxes[0].select("1").run()
    [one for one in test.selectbox if one.label == "Category"][1].select("4B").run()
    test = choose(test, "Left breast", "abnormal")
    assert "BI-RADS 4B, Moderate suspicion" in words(test)
    press(test, "Sign: 4B, Assessment")
    said = signed()
    assert (said.category, said.per_side, said.assessments) == ("4B", {"R": "1", "L": "4B"}, {"R": "normal", "L": "abnormal"})


def test_an_abnormal_breast_does_not_go_with_routine_recall(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = opened(doctor, exam_id)
    next(box for box in test.checkbox if box.label == "Each breast").check().run()
    test = choose(choose(test, "Left breast", "abnormal"), "Your opinion: BI-RADS", "2")
    assert "is abnormal, but the decision is routine recall" in words(test)
    assert not can_sign(test)


def test_a_lesion_is_described_without_a_pointer_and_its_concern_speaks_against_a_low_category(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = choose(press(opened(doctor, exam_id), "Add"), "Side", "L")
    assert "Still missing: type, level of concern" in words(test)
    test = press(number(choose(pick(test, "Type", "ill_defined_mass"), "Level of concern", 4), "Size, mm", 12.0), "Confirm")
    assert "left · Ill-defined mass, concern 4: Suspicious of malignancy, 12.0 mm" in words(test)
    test = choose(test, "Your opinion: BI-RADS", "2")
    assert "A lesion of concern 4 in the left breast, but category 2" in words(test)
    press(test, "Sign: 2")
    (lesion,) = signed().lesions
    assert (lesion.side, lesion.kind, lesion.concern, lesion.size_mm) == ("L", "ill_defined_mass", 4, 12.0)


def test_a_region_that_the_ai_marked_becomes_a_lesion_with_its_place(doctor: Person) -> None:
    with transaction() as session:
        exam = an_exam_here(session, "breast")
        programme = programme_row(session, "breast")
        session.add(AiPolicy(programme_id=programme.id or 0, version=1, kind="beside", valid_from=ago(9)))
        run = a_run(session, exam, version=a_model(session, "mammography"))
        a_finding(session, run, kind=FindingKind.suspicious_region, laterality="L", view="CC", place={"box": [10, 20, 30, 60]})
    test = choose(opened(doctor, exam.id or 0), "Make a lesion of an AI mark", 1)
    test = choose(pick(test, "Type", "other"), "Level of concern", 3)
    assert "Place: L-CC 20, 40" in words(test)
    assert "left · Other, concern 3" in words(press(test, "Confirm"))


def test_sentences_are_inserted_into_the_note_in_the_readers_language(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = opened(doctor, exam_id)
    test.text_area[0].set_value("Seen.").run()
    test = pick(test, "Insert a sentence", "no_nodule")
    assert test.text_area[0].value == "Seen.\nNo pulmonary nodule. No other finding that needs follow-up."


def drawn(exam_id: int, **more: Any) -> dict[str, Any]:
    """Two diameters as the viewer tells them."""
    points = [[0, 0, 0], [8, 0, 0], [4, -3, 0], [4, 3, 0]]
    return {"id": "m1", "kind": "two_diameters", "image": "ct", "exam": exam_id, "points": points, "mm": [8.0, 6.0]} | more


def test_diameters_drawn_in_the_viewer_become_a_nodule_and_are_stored_with_it(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = opened(doctor, exam_id)
    test.session_state[f"measured-{exam_id}"] = [drawn(exam_id)]
    test = press(test.run(), "Nodule of 8.0 × 6.0 mm as measured")
    test = press(choose(test, "Type", "solid"), "Confirm")
    assert "1 · Solid 7.0 mm" in words(test)
    assert "as measured" not in words(test)
    press(choose(test, "Your opinion: Lung-RADS", "3"), "Sign: 3")
    said = signed()
    assert (said.nodules[0].centre_lps_mm, said.measurements[0].nodule, said.measurements[0].mm) == ((4.0, 0.0, 0.0), "1", (8.0, 6.0))
    assert said.measurements[0].image == {"image": "ct", "exam": exam_id}


def test_a_measurement_replaces_the_ais_size_in_the_open_form_and_keeps_what_was_chosen(doctor: Person) -> None:
    exam_id = lung_with_mark()
    test = press(choose(opened(doctor, exam_id), "AI marks to judge", 1), "Take over")
    test = choose(test, "Type", "part-solid")
    test.session_state[f"measured-{exam_id}"] = [drawn(exam_id, mm=[8.0, 5.0]), drawn(exam_id + 1, id="m2", mm=[5.0, 4.0])]
    test = press(test.run(), "Use the measurement 8.0 × 5.0 mm")
    assert [(one.label, one.value) for one in test.number_input[:2]] == [("Long", 8.0), ("Short", 5.0)]
    assert group(test, "Type").value == "part-solid"
    assert not any("5.0 × 4.0" in button.label for button in test.button)
    test = press(number(test, "Core", 3.0), "Confirm")
    press(choose(test, "Your opinion: Lung-RADS", "3"), "Sign: 3")
    assert [one.nodule for one in signed().measurements] == ["1", ""]


def test_a_length_drawn_on_a_view_becomes_a_lesion_with_its_place(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = opened(doctor, exam_id)
    line = {"id": "m1", "kind": "length", "image": 3, "exam": exam_id, "view": "L-CC", "points": [[100, 200], [140, 200]], "mm": [12.0]}
    test.session_state[f"measured-{exam_id}"] = [line]
    test = press(test.run(), "Lesion of 12.0 mm on L-CC as measured")
    assert "Place: L-CC 120, 200" in words(test)
    test = press(choose(pick(test, "Type", "other"), "Level of concern", 2), "Confirm")
    assert "left · Other, concern 2: Benign, 12.0 mm" in words(test)


def test_another_readers_case_starts_with_an_empty_form(doctor: Person) -> None:
    with transaction() as session:
        first, second = an_exam_here(session).id or 0, an_exam_here(session).id or 0
    test = described(opened(doctor, first))
    test.query_params["exam"] = str(second)
    assert "1 · Solid" not in words(test.run())


def test_a_read_taken_back_opens_with_everything_that_was_said_and_with_the_ai_that_was_shown_since(doctor: Person) -> None:
    exam_id = lung_with_mark(shows="after_read", finalise_minutes=60)
    test = opened(doctor, exam_id)
    test.session_state[f"measured-{exam_id}"] = [drawn(exam_id)]
    test = press(test.run(), "Nodule of 8.0 × 6.0 mm as measured")
    test = choose(press(choose(test, "Type", "solid"), "Confirm"), "Your opinion: Lung-RADS", "3")
    test.text_area[0].set_value("First look").run()
    test = press(test, "Sign: 3")
    assert "6.5 mm" in words(test)
    test = press(test, "Take back and change")
    assert "6.5 mm" in words(test)
    assert "1 · Solid 7.0 mm" in words(test)
    assert (group(test, "Your opinion").value, test.text_area[0].value) == ("3", "First look")
    assert test.session_state[f"measured-{exam_id}"][0]["points"] == drawn(exam_id)["points"]
    press(test, "Sign: 3")
    with snapshot() as session:
        first, second = session.exec(select(Read).order_by(Read.id)).all()  # type: ignore[arg-type]
    assert (first.saw_ai, second.saw_ai, second.revision) == (False, True, 1)
    assert {"what": "left", "mark": 1} not in first.opinion.get("differences", [])
    assert {"what": "left", "mark": 1} in second.opinion["differences"]
    assert {**first.opinion, "differences": []} == {**second.opinion, "differences": []}


def test_two_reads_stand_side_by_side_with_what_differs_and_what_was_in_sight(doctor: Person) -> None:
    with transaction() as session:
        exam = an_exam_here(session)
        other = a_person(session, "other", site=a_site(session, "N"))
        nodule = {"name": "1", "kind": "solid", "mean_mm": 7.0, "from_mark": 1}
        a_read(session, exam, doctor, category="3", decision=D.short_term_recall, opinion={"nodules": [nodule]})
        a_read(session, exam, other, category="2", saw_ai=True, opinion={"note": "Scar", "differences": [{"what": "left", "mark": 1}]})
        arbitration = Arbitration(
            exam_id=exam.id or 0, category="3", decision=D.short_term_recall, seen={"reads": [1, 2]}, opened_at=ago(0), at=ago(0)
        )
        session.add(arbitration)
        session.flush()
        session.add(ArbitrationAuthor(arbitration_id=arbitration.id or 0, user_id=other.user_id))
        a_decision(session, exam, other, category="3", decision=D.short_term_recall)
    said = words(opened(doctor, exam.id or 0))
    for expected in (
        "They differ in 3 points",
        "**Decision**: Short-term recall ≠ Routine screening",
        "**Category**: 3 ≠ 2",
        "**Nodule 1**: Solid, 7.0 mm ≠ not named",
        "without AI",
        "AI result in sight",
        "2 other reads in sight",
        "AI mark 1: neither taken over nor dismissed",
    ):
        assert expected in said


def test_pointing_in_an_image_opens_a_lesion_there_and_a_second_view_is_added_to_it(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session, "breast").id or 0
    test = opened(doctor, exam_id)
    test.session_state[f"placed-{exam_id}"] = {"exam": exam_id, "view": "L-CC", "point": [100, 200]}
    test = choose(test.run(), "Level of concern", 4)
    test.session_state[f"placed-{exam_id}"] = {"exam": exam_id, "view": "L-MLO", "point": [300, 400]}
    test = test.run()
    assert "Place: L-CC 100, 200, L-MLO 300, 400" in words(test)
    test = press(pick(test, "Type", "microcalcification"), "Confirm")
    assert "left · Microcalcification, concern 4" in words(test)
    test.session_state[f"placed-{exam_id}"] = {"exam": exam_id + 1, "view": "L-CC", "point": [1, 2]}
    assert "Level of concern" not in [one.label for one in test.run().button_group]


def test_pointing_in_a_ct_opens_a_nodule_there(doctor: Person) -> None:
    with transaction() as session:
        exam_id = an_exam_here(session).id or 0
    test = opened(doctor, exam_id)
    test.session_state[f"placed-{exam_id}"] = {"exam": exam_id, "lps": [1.5, -2.0, 30.0]}
    test = press(number(choose(test.run(), "Type", "solid"), "mm³", 90.0), "Confirm")
    press(choose(test, "Your opinion: Lung-RADS", "2"), "Sign: 2")
    assert (signed().nodules[0].centre_lps_mm, signed().nodules[0].volume_mm3) == ((1.5, -2.0, 30.0), 90.0)
