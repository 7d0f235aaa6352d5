"""What the page of the safety net, the recalls and the record say and do, run as the people who use them."""

import random
from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.clock import today
from core.demonstration import history, safety_net
from core.demonstration.people import make_accounts, make_sites
from core.safety_net import acts
from core.safety_net.lists import Wanted, tasks
from db.engine import snapshot, transaction
from db.enums import Channel, Role, TaskStep
from db.tables import Participant, User
from tests.pages import cases, open_page, people, words
from tests.safety_net_build import cast, ends
from tests.test_pages_coordinator import a_recall, rows

PAGE = "coordinator/safety_net"


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


@pytest.fixture
def carl(staff: dict[Role, Person]) -> Person:
    """A coordinator with four open recalls, two of them past their date."""
    for number, exam_id in enumerate(cases(4)):
        a_recall(exam_id, days_overdue=(3, 40, -5, -60)[number])
    cast()
    return staff[Role.coordinator]


def first_task(person: Person, name: str = "overdue") -> int:
    with snapshot() as session:
        return tasks(session, person, Wanted(name=name))[0].task_id


def test_the_overdue_come_first_and_say_by_how_long_and_why(carl: Person) -> None:
    test = open_page(PAGE, carl)
    shown = rows(test, "tasks")
    assert [row["cells"]["due"]["sub"] for row in shown] == ["overdue for 40 days", "overdue for 3 days"]  # type: ignore[index]
    assert "Lung-RADS 4B on" in shown[0]["cells"]["task"]["sub"]  # type: ignore[index]
    assert shown[0]["cells"]["state"][0]["text"] == "escalated again"  # type: ignore[index]
    said = words(test)
    assert "2 overdue" in said
    assert "1 escalated" in said
    assert "**4 tasks** are open." in said


def test_the_lists_come_from_the_address(carl: Person) -> None:
    assert len(rows(open_page(PAGE, carl, list="soon"), "tasks")) == 1
    assert len(rows(open_page(PAGE, carl, list="all"), "tasks")) == 4
    assert len(rows(open_page(PAGE, carl, list="all", search="Okafor"), "tasks")) == 1
    assert not rows(open_page(PAGE, carl, list="all", programme="breast"), "tasks")
    assert not rows(open_page(PAGE, carl, list="all", kind="no_answer"), "tasks")
    assert "Nobody" not in words(open_page(PAGE, carl, list="lost"))


def test_an_empty_net_says_what_it_is_for(staff: dict[Role, Person]) -> None:
    shown = words(open_page(PAGE, staff[Role.coordinator]))
    assert "Nothing is overdue" in shown
    assert "A task appears by itself" in shown


def test_rounds_without_an_invitation_are_shown_one_programme_at_a_time(carl: Person) -> None:
    assert "Everybody who was due for another round was invited." in words(open_page(PAGE, carl, list="rounds"))


def test_lost_to_follow_up_has_a_list_with_its_reason(carl: Person) -> None:
    task = first_task(carl)
    with transaction() as session:
        for _ in range(3):
            acts.tried(session, carl, task, Channel.phone, reached=False, note="no reply")
        acts.lose(session, carl, task, "not_reachable")
    (row,) = rows(open_page(PAGE, carl, list="lost"), "tasks")
    assert row["cells"]["state"][0]["text"] == "lost: Not reachable"  # type: ignore[index]
    assert row["cells"]["tried"]["text"] == "3 attempts"  # type: ignore[index]


def test_today_leads_to_the_overdue_tasks(carl: Person) -> None:
    test = open_page("coordinator/today", carl)
    links = [link.proto.label for link in test.get("page_link")]
    assert any("2 tasks of the safety net are overdue" in label and "1 escalated" in label for label in links)


def test_only_coordinators_open_it(staff: dict[Role, Person]) -> None:
    for role in (Role.doctor, Role.manager, Role.administrator):
        assert "Not for your role" in words(open_page(PAGE, staff[role]))


def test_the_recalls_are_shown_a_page_at_a_time(carl: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.people.SIZE", 3)
    assert len(rows(open_page("coordinator/recalls", carl), "recalls")) == 3
    test = open_page("coordinator/recalls", carl)
    assert "**4 recalls** are open." in words(test)
    test.query_params["page"] = "2"
    assert len(rows(test.run(), "recalls")) == 1


def test_the_demonstration_shows_a_lost_and_an_escalated_one(sqlite_database: str) -> None:
    with transaction() as session:
        sites = make_sites(session)
        users = make_accounts(session, sites)
        history.write(session, sites, [users[login] for login in ("doctor", "doctor2", "doctor3")], today())
        safety_net.write(session, random.Random(4), today())
    with snapshot() as session:
        user = session.exec(select(User.id).where(User.login == "coordinator")).one()
        carl = person(session, user or 0)
        found = {name: tasks(session, carl, Wanted(name=name)) for name in ("lost", "escalated", "overdue", "soon")}
    assert all(found.values())
    assert found["lost"][0].told.attempts >= 3
    assert found["escalated"][0].due < today() - timedelta(days=7)
    assert ends(found["lost"][0].task_id)


def in_the_drawer(user: Person, task_id: int) -> AppTest:
    """The drawer of one task, as a click on its row opens it."""

    def script(user, task_id):  # type: ignore[no-untyped-def]
        from core.safety_net.lists import Wanted, tasks
        from pages.ui.safety_net.drawer import drawer
        from pages.ui.session import read

        (row,) = read(tasks, user, Wanted(task_id=task_id)) or (None,)
        if row is not None:
            drawer(user, row)

    return AppTest.from_function(script, args=(user, task_id), default_timeout=60).run()


@pytest.fixture
def no_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawer that stands alone has no pages to lead to."""
    monkeypatch.setattr("pages.ui.safety_net.drawer._links", lambda row: None)


@pytest.mark.usefixtures("no_other_pages")
def test_the_drawer_says_why_and_takes_an_attempt(carl: Person) -> None:
    task = first_task(carl)
    test = in_the_drawer(carl, task)
    said = words(test)
    assert "**Why:**" in said
    assert "Rule recall.assessment, version 1.0" in said
    assert "Nobody has tried to reach the participant for this yet." in said
    test.text_input[0].set_value("will call back")
    press(test, "Record the attempt")
    assert "Choose how, and whether the participant was reached." in [error.value for error in test.error]
    test.segmented_control[1].set_value("not_reached")
    test.text_input[0].set_value("will call back")
    press(test, "Record the attempt")
    assert [step for step, *_ in ends(task)][-1] == TaskStep.tried
    assert "will call back" in words(in_the_drawer(carl, task))


@pytest.mark.usefixtures("no_other_pages")
def test_the_drawer_closes_with_a_reason_and_marks_as_lost_after_the_attempts(carl: Person) -> None:
    task = first_task(carl)
    test = in_the_drawer(carl, task)
    assert next(one for one in test.button if one.label == "Mark as lost to follow-up").disabled
    press(test, "Close")
    assert "Choose the reason first." in [error.value for error in test.error]
    next(one for one in test.selectbox if "declined" in one.options or "Declined" in one.options).set_value("declined")
    next(one for one in test.text_input if one.label == "Known from").set_value("by letter, 3 Nov")
    press(test, "Close")
    assert ends(task)[-1] == (TaskStep.closed, "declined", carl.user_id)
    other = first_task(carl)
    with transaction() as session:
        for _ in range(3):
            acts.tried(session, carl, other, Channel.phone, reached=False)
    test = in_the_drawer(carl, other)
    next(one for one in test.selectbox if "Not reachable" in one.options).set_value("not_reachable")
    press(test, "Mark as lost to follow-up")
    assert ends(other)[-1] == (TaskStep.lost, "not_reachable", carl.user_id)
    test = in_the_drawer(carl, other)
    next(one for one in test.text_input if one.label == "How the participant was found").set_value("called back")
    press(test, "Take the task up again")
    assert ends(other)[-1] == (TaskStep.found_again, "", carl.user_id)


def test_the_record_always_says_where_somebody_stands(carl: Person) -> None:
    def script(user, participant_id):  # type: ignore[no-untyped-def]
        from pages.ui.safety_net.panel import show

        show(user, participant_id)

    with snapshot() as session:
        late, *_ = tasks(session, carl, Wanted(name="overdue"))
        quiet = session.exec(select(Participant.id)).all()[-1]
    test = AppTest.from_function(script, args=(carl, late.participant_id), default_timeout=60).run()
    assert "**Safety net:** :red-badge[▲ overdue since" in words(test)
    assert [row["id"] for row in rows(test, "safety-net")] == [str(late.task_id)]
    with transaction() as session:
        for task in tasks(session, carl, Wanted(participant_id=quiet), size=None):
            acts.close(session, carl, task.task_id, "died", "told by the family")
    test = AppTest.from_function(script, args=(carl, quiet), default_timeout=60).run()
    assert "**Safety net:** :green-badge[✓ nothing is open]" in words(test)


def press(test: AppTest, label: str) -> None:
    next(button for button in test.button if button.label == label).click()
    test.run()
