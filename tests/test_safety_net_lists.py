"""The lists of the safety net say what the rows say: overdue, due soon, lost, escalated, page by page, and as numbers for the manager."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from core.access import Person
from core.clock import now, today
from core.errors import NotAllowed
from core.safety_net import acts
from core.safety_net.events import history
from core.safety_net.lists import TaskRow, Wanted, counts, kinds, numbers, tasks
from core.safety_net.overview import overview, standing
from core.safety_net.rounds import overdue_rounds
from core.workflow import recalls
from core.workflow.recalls import open_recalls
from core.workflow.today import overview as day_of
from db.engine import transaction
from db.enums import Channel, ProgrammeDecision, RecallStep, Role, TaskKind, TaskStep
from db.tables import Recall
from tests.build import a_decision, a_participant, a_person, a_site, an_exam
from tests.safety_net_build import cast, decide, ends, listed
from tests.time_build import Clock, frozen

D, K, S = ProgrammeDecision, TaskKind, TaskStep
NAMES = ("Abel^Ann", "Baker^Bea", "Chen^Cai", "Diaz^Dora", "Evans^Eli", "Fox^Flo")
OPEN = "NOT EXISTS (SELECT 1 FROM taskevent e WHERE e.task_id = t.id AND e.step = 'closed')"
LAST = "(SELECT e.step FROM taskevent e WHERE e.task_id = t.id AND e.step IN ('lost', 'found_again') ORDER BY e.id DESC LIMIT 1)"
LOST = f"COALESCE({LAST}, 'closed') = 'lost'"
TRUTH = {
    "overdue": f"t.due < :today AND NOT {LOST}",
    "soon": f"t.due >= :today AND t.due <= :soon AND NOT {LOST}",
    "escalated": f"EXISTS (SELECT 1 FROM taskevent e WHERE e.task_id = t.id AND e.step = 'escalated') AND NOT {LOST}",
    "lost": LOST,
    "all": "1 = 1",
}


@pytest.fixture
def still(database: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return frozen(monkeypatch, datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def carl(still: Clock) -> Person:
    """A coordinator, and six recalls that become due one after the other, at two sites and in two programmes."""
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        a_site(session)
        carl = a_person(session, "carl", role=Role.coordinator, everywhere=True)
        for number, name in enumerate(NAMES):
            who = a_participant(session, name, site=south if number % 3 == 2 else None)
            exam = an_exam(session, participant=who, programme=("lung", "breast")[number % 2], days_ago=5)
            kind = (D.assessment, D.short_term_recall)[number % 2]
            decision = a_decision(session, exam, carl, decision=kind, category="3" if number % 2 else "4B")
            due = today() + timedelta(days=10 * number)
            session.add(Recall(exam_id=exam.id or 0, decision_id=decision.id or 0, kind=kind, due=due, opened_at=now()))
    cast()
    return carl


def truth(name: str) -> list[int]:
    """What the rows say, asked by hand."""
    days = {"today": today().isoformat(), "soon": (today() + timedelta(days=14)).isoformat()}
    statement = text(f"SELECT t.id FROM task t WHERE {OPEN} AND {TRUTH[name]} ORDER BY t.due, t.id")
    with transaction() as session:
        return [row[0] for row in session.execute(statement, {key: day for key, day in days.items() if f":{key}" in str(statement)})]


def lose(person: Person, row: TaskRow) -> None:
    for _ in range(3):
        with transaction() as session:
            acts.tried(session, person, row.task_id, Channel.phone, reached=False)
    with transaction() as session:
        acts.lose(session, person, row.task_id, "not_reachable", "no reply")


def test_every_list_is_what_the_rows_say_on_every_day(still: Clock, carl: Person) -> None:
    for day in range(0, 130, 13):
        cast()
        if day == 26:
            lose(carl, listed(carl, "overdue")[0])
        if day == 39:
            late = listed(carl, "overdue")[0].task_id
            with transaction() as session:
                acts.close(session, carl, late, "declined", "by letter")
        for name in TRUTH:
            assert [row.task_id for row in listed(carl, name)] == truth(name), (name, today())
        with transaction() as session:
            found = counts(session, carl)
        assert found == {name: len(truth(name)) for name in TRUTH}
        still.pass_days(13)
    assert truth("lost")
    assert len(truth("escalated")) == 4
    assert len(truth("all")) == 5


def test_the_longest_overdue_comes_first_and_says_by_how_long(still: Clock, carl: Person) -> None:
    still.pass_days(25)
    rows = listed(carl, "overdue")
    assert [(row.participant_name, row.days_overdue) for row in rows] == [("Abel, Ann", 25), ("Baker, Bea", 15), ("Chen, Cai", 5)]
    assert [row.days_overdue for row in listed(carl, "soon")] == [0]


def test_filters_narrow_and_pages_follow_each_other(carl: Person) -> None:
    assert len(listed(carl, programme="lung")) == 3
    assert len(listed(carl, kind=K.short_term_recall)) == 3
    south = listed(carl)[2].site_id
    assert [row.participant_name for row in listed(carl, site_id=south)] == ["Chen, Cai", "Fox, Flo"]
    assert [row.participant_name for row in listed(carl, text="chen")] == ["Chen, Cai"]
    with transaction() as session:
        pages = [tasks(session, carl, page=page, size=4) for page in range(3)]
        assert [len(page) for page in pages] == [4, 2, 0]
        assert kinds(session, carl, Wanted(programme="breast")) == {K.short_term_recall: 3}
        found = overview(session, carl, Wanted(name="all", programme="lung"))
        assert (found.total, found.counts["all"], found.every["all"]) == (3, 3, 6)
    assert [row.task_id for page in pages for row in page] == [row.task_id for row in listed(carl)]


def test_the_manager_sees_numbers_of_the_own_site_and_no_names(still: Clock, carl: Person) -> None:
    still.pass_days(25)
    cast()
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
        mia = a_person(session, "mia", role=Role.manager, site=south)
        found = numbers(session, mia)
        assert (found.open, found.overdue, found.escalated, found.lost) == (2, 1, 0, 0)
        assert found.by_kind == {K.assessment: 1, K.short_term_recall: 1}
        assert numbers(session, mia, programme="breast").open == 1
        with pytest.raises(NotAllowed):
            tasks(session, mia)
        with pytest.raises(NotAllowed):
            numbers(session, mia, site_id=(south.id or 0) + 1)


def test_where_a_participant_stands(still: Clock, carl: Person) -> None:
    def said(row: TaskRow) -> tuple[str, str]:
        with transaction() as session:
            found = standing(session, carl, row.participant_id)
            return found.state, str(found.says)

    first, *_, last = listed(carl)
    assert said(last) == ("open", "next due 2026-04-21")
    still.pass_days(3)
    assert said(first) == ("action", "overdue since 2026-03-02")
    lose(carl, first)
    assert said(first) == ("action", "lost to follow-up since 2026-03-05")
    with transaction() as session:
        acts.close(session, carl, first.task_id, "died", "told by the family")
        assert standing(session, carl, first.participant_id).state == "quiet"


def test_the_history_of_a_task_holds_steps_and_attempts(carl: Person) -> None:
    first = listed(carl)[0]
    lose(carl, first)
    with transaction() as session:
        lines = history(session, carl, first.task_id)
    assert sorted((str(line.step or ""), str(line.channel or ""), line.author) for line in lines) == [
        ("", "phone", "Carl Test"), ("", "phone", "Carl Test"), ("", "phone", "Carl Test"), ("lost", "", "Carl Test"),
    ]  # fmt: skip
    assert listed(carl)[0].told.attempts == 3
    with transaction() as session, pytest.raises(NotAllowed):
        history(session, a_person(session, "mia", role=Role.manager), first.task_id)


def test_recalls_are_paged_filtered_and_counted_by_the_database(still: Clock, carl: Person) -> None:
    still.pass_days(15)
    with transaction() as session:
        every = open_recalls(session, carl)
        assert [row.due for row in every] == sorted(row.due for row in every)
        pages = [open_recalls(session, carl, page=page, size=4) for page in range(2)]
        assert [row.recall_id for page in pages for row in page] == [row.recall_id for row in every]
        wanted = recalls.Wanted(programme="breast", kind=D.short_term_recall)
        assert len(open_recalls(session, carl, wanted=wanted)) == 3
        assert [row.participant_name for row in open_recalls(session, carl, wanted=recalls.Wanted(text="baker"))] == ["Baker, Bea"]
        found = recalls.counts(session, carl)
        assert (found.total, found.overdue, found.by_kind) == (6, 2, {D.assessment: 3, D.short_term_recall: 3})
        recalls.append(session, carl, every[0].recall_id, RecallStep.declined, "by letter")
        recalls.append(session, carl, every[0].recall_id, RecallStep.closed)
        assert recalls.counts(session, carl).total == 5


def test_today_counts_what_is_overdue_in_the_safety_net(still: Clock, carl: Person) -> None:
    still.pass_days(25)
    cast()
    with transaction() as session:
        found = day_of(session, carl)
    assert found.net_late == {K.assessment: 2, K.short_term_recall: 1}
    assert (found.recalls_late, found.other_late, found.net_escalated) == (3, 0, 1)


def test_rounds_that_are_due_and_to_which_nobody_was_invited_are_a_list(still: Clock, carl: Person) -> None:
    with transaction() as session:
        exam = an_exam(session, participant=a_participant(session, "Gray^Gil"), days_ago=2)
    decide(carl, exam, D.routine_recall)
    still.pass_days(300)
    with transaction() as session:
        assert overdue_rounds(session, carl, "lung").total == 0
    still.pass_days(80)
    with transaction() as session:
        (row,) = overdue_rounds(session, carl, "lung").rows
    assert (row.participant_name, row.last_exam, row.due) == ("Gray, Gil", date(2026, 2, 28), date(2027, 2, 28))
    assert row.days_overdue == (today() - date(2027, 2, 28)).days
    cast()
    assert K.next_round not in {task.kind for task in listed(carl)}, "a list, not a row for nearly everybody"


def test_an_act_carries_its_author_and_the_system_none(still: Clock, carl: Person) -> None:
    first = listed(carl)[0]
    with transaction() as session:
        acts.tried(session, carl, first.task_id, Channel.letter, reached=None, note="sent")
    still.pass_days(60)
    cast()
    assert ends(first.task_id) == [(S.tried, "not_reached", carl.user_id), (S.escalated, "1", None), (S.escalated, "2", None)]
