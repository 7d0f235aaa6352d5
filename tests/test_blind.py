"""What is held back from whoever may still read a case: nothing of it may be found in anything that this person is handed."""

import pytest
from sqlmodel import Session, col, select

from core.access import Person
from core.clock import now
from core.errors import NotAllowed
from core.workflow import reading, timeline, today, triage
from core.workflow.blind import ai_hidden, reads_hidden
from core.workflow.heat import heats
from core.workflow.opinion import Opinion
from db.engine import snapshot, transaction
from db.enums import ProgrammeDecision, Role
from db.tables import Decision, Exam, ModelRun, Read
from tests.build import a_finding, a_person, a_policy, a_read, a_run, an_exam

D = ProgrammeDecision
SECRETS = (
    "0.8613",
    "17.31",
    "Spiculated mass",
    "category='4B'",
    "category 4B",
    "recall for assessment",
    "Emil Test",
    "Score 10",
    "score=10",
)
BLIND = [
    {"shows": "after_read"},
    {"shows": "after_read", "role": "triage"},
    {"shows": "after_read", "role": "second_reader"},
    {"shows": "after_read", "role": "rule_out"},
    {"shows": "after_read", "finalise_minutes": None},
]


def secret_case(session: Session, emil: Person) -> tuple[Exam, ModelRun]:
    """A mammogram with an AI result and a first read that both give themselves away."""
    exam = an_exam(session, programme="breast", images=4)
    run = a_run(session, exam, step=10, result={"density": "D", "views": []})
    a_finding(session, run, malignancy=0.8613, mean_diameter_mm=17.31)
    a_read(session, exam, emil, category="4B", decision=D.assessment, opinion={"note": "Spiculated mass"}, days_ago=0.01)
    return exam, run


def everything(session: Session, person: Person, exam: Exam) -> str:
    """All that the pages ask `core` for about an undecided case, in one string."""
    case = reading.case(session, person, exam.id or 0)
    rows = triage.worklist(session, person, triage.Filters(state="all"))
    told = timeline.timeline(session, person, case.participant.id)
    return repr((case, rows, told, today.overview(session, person)))


@pytest.mark.parametrize("settings", BLIND)
def test_nothing_of_the_ai_or_of_another_read_reaches_a_blind_reader(database: str, settings: dict[str, object]) -> None:
    with transaction() as session:
        emil, anna = a_person(session, "emil"), a_person(session, "anna")
        rules = dict(settings)
        a_policy(session, "breast", str(rules.pop("shows")), **rules)
        exam, run = secret_case(session, emil)
        said = everything(session, anna, exam)
    assert [secret for secret in SECRETS if secret in said] == []
    with snapshot() as session:
        assert heats(session, anna, exam.id or 0, run.id or 0) == {}
        assert ai_hidden(session, anna, [exam.id or 0]) == reads_hidden(session, anna, [exam.id or 0]) == {exam.id}


def test_after_the_own_read_the_ai_comes_once_it_is_noted_and_the_other_read_only_when_both_are_settled(database: str) -> None:
    with transaction() as session:
        emil, anna = a_person(session, "emil"), a_person(session, "anna")
        exam, run = secret_case(session, emil)
    with transaction() as session:
        normal = Opinion("1", D.routine_recall)
        signed = reading.submit(session, anna, exam.id or 0, normal, saw_ai=False, run_id=None, opened_at=now())
    assert "arbitration" not in str(signed.sentence)
    with snapshot() as session:
        said = everything(session, anna, exam)
    assert [secret for secret in SECRETS if secret in said] == []
    with transaction() as session:
        shown = reading.open_case(session, anna, exam.id or 0)
        assert shown.ai is not None
        assert shown.ai.run_id == run.id
        later = a_run(session, exam, step=2, attempt=2)
        assert reading.case(session, anna, exam.id or 0).ai.run_id != later.id  # type: ignore[union-attr]
        assert [read.mine for read in reading.case(session, anna, exam.id or 0).reads] == [True]


def test_a_read_taken_back_before_the_ai_was_shown_stays_blind(database: str) -> None:
    with transaction() as session:
        emil, anna = a_person(session, "emil"), a_person(session, "anna")
        exam, run = secret_case(session, emil)
        a_read(session, exam, anna, category="1", days_ago=0.001)
        reading.take_back(session, anna, exam.id or 0)
        said = everything(session, anna, exam)
        assert heats(session, anna, exam.id or 0, run.id or 0) == {}
    assert [secret for secret in SECRETS if secret in said] == []


def test_after_it_was_shown_the_ai_can_be_taken_over_into_the_next_read_which_is_not_blind(database: str) -> None:
    with transaction() as session:
        emil, anna = a_person(session, "emil"), a_person(session, "anna")
        exam, run = secret_case(session, emil)
        a_read(session, exam, anna, category="1", days_ago=0.001)
        assert reading.open_case(session, anna, exam.id or 0).ai is not None
        reading.take_back(session, anna, exam.id or 0)
        again = reading.case(session, anna, exam.id or 0)
        assert again.ai is not None
        assert again.ai.run_id == run.id
        assert [read.reader for read in again.reads] == []
        said = everything(session, anna, exam)
        normal = Opinion("1", D.routine_recall)
        reading.submit(session, anna, exam.id or 0, normal, saw_ai=True, run_id=run.id, opened_at=now())
        signed = session.exec(select(Read).where(Read.reader_id == anna.user_id).order_by(col(Read.revision))).all()
    assert [secret for secret in ("Spiculated mass", "Emil Test", "category 4B", "recall for assessment") if secret in said] == []
    assert [(read.revision, read.saw_ai, read.seen.get("run")) for read in signed] == [(0, False, None), (1, True, run.id)]


def test_the_result_cannot_be_asked_for_before_the_own_read(database: str) -> None:
    with transaction() as session:
        emil, anna = a_person(session, "emil"), a_person(session, "anna")
        exam, _ = secret_case(session, emil)
        with pytest.raises(NotAllowed, match="after your own read"):
            reading.reveal_ai(session, anna, exam.id or 0)


def test_a_decided_case_hides_nothing_and_people_who_do_not_read_see_the_ai(database: str) -> None:
    with transaction() as session:
        emil, anna, carl = a_person(session, "emil"), a_person(session, "anna"), a_person(session, "carl", role=Role.coordinator)
        exam, _ = secret_case(session, emil)
        assert reading.case(session, carl, exam.id or 0).ai is not None
        session.add(Decision(exam_id=exam.id or 0, decision=D.assessment, category="4B", author_id=emil.user_id, at=now()))
        session.flush()
        seen = reading.case(session, anna, exam.id or 0)
    assert seen.ai is not None
    assert [read.category for read in seen.reads] == ["4B"]
