"""The queue: what comes first and why, who has what in hand, and that two people never get the same case."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, insert
from sqlmodel import select

from core.access import Person
from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.words import say
from core.workflow import claims, triage
from core.workflow.programmes import programme_row
from core.workflow.triage import Filters, TriageRow, Worklist
from db.engine import engine, transaction
from db.enums import ProgrammeDecision, Role
from db.tables import AiPolicy, AuditEvent, Exam, Finding, ModelRun
from tests.build import (
    a_decision,
    a_model,
    a_participant,
    a_person,
    a_read,
    a_run,
    a_site,
    ago,
    an_exam,
)  # fmt: skip


def queue(person: Person, **filters: object) -> Worklist:
    with transaction() as session:
        return triage.worklist(session, person, Filters(**filters))  # type: ignore[arg-type]


def only(found: Worklist) -> TriageRow:
    (row,) = found.rows
    return row


def test_a_large_suspicious_nodule_is_urgent_and_the_reason_says_so(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_run(session, an_exam(session), step=10, nodules=((23.4, 0.97), (5.0, 0.1)))
    row = only(queue(carl))
    assert (row.urgency, row.score, str(row.because)) == ("urgent", 10, "23.4 mm nodule, suspicion 0.97, and 1 more marked")
    assert row.participant_name == "Doe, Jane"
    assert str(row.state) == "Waiting to be read"


@pytest.mark.parametrize(
    ("step", "nodules", "urgency", "because"),
    [
        (2, (), "routine", "No nodule marked by the AI; read as usual"),
        (3, ((6.1, 0.2),), "routine", "6.1 mm nodule, suspicion 0.20"),
        (7, ((9.0, 0.6),), "soon", "9.0 mm nodule, suspicion 0.60"),
        (4, ((8.0, 0.5), (7.0, 0.9)), "soon", "8.0 mm nodule, suspicion 0.50, and 1 more suspicious"),
        (4, ((15.0, 0.5),), "urgent", "15.0 mm nodule, suspicion 0.50"),
        (4, ((30.0, 0.1),), "routine", "30.0 mm nodule, suspicion 0.10"),
    ],
)
def test_the_cards_thresholds_rank_a_lung_case(
    database: str, step: int, nodules: tuple[tuple[float, float], ...], urgency: str, because: str
) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_run(session, an_exam(session), step=step, nodules=nodules)
    row = only(queue(carl))
    assert (row.urgency, str(row.because)) == (urgency, because)


def test_a_mammogram_is_ranked_by_its_step_and_its_density_is_said(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_run(session, an_exam(session, programme="breast", images=4), step=10, result={"density": "D"})
        a_run(session, an_exam(session, programme="breast", images=4), step=8, result={"density": "B"})
        a_run(session, an_exam(session, programme="breast", images=4), step=1)
    said = [(row.urgency, str(row.because)) for row in queue(carl).rows]
    assert said == [
        ("urgent", "Score 10 of 10, dense breasts (D)"),
        ("soon", "Score 8 of 10, density B"),
        ("routine", "Score 1 of 10"),
    ]


def test_an_exam_without_result_is_looked_at_and_never_gets_a_number(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_run(session, an_exam(session), no_result=say("{missing} slices are missing", missing=3))
        an_exam(session, problem=say("The slices are tilted"))
        an_exam(session, images=0)
    found = queue(carl, state="not_scored")
    assert [(row.urgency, row.score) for row in found.rows] == [("look", None)] * 3
    assert {str(row.because) for row in found.rows} == {
        "Not scored: 3 slices are missing",
        "Not scored: The slices are tilted",
        "Not scored: no images are stored",
    }


def test_an_exam_that_waits_for_the_worker_says_so(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        an_exam(session)
    assert str(only(queue(carl)).because) == "Not scored: no AI model is installed for this programme"
    with transaction() as session:
        a_model(session)
    assert str(only(queue(carl)).because) == "Waiting to be scored"


def test_a_doubtful_exam_keeps_its_score_and_names_the_doubt(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        a_run(session, an_exam(session, problem=say("Two slices came twice")), step=2)
    row = only(queue(carl))
    assert (row.urgency, row.score) == ("look", 2)
    assert str(row.because) == "No nodule marked by the AI; read as usual; to be looked at: Two slices came twice"


def test_only_runs_of_the_version_in_force_count(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        exam = an_exam(session)
        a_run(session, exam, step=10, version=a_model(session, tag="old", state=None))
        a_run(session, exam, step=2, version=a_model(session, tag="new"))
        a_run(session, exam, step=9, version=a_model(session, tag="simulated", synthetic=True), synthetic=True)
    assert only(queue(carl)).score == 2


def test_waiting_moves_a_case_up_and_past_the_limit_it_is_overdue(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        for days in (6, 7, 10, 11):
            a_run(session, an_exam(session, days_ago=days), step=1)
    found = queue(carl)
    assert [(row.days_in_queue, row.urgency, row.overdue) for row in found.rows] == [
        (11, "urgent", True),
        (10, "urgent", False),
        (7, "soon", False),
        (6, "routine", False),
    ]
    assert (found.waiting, found.overdue, found.oldest_days) == (4, 1, 11)
    assert found.by_age == {6: 1, 7: 1, 10: 1, 11: 1}
    assert found.by_score == {1: 4}


def test_within_one_urgency_the_oldest_comes_first(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        ids = {days: an_exam(session, days_ago=days).id for days in (1, 5, 3)}
    assert [row.exam_id for row in queue(carl).rows] == [ids[5], ids[3], ids[1]]


def test_a_decided_case_has_left_the_queue(database: str) -> None:
    with transaction() as session:
        carl, dana = a_person(session, "carl", role=Role.coordinator), a_person(session, "dana")
        a_decision(session, an_exam(session), dana)
    assert queue(carl, state="all").total == 0


def test_the_queue_ends_at_the_persons_sites(database: str) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        carl = a_person(session, "carl", role=Role.coordinator)
        manager = a_person(session, "mia", role=Role.manager)
        an_exam(session, participant=a_participant(session, site=south))
        mine = an_exam(session)
        south_id = south.id
    assert [row.exam_id for row in queue(carl).rows] == [mine.id]
    with pytest.raises(NotAllowed):
        queue(carl, site_id=south_id)
    with pytest.raises(NotAllowed):
        queue(manager)


def test_filters_narrow_by_programme_and_by_name(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        lung = an_exam(session, participant=a_participant(session, "Meyer^Anna"))
        breast = an_exam(session, participant=a_participant(session, "Li^Na"), programme="breast")
    assert only(queue(carl, programme="lung")).exam_id == lung.id
    assert only(queue(carl, text="li")).exam_id == breast.id
    assert queue(carl, text="nobody").total == 0


def test_no_more_rows_than_asked_for_but_the_counts_are_over_all(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        for _ in range(3):
            an_exam(session)
        found = triage.worklist(session, carl, Filters(), limit=2)
    assert (len(found.rows), found.total, found.counts_by_state["waiting"]) == (2, 3, 3)


def test_a_claimed_case_shows_who_has_it_and_the_next_person_is_told(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session, "dana"), a_person(session, "emil")
        exam = an_exam(session).id or 0
        triage.claim(session, dana, exam)
    with pytest.raises(Conflict, match="Dana Test already has this case"), transaction() as session:
        triage.claim(session, emil, exam)
    found = queue(emil, state="claimed")
    assert (only(found).claimed_by, str(only(found).state)) == ("Dana Test", "With Dana Test")
    assert {state: n for state, n in found.counts_by_state.items() if n} == {"claimed": 1, "not_scored": 1, "all": 1}


def test_of_two_people_who_claim_at_once_exactly_one_wins(database: str) -> None:
    with transaction() as session:
        people = [a_person(session, f"reader{k}") for k in range(6)]
        exam = an_exam(session).id or 0

    def attempt(person: Person) -> str:
        try:
            with transaction() as session:
                triage.claim(session, person, exam)
            return "mine"
        except Conflict as taken:
            return str(taken)

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(attempt, people))
    assert said.count("mine") == 1
    winner = people[said.index("mine")].name
    assert all(answer.startswith(f"{winner} already has this case") for answer in said if answer != "mine")


def test_a_claim_runs_out_and_can_be_kept_or_given_back(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        dana, emil = a_person(session, "dana"), a_person(session, "emil")
        carl = a_person(session, "carl", role=Role.coordinator)
        exam = an_exam(session).id or 0
        first = triage.claim(session, dana, exam)
        assert triage.claim(session, dana, exam) >= first
        assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "claimed")).all()) == 1
        with pytest.raises(NotAllowed, match="Dana Test"):
            triage.release(session, emil, exam)
        triage.release(session, carl, exam)
        triage.claim(session, emil, exam)
    later = now() + timedelta(minutes=31)
    monkeypatch.setattr(claims, "now", lambda: later)
    with transaction() as session:
        triage.claim(session, dana, exam)


def test_a_deferred_case_leaves_the_queue_with_its_reason_and_comes_back(database: str) -> None:
    with transaction() as session:
        dana = a_person(session, "dana")
        exam = an_exam(session).id or 0
        with pytest.raises(Rejected, match="why"):
            triage.defer(session, dana, exam, " ", now() + timedelta(days=2))
        with pytest.raises(Rejected, match="later day"):
            triage.defer(session, dana, exam, "Priors asked for", now() - timedelta(days=1))
        triage.defer(session, dana, exam, "Priors asked for", now() + timedelta(days=2))
    assert queue(dana).total == 0
    assert "Priors asked for" in str(only(queue(dana, state="deferred")).state)


def test_a_deferred_case_can_be_brought_back(database: str) -> None:
    with transaction() as session:
        dana = a_person(session, "dana")
        exam = an_exam(session).id or 0
        triage.defer(session, dana, exam, "Priors asked for", now() + timedelta(days=2))
        triage.resume(session, dana, exam)
        triage.resume(session, dana, exam)
    assert only(queue(dana)).exam_id == exam


def test_the_next_case_is_the_most_urgent_that_nobody_has(database: str) -> None:
    with transaction() as session:
        dana, emil = a_person(session, "dana"), a_person(session, "emil")
        routine, urgent = an_exam(session), an_exam(session)
        an_exam(session, complete=False, days_ago=0)
        a_run(session, urgent, step=10, nodules=((20.0, 0.9),))
        assert triage.claim_next(session, dana) == urgent.id
        assert triage.claim_next(session, emil) == routine.id
        with pytest.raises(Conflict, match="No case waits"):
            triage.claim_next(session, emil)


def test_a_blind_reader_gets_neither_score_nor_rank_by_the_ai(database: str) -> None:
    with transaction() as session:
        dana, carl = a_person(session, "dana"), a_person(session, "carl", role=Role.coordinator)
        exam = an_exam(session)
        a_run(session, exam, step=10, nodules=((20.0, 0.9),))
        programme = programme_row(session, "lung")
        session.add(AiPolicy(programme_id=programme.id, version=1, kind="after_read", valid_from=ago(9), author_id=None))
    row = only(queue(dana))
    assert (row.urgency, row.score, str(row.because)) == ("routine", None, "AI hidden until you decide")
    assert only(queue(carl)).score == 10


def test_a_coordinator_cannot_claim_elsewhere(database: str) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        carl = a_person(session, "carl", role=Role.coordinator, site=south)
        exam = an_exam(session).id or 0
        with pytest.raises(NotAllowed):
            triage.claim(session, carl, exam)


def test_a_decided_case_cannot_be_claimed(database: str) -> None:
    with transaction() as session:
        dana = a_person(session, "dana")
        exam = an_exam(session)
        a_read(session, exam, dana)
        a_decision(session, exam, dana, decision=ProgrammeDecision.routine_recall)
        with pytest.raises(Conflict, match="decided already"):
            triage.claim(session, dana, exam.id or 0)


def test_ten_thousand_waiting_cases_take_the_same_few_queries(sqlite_database: str) -> None:
    with transaction() as session:
        carl, model = a_person(session, "carl", role=Role.coordinator), a_model(session)
        first = an_exam(session)
        run = a_run(session, first, nodules=((9.0, 0.6),))
        queries = statements(lambda: triage.worklist(session, carl, Filters()))
        ids = range((first.id or 0) + 1, (first.id or 0) + 10_001)
        exam, done = first.model_dump(exclude={"id"}), run.model_dump(exclude={"id", "exam_id"})
        mark = session.exec(select(Finding)).one().model_dump(exclude={"id", "run_id"})
        connection = session.connection()
        connection.execute(insert(Exam), [exam | {"id": n} for n in ids])
        connection.execute(insert(ModelRun), [done | {"id": n + 1000, "exam_id": n, "version_id": model.id} for n in ids])
        connection.execute(insert(Finding), [mark | {"run_id": n + 1000, "number": k} for n in ids for k in (1, 2)])
        found: list[Worklist] = []
        assert statements(lambda: found.append(triage.worklist(session, carl, Filters()))) == queries
    assert (found[0].total, len(found[0].rows), found[0].rows[-1].urgency) == (10_001, 500, "soon")


def statements(act: Callable[[], object]) -> int:
    """How many statements `act` sends to the database."""
    sent: list[str] = []

    def count(*said: object) -> None:
        sent.append(str(said[2]))

    event.listen(engine(), "before_cursor_execute", count)
    act()
    event.remove(engine(), "before_cursor_execute", count)
    return len(sent)
