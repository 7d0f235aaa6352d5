"""What hangs on the exams of the cohort: work-up, tissue, second checks, what was told, who came again, which AI result counts."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlmodel import Session, select

from core.access import Person
from core.clock import today
from core.workflow import cohort
from core.workflow.period import EARLIEST
from db.enums import (
    AssessmentKind,
    Certainty,
    CheckVerdict,
    DocumentKind,
    EpisodeStep,
    ModelState,
    OutcomeKind,
    ProgrammeDecision,
    RecallStep,
    Role,
)
from db.tables import Assessment, Decision, Document, Exam, ModelStatus, Pathology
from tests.build import a_check, a_model, a_participant, a_person, a_read, a_recall, a_run, a_user, ago, an_episode
from tests.cohort_build import a_screen, an_outcome_after
from tests.test_cohort import manager, session

__all__ = ["manager", "session"]
D = ProgrammeDecision


def row_of(session: Session, person: Person, exam: Exam, **asked: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {"card_id": "breast", "start": EARLIEST, "end": today()} | asked
    frame = cohort.exams_frame(session, person, **wanted).set_index("exam_id")
    return {str(key): value for key, value in frame.loc[exam.id or 0].items()}


def tissue(session: Session, exam: Exam, *, days_ago: float, verdict: CheckVerdict | None = CheckVerdict.approved, **said: Any) -> None:
    at = ago(days_ago)
    values: dict[str, Any] = {"certainty": Certainty.final, "histology": "ductal carcinoma", "side": "L"} | said
    row = Pathology(exam_id=exam.id or 0, reported_on=at.date(), source="Pathology", entered_at=at, **values)
    session.add(row)
    session.flush()
    if verdict:
        a_check(session, row, verdict=verdict)


def done(
    session: Session, exam: Exam, kind: AssessmentKind, *, after: int, number: int = 1, result: str = "", checked: bool = True
) -> None:
    day = exam.exam_date + timedelta(days=after)
    entered = ago((today() - day).days)
    row = Assessment(exam_id=exam.id or 0, number=number, kind=kind, happened_on=day, result=result, source="Clinic", entered_at=entered)
    session.add(row)
    session.flush()
    if checked:
        a_check(session, row)


def test_an_outcome_counts_once_a_second_person_has_approved_it(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4A", decision=D.assessment)
    outcome = an_outcome_after(session, exam, OutcomeKind.cancer, after=20, known_after=20, checked=False)
    row = row_of(session, manager, exam)
    assert (pd.isna(row["outcome"]), row["cancer_365"], row["unchecked"]) == (True, False, True)
    a_check(session, outcome, ago(100))
    assert row_of(session, manager, exam, as_of=today() - timedelta(days=101))["unchecked"]
    row = row_of(session, manager, exam)
    assert (row["outcome"], row["cancer_365"], row["unchecked"]) == ("cancer", True, False)


def test_a_refused_outcome_never_counts_and_the_one_before_it_does(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4A", decision=D.assessment)
    an_outcome_after(session, exam, OutcomeKind.benign, after=20, known_after=20)
    wrong = an_outcome_after(session, exam, OutcomeKind.cancer, after=20, known_after=30, checked=False)
    a_check(session, wrong, verdict=CheckVerdict.refused)
    row = row_of(session, manager, exam)
    assert (row["outcome"], row["unchecked"]) == ("benign", False)


def test_final_only_leaves_provisional_outcomes_out(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4A", decision=D.assessment)
    an_outcome_after(session, exam, OutcomeKind.cancer, after=20, known_after=20, certainty=Certainty.provisional)
    assert row_of(session, manager, exam)["cancer_365"] is True
    assert row_of(session, manager, exam, final_only=True)["cancer_365"] is False


def test_the_newest_pathology_of_each_side_counts_and_the_invasive_side_of_two(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="5", decision=D.assessment)
    tissue(session, exam, days_ago=400, invasive=True, size_mm=22.0, grade=3, nodes_positive=True, stage="II")
    tissue(session, exam, days_ago=390, invasive=True, size_mm=18.0, grade=2, nodes_positive=False, stage="I")
    tissue(session, exam, days_ago=380, side="R", invasive=False, histology="in situ", stage="0")
    tissue(session, exam, days_ago=370, verdict=CheckVerdict.refused, invasive=True, size_mm=99.0)
    row = row_of(session, manager, exam)
    assert [row[name] for name in ("invasive", "size_mm", "grade", "nodes_positive", "stage")] == [1, 18.0, 2, 0, "I"]
    earlier = row_of(session, manager, exam, as_of=today() - timedelta(days=395))
    assert (earlier["size_mm"], earlier["stage"]) == (22.0, "II")


def test_work_up_is_counted_by_its_newest_entry(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=500, category="4B", decision=D.assessment)
    done(session, exam, AssessmentKind.clinic_visit, after=12)
    done(session, exam, AssessmentKind.core_biopsy, after=15, number=2, result="uncertain")
    done(session, exam, AssessmentKind.core_biopsy, after=15, number=2, result="benign")
    done(session, exam, AssessmentKind.open_biopsy, after=30, number=3, result="malignant", checked=False)
    row = row_of(session, manager, exam)
    assert (row["assessed_on"] - row["exam_date"]).days == 12
    assert (row["biopsied_on"] - row["exam_date"]).days == 15
    assert (row["biopsy_needle"], row["biopsy_open"], row["biopsy_result"], row["unchecked"]) == (True, False, "benign", True)


def test_a_recall_that_was_attended_is_the_first_assessment(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=100, category="4B", decision=D.assessment)
    decision = session.exec(select(Decision).where(Decision.exam_id == exam.id)).one()
    a_recall(session, decision, steps=(RecallStep.attended,), days_ago=80)
    row = row_of(session, manager, exam)
    assert row["assessed_on"].date() == ago(80).date()


def test_a_letter_is_the_day_on_which_the_result_was_told(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=100)
    assert pd.isna(row_of(session, manager, exam)["told_on"])
    for days in (90, 80):
        letter = {"language": "en", "template": "letter", "template_version": "1", "object_key": "0" * 64, "at": ago(days)}
        session.add(Document(exam_id=exam.id or 0, kind=DocumentKind.letter, **letter))
    session.flush()
    assert row_of(session, manager, exam)["told_on"].date() == ago(90).date()


def test_who_was_to_come_again_and_did(session: Session, manager: Person) -> None:
    who = a_participant(session)
    early, late = (a_screen(session, days_ago=days, who=who) for days in (800, 60))
    row = row_of(session, manager, early)
    assert row["returned_on"].date() == late.exam_date
    assert row["due_on"].date() == early.exam_date + timedelta(days=730)
    assert pd.isna(row_of(session, manager, late)["returned_on"])


def test_the_first_two_readers_stand_beside_their_decisions(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=30)
    first, second = a_user(session, "one"), a_user(session, "two")
    a_read(session, exam, first, decision=D.assessment, category="4A", days_ago=29)
    a_read(session, exam, second, days_ago=28)
    row = row_of(session, manager, exam)
    assert (row["first_reader"], row["second_reader"]) == (first.id, second.id)
    assert (row["first_decision"], row["second_decision"], row["reads"]) == ("assessment", "routine_recall", 2)


def test_a_score_of_a_version_in_shadow_is_none_of_the_programmes(session: Session, manager: Person) -> None:
    exam = a_screen(session, days_ago=30)
    shown = a_model(session, "mammography", tag="shown")
    a_run(session, exam, step=3, version=shown)
    shadow = a_model(session, "mammography", tag="shadow")
    session.add(ModelStatus(version_id=shadow.id or 0, state=ModelState.shadow, at=ago(20)))
    a_run(session, exam, step=9, version=shadow)
    session.flush()
    assert row_of(session, manager, exam)["model"] == "mammography.shown"


def test_an_invitation_says_for_whom_and_at_what_age(session: Session) -> None:
    boss = a_person(session, "mona", role=Role.manager)
    who = a_participant(session, birth_date=date(1965, 1, 1))
    an_episode(session, who, programme="breast", days_ago=40, steps=(EpisodeStep.invited, EpisodeStep.booked))
    found = cohort.invitations_frame(session, boss, card_id="breast", start=EARLIEST, end=today())
    (row,) = found.to_dict("records")
    assert (row["participant_id"], row["booked"], row["attended"], row["answered"]) == (who.id, True, False, False)
    assert row["age"] == (ago(40).date() - date(1965, 1, 1)).days // 365.25


@pytest.mark.parametrize("days_ago", [0, 1])
def test_an_exam_of_today_has_no_future(session: Session, manager: Person, days_ago: int) -> None:
    exam = a_screen(session, days_ago=days_ago, category=None)
    row = row_of(session, manager, exam)
    assert (row["cancer_365"], row["mature"], row["resolved"]) == (None, False, False)
