"""Signing twice, taking back and becoming final: 59 minutes are in time, 61 are not, and nothing is counted twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, col, func, select

from core import sweep
from core.access import Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import arbitration, finalising, reading, signing
from core.workflow.opinion import Opinion
from core.workflow.own_reads import own_reads
from core.workflow.standing import is_blind, standing
from core.workflow.state import CaseState
from db.engine import snapshot, transaction
from db.enums import ProgrammeDecision, Role
from db.tables import Arbitration, Decision, Exam, Read, ReadUndone, Recall
from tests.build import a_participant, a_person, a_policy, a_read, a_run, ago, an_exam

D = ProgrammeDecision
NORMAL = Opinion("1", D.routine_recall)
ASSESS = Opinion("4B", D.assessment)
MINUTE = 1 / 1440


@pytest.fixture
def anna(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "anna")


@pytest.fixture
def bert(anna: Person) -> Person:
    with transaction() as session:
        return a_person(session, "bert")


def a_case(*, step: int | None = None) -> int:
    """A mammogram, read by two under the programme's own policy: 60 minutes, blind."""
    with transaction() as session:
        exam = an_exam(session, programme="breast", images=4)
        if step is not None:
            a_run(session, exam, step=step)
        return exam.id or 0


def sign(person: Person, exam_id: int, opinion: Opinion = NORMAL, **said: object) -> reading.Signed:
    seen = {"saw_ai": False, "run_id": None, "opened_at": now()} | said
    with transaction() as session:
        return signing.submit(session, person, exam_id, opinion, **seen)  # type: ignore[arg-type]


def take_back(person: Person, exam_id: int) -> int:
    with transaction() as session:
        return reading.take_back(session, person, exam_id, "The wrong button")


def signed_ago(person: Person, exam_id: int, minutes: float) -> None:
    with transaction() as session:
        exam = session.get_one(Exam, exam_id)
        a_read(session, exam, person, category="1", days_ago=minutes * MINUTE)


def state(person: Person, exam_id: int) -> CaseState:
    with snapshot() as session:
        return reading.case(session, person, exam_id).state


def reads(session: Session, *, all_of_them: bool = False) -> list[Read]:
    rows = select(Read).order_by(col(Read.id))
    return list(session.exec(rows if all_of_them else rows.where(standing())))


def test_after_59_minutes_a_read_can_be_taken_back_and_after_61_it_is_refused(anna: Person) -> None:
    in_time, late = a_case(), a_case()
    signed_ago(anna, in_time, 59)
    signed_ago(anna, late, 61)
    take_back(anna, in_time)
    with pytest.raises(Conflict, match="can be taken back for 60 minutes"):
        take_back(anna, late)
    with snapshot() as session:
        assert [read.exam_id for read in reads(session)] == [late]


def test_what_is_signed_again_is_the_next_revision_and_alone_counts(anna: Person) -> None:
    exam_id = a_case()
    sign(anna, exam_id)
    undone = take_back(anna, exam_id)
    assert state(anna, exam_id) == CaseState.awaiting_first_read
    sign(anna, exam_id, ASSESS)
    with pytest.raises(Conflict, match="nobody reads a case twice"):
        sign(anna, exam_id)
    with transaction() as session:
        assert [(read.revision, read.category) for read in reads(session, all_of_them=True)] == [(0, "1"), (1, "4B")]
        assert [read.category for read in reads(session)] == ["4B"]
        assert session.exec(select(ReadUndone.read_id, ReadUndone.reason)).one() == (undone, "The wrong button")
        assert [one.category for one in own_reads(session, anna)] == ["4B"]
        assert [read.category for read in reading.case(session, anna, exam_id).reads] == ["4B"]


def test_nobody_takes_back_what_another_signed(anna: Person, bert: Person) -> None:
    exam_id = a_case()
    sign(anna, exam_id)
    with pytest.raises(Conflict, match="no signed read"):
        take_back(bert, exam_id)


def test_two_who_agree_make_the_case_final_when_the_hour_has_passed(anna: Person, bert: Person) -> None:
    fresh, due = a_case(), a_case()
    for exam_id, minutes in ((fresh, 59), (due, 61)):
        signed_ago(anna, exam_id, 200)
        signed_ago(bert, exam_id, minutes)
    assert state(anna, fresh) == state(anna, due) == CaseState.awaiting_finalisation
    assert sweep._finalise() == 1
    assert sweep._finalise() == 0
    with snapshot() as session:
        decision = session.exec(select(Decision)).one()
        assert (decision.exam_id, decision.decision, decision.author_id) == (due, D.routine_recall, bert.user_id)
    assert state(anna, fresh) == CaseState.awaiting_finalisation
    with pytest.raises(Conflict, match="is final"):
        take_back(bert, due)


def test_of_categories_that_lead_to_one_decision_the_more_serious_is_kept(anna: Person, bert: Person) -> None:
    exam_id = a_case()
    with transaction() as session:
        exam = session.get_one(Exam, exam_id)
        for person, category in ((anna, "4C"), (bert, "0")):
            a_read(session, exam, person, category=category, decision=D.assessment, days_ago=0.1)
        assert finalising.finalise_due(session) == 1
        assert session.exec(select(Decision.category)).one() == "4C"
        assert session.exec(select(func.count()).select_from(Recall)).one() == 1


def test_where_reads_are_made_final_by_hand_nothing_happens_by_itself(anna: Person, bert: Person) -> None:
    with transaction() as session:
        a_policy(session, "breast", "after_read", finalise_minutes=None)
        carl = a_person(session, "carl", role=Role.coordinator)
    exam_id = a_case()
    for person in (anna, bert):
        signed_ago(person, exam_id, 5000)
    assert sweep._finalise() == 0
    with snapshot() as session:
        assert reading.case(session, anna, exam_id).can_finalise
    with pytest.raises(NotAllowed), transaction() as session:
        finalising.finalise(session, carl, exam_id)
    with transaction() as session:
        assert finalising.finalise(session, anna, exam_id).decision == D.routine_recall
    assert state(anna, exam_id) == CaseState.concluded
    with pytest.raises(Conflict, match="cannot be made final now"), transaction() as session:
        finalising.finalise(session, anna, exam_id)


def test_a_case_that_becomes_final_by_itself_is_not_made_final_by_hand(anna: Person, bert: Person) -> None:
    exam_id = a_case()
    for person in (anna, bert):
        signed_ago(person, exam_id, 5)
    with pytest.raises(Conflict, match="becomes final by itself"), transaction() as session:
        finalising.finalise(session, anna, exam_id)


def test_what_a_reader_was_shown_after_the_own_read_marks_the_next_read(anna: Person) -> None:
    exam_id = a_case(step=10)
    sign(anna, exam_id)
    with transaction() as session:
        shown = reading.open_case(session, anna, exam_id)
        assert shown.ai is not None
    take_back(anna, exam_id)
    with snapshot() as session:
        again = reading.case(session, anna, exam_id)
        assert again.ai is not None
        assert again.ai.run_id == shown.ai.run_id
    sign(anna, exam_id)
    with snapshot() as session:
        first, second = reads(session, all_of_them=True)
        assert (is_blind(first), is_blind(second)) == (True, False)
        assert (second.saw_ai, second.seen["run"], first.seen) == (True, shown.ai.run_id, {"run": None, "priors": [], "reads": []})


def test_a_read_taken_back_before_anything_was_shown_leaves_the_next_one_blind(anna: Person) -> None:
    exam_id = a_case(step=10)
    sign(anna, exam_id)
    take_back(anna, exam_id)
    sign(anna, exam_id)
    with snapshot() as session:
        assert all(is_blind(read) for read in reads(session, all_of_them=True))


def test_earlier_exams_in_sight_are_kept_and_those_of_others_refused(anna: Person) -> None:
    with transaction() as session:
        jane = a_participant(session)
        earlier = an_exam(session, participant=jane, programme="breast", days_ago=700).id or 0
        exam_id = an_exam(session, participant=jane, programme="breast").id or 0
        other = an_exam(session, programme="breast").id or 0
    with pytest.raises(Rejected, match="not an earlier one of this participant"):
        sign(anna, exam_id, priors=[other])
    sign(anna, exam_id, priors=[earlier])
    with snapshot() as session:
        assert reads(session)[0].seen["priors"] == [earlier]


def test_one_click_within_five_seconds_of_opening_is_refused(anna: Person) -> None:
    exam_id = a_case()
    with pytest.raises(Rejected, match="less than 5 seconds ago"):
        sign(anna, exam_id, one_click=True, opened_at=ago(4 / 86400))
    sign(anna, exam_id, one_click=True, opened_at=ago(6 / 86400))


def test_of_many_who_sign_at_once_exactly_as_many_are_heard_as_are_wanted(anna: Person) -> None:
    exam_id = a_case()
    with transaction() as session:
        people = [anna, *(a_person(session, f"reader{k}") for k in range(5))]

    def attempt(person: Person) -> bool:
        try:
            sign(person, exam_id)
            return True
        except Conflict:
            return False

    with ThreadPoolExecutor(6) as pool:
        heard = list(pool.map(attempt, people * 2))
    assert sum(heard) == 2
    with snapshot() as session:
        assert len({read.reader_id for read in reads(session, all_of_them=True)}) == len(reads(session, all_of_them=True)) == 2


def test_the_same_reader_twice_at_once_signs_once(anna: Person) -> None:
    exam_id = a_case()

    def attempt(_: int) -> bool:
        try:
            sign(anna, exam_id)
            return True
        except Conflict:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_taking_back_and_the_sweep_at_once_leave_one_truth(anna: Person, bert: Person) -> None:
    exam_id = a_case()
    signed_ago(anna, exam_id, 200)
    signed_ago(bert, exam_id, 60.01)

    def back() -> str:
        try:
            take_back(bert, exam_id)
            return "taken back"
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        swept, said = pool.submit(sweep._finalise), pool.submit(back)
        assert (swept.result(), said.result()) == (1, "refused")
    with snapshot() as session:
        assert len(reads(session)) == 2
        assert session.exec(select(func.count()).select_from(Arbitration)).one() == 0
        assert arbitration.worklist(session, anna) == ()
