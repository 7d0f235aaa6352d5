"""Recalls: none is lost from sight, and none is closed without an outcome or a reason."""

import pytest

from core.access import Person
from core.errors import Conflict, NotAllowed, Rejected
from core.workflow import episodes, recalls
from core.workflow.recalls import NEXT, RecallRow, open_recalls
from db.engine import transaction
from db.enums import EpisodeStep, ProgrammeDecision, RecallStep, Role
from db.tables import Exam, Recall
from tests.build import a_decision, a_participant, a_person, a_recall, a_site, an_episode, an_exam, an_outcome

R = RecallStep


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def recalled(*, kind: ProgrammeDecision = ProgrammeDecision.assessment, due_in_days: int = 14) -> tuple[Exam, Recall]:
    with transaction() as session:
        dana = a_person(session, f"dana{kind.value}{due_in_days}")
        steps = (EpisodeStep.imaged, EpisodeStep.read, EpisodeStep.recalled)
        exam = an_exam(session, an_episode(session, steps=steps))
        return exam, a_recall(session, a_decision(session, exam, dana, decision=kind), due_in_days=due_in_days)


def take(person: Person, recall: Recall, *steps: RecallStep, note: str = "by phone") -> None:
    with transaction() as session:
        for step in steps:
            recalls.append(session, person, recall.id or 0, step, note)


def rows(person: Person, **wanted: bool) -> tuple[RecallRow, ...]:
    with transaction() as session:
        return open_recalls(session, person, **wanted)


def test_a_recall_is_in_sight_through_every_step_until_it_is_closed(carl: Person) -> None:
    exam, recall = recalled()
    for step in (R.contacted, R.booked, R.attended):
        take(carl, recall, step)
        (row,) = rows(carl)
        assert (row.recall_id, row.exam_id, row.last_step, row.last_note) == (recall.id, exam.id, step, "by phone")
    with transaction() as session:
        an_outcome(session, exam)
    take(carl, recall, R.closed)
    assert rows(carl) == ()


def test_a_recall_that_nobody_took_a_step_for_is_in_sight_too(carl: Person) -> None:
    with transaction() as session:
        a_recall(session, a_decision(session, an_exam(session), carl, decision=ProgrammeDecision.assessment), steps=())
    (row,) = rows(carl)
    assert row.last_step == R.opened


def test_the_earliest_due_comes_first_and_overdue_ones_can_be_had_alone(carl: Person) -> None:
    later, late = recalled(due_in_days=5), recalled(due_in_days=-4)
    assert [row.recall_id for row in rows(carl)] == [late[1].id, later[1].id]
    (row,) = rows(carl, overdue_only=True)
    assert (row.recall_id, row.days_overdue, row.participant_name) == (late[1].id, 4, "Doe, Jane")


def test_closing_needs_an_outcome_or_a_reason(carl: Person) -> None:
    _, recall = recalled()
    take(carl, recall, R.contacted)
    with pytest.raises(Rejected, match="closed with an outcome"):
        take(carl, recall, R.closed)
    with pytest.raises(Rejected, match="Say how and when"):
        take(carl, recall, R.declined, note=" ")
    take(carl, recall, R.declined, R.closed)
    assert rows(carl) == ()


def test_nobody_is_unreachable_before_somebody_tried(carl: Person) -> None:
    _, recall = recalled()
    with pytest.raises(Conflict, match="is opened; it cannot become unreachable"):
        take(carl, recall, R.unreachable)
    take(carl, recall, R.contacted, R.unreachable, R.closed, note="Three letters")
    assert rows(carl) == ()


def test_a_closed_recall_stays_closed(carl: Person) -> None:
    _, recall = recalled()
    take(carl, recall, R.declined, R.closed)
    with pytest.raises(Conflict, match="is closed"):
        take(carl, recall, R.contacted)


def test_a_repeat_exam_closes_a_technical_recall_but_not_an_assessment(carl: Person) -> None:
    for kind, closes in ((ProgrammeDecision.technical_recall, True), (ProgrammeDecision.assessment, False)):
        with transaction() as session:
            dana, jane = a_person(session, kind.value), a_participant(session)
            exam = an_exam(session, participant=jane, days_ago=30)
            recall = a_recall(session, a_decision(session, exam, dana, decision=kind))
            an_exam(session, participant=jane, days_ago=2)
        take(carl, recall, R.booked, R.attended)
        if closes:
            take(carl, recall, R.closed)
        else:
            with pytest.raises(Rejected):
                take(carl, recall, R.closed)


def test_the_round_follows_the_recall(carl: Person) -> None:
    exam, recall = recalled()
    take(carl, recall, R.booked, R.attended)
    with transaction() as session:
        assert episodes.current(session, exam.episode_id) == EpisodeStep.assessed
        an_outcome(session, exam)
    take(carl, recall, R.closed)
    with transaction() as session:
        assert episodes.current(session, exam.episode_id) == EpisodeStep.closed


def test_recalls_end_at_the_sites_and_only_coordinators_work_on_them(carl: Person) -> None:
    _, recall = recalled()
    with transaction() as session:
        stranger = a_person(session, "stranger", role=Role.coordinator, site=a_site(session, "SOUTH", name="South clinic"))
        doctor, manager = a_person(session, "doctor"), a_person(session, "mia", role=Role.manager)
    assert rows(stranger) == ()
    assert len(rows(doctor)) == 1
    for person in (stranger, doctor):
        with pytest.raises(NotAllowed):
            take(person, recall, R.contacted)
    with pytest.raises(NotAllowed):
        rows(manager)


def test_the_page_is_told_which_steps_may_follow(carl: Person) -> None:
    recalled()
    (row,) = rows(carl)
    assert set(row.next_steps) == NEXT[R.opened]
    assert set(NEXT) == set(R)
