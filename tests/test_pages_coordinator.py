"""What the coordinator's pages say and do, run as a coordinator on a real database."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.clock import now, today
from core.workflow import recalls, triage
from core.workflow.intake import open_batch
from db.engine import snapshot, transaction
from db.enums import Certainty, IntakeResult, OutcomeKind, ProgrammeDecision, RecallStep, Role
from db.tables import Decision, IntakeItem, Outcome, Recall, RecallEvent
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


def rows(test: AppTest, key: str) -> list[dict[str, object]]:
    """The rows that a page gives the table called `key`."""
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def a_recall(exam_id: int, *, days_overdue: int = 3) -> int:
    """An open recall for assessment; its id."""
    with transaction() as session:
        decision = Decision(exam_id=exam_id, decision=ProgrammeDecision.assessment, category="4B", author_id=2, at=now())
        session.add(decision)
        session.flush()
        recall = Recall(
            exam_id=exam_id,
            decision_id=decision.id or 0,
            kind=ProgrammeDecision.assessment,
            due=today() - timedelta(days=days_overdue),
            opened_at=now(),
        )
        session.add(recall)
        session.flush()
        session.add(RecallEvent(recall_id=recall.id or 0, step=RecallStep.opened, at=now()))
        return recall.id or 0


def test_the_queue_says_who_waits_and_why(staff: dict[Role, Person]) -> None:
    cases(4)
    test = open_page("coordinator/triage", staff[Role.coordinator])
    shown = {str(row["cells"]["participant"]["text"]): row["cells"] for row in rows(test, "queue")}  # type: ignore[index]
    assert "O'Neil, <b>Pat</b>" in shown
    assert shown["Okafor, Ruth"]["score"] == 9
    assert shown["陈, 美玲"]["score"] is None
    assert "Not scored" in shown["陈, 美玲"]["because"]
    assert "overdue" in words(test)


def test_filters_come_from_the_address(staff: dict[Role, Person]) -> None:
    first = cases(4)[0]
    with transaction() as session:
        triage.claim(session, staff[Role.doctor], first)
    test = open_page("coordinator/triage", staff[Role.coordinator], state="claimed")
    assert [row["id"] for row in rows(test, "queue")] == [str(first)]
    assert len(rows(open_page("coordinator/triage", staff[Role.coordinator], search="Okafor", state="all"), "queue")) == 1
    assert not rows(open_page("coordinator/triage", staff[Role.coordinator], programme="breast"), "queue")


def test_a_bar_of_the_distribution_filters(staff: dict[Role, Person]) -> None:
    cases(4)
    assert len(rows(open_page("coordinator/triage", staff[Role.coordinator], age="4"), "queue")) == 1


def test_an_empty_queue_says_what_comes_next(staff: dict[Role, Person]) -> None:
    assert "They come with an upload" in words(open_page("coordinator/triage", staff[Role.coordinator]))


def test_the_queue_speaks_chinese(staff: dict[Role, Person]) -> None:
    cases(2)
    shown = words(open_page("coordinator/triage", staff[Role.coordinator], language="zh_CN"))
    assert "分诊队列" in shown
    assert "Urgent" not in shown


def test_today_lists_exceptions_first(staff: dict[Role, Person]) -> None:
    made = cases(4)
    a_recall(made[0])
    test = open_page("coordinator/today", staff[Role.coordinator])
    assert "things need you" in words(test)
    assert len(rows(test, "overdue-recalls")) == 1
    assert [row["id"] for row in rows(test, "late-cases")] == [str(made[3])]


def test_a_calm_day_is_a_quiet_line(staff: dict[Role, Person]) -> None:
    shown = words(open_page("coordinator/today", staff[Role.coordinator]))
    assert "Nothing is overdue" in shown
    assert "No recall is overdue." in shown


def test_participants_are_found_by_name(staff: dict[Role, Person]) -> None:
    cases(4)
    test = open_page("coordinator/participants", staff[Role.coordinator], search="chen")
    assert not rows(test, "participants")
    test = open_page("coordinator/participants", staff[Role.coordinator], search="陈")
    assert [row["cells"]["name"]["text"] for row in rows(test, "participants")] == ["陈, 美玲"]  # type: ignore[index]
    assert "waits to be read" in words(test)


def test_recalls_show_the_overdue_ones_at_the_top(staff: dict[Role, Person]) -> None:
    made = cases(2)
    a_recall(made[0], days_overdue=-20)
    late = a_recall(made[1], days_overdue=2)
    test = open_page("coordinator/recalls", staff[Role.coordinator])
    assert rows(test, "recalls")[0]["id"] == str(late)
    assert "1 overdue" in words(test)
    assert [row["id"] for row in rows(open_page("coordinator/recalls", staff[Role.coordinator], kind="overdue"), "recalls")] == [str(late)]


def test_an_outcome_and_the_closing_are_one_act(staff: dict[Role, Person]) -> None:
    """Called as the drawer's form calls it."""
    from core.outcomes.desk import desk
    from pages.ui.outcomes.outcome_form import outcome_and_close

    exam_id = cases(1)[0]
    a_recall(exam_id)
    with snapshot() as session:
        row = recalls.open_recalls(session, staff[Role.coordinator])[0]
    said = {"kind": OutcomeKind.cancer, "certainty": Certainty.final, "happened_on": today(), "source": "Pathology"}
    with transaction() as session:
        outcome_and_close(session, staff[Role.coordinator], desk(session, staff[Role.coordinator], row.exam_id), True, said)
    with snapshot() as session:
        assert not recalls.open_recalls(session, staff[Role.coordinator])
        assert session.exec(select(Outcome.exam_id)).all() == [exam_id]


def test_an_upload_shows_its_refused_files_and_a_receipt(staff: dict[Role, Person]) -> None:
    with transaction() as session:
        batch_id = open_batch(session, staff[Role.coordinator], site_id=1, programme=None, source="disc.zip")
        session.add(
            IntakeItem(
                batch_id=batch_id, path="=cmd.txt", result=IntakeResult.rejected, reason='["This is not a DICOM file", {}]', at=now()
            )
        )
    test = open_page("coordinator/upload", staff[Role.coordinator])
    assert "disc.zip" in words(test)
    assert "1 file was not taken in" in [expander.label for expander in test.expander]
    assert any("This is not a DICOM file" in str(row["cells"]) for row in rows(test, f"refused-{batch_id}"))


def test_an_upload_of_another_site_cannot_be_followed(staff: dict[Role, Person]) -> None:
    with transaction() as session:
        open_batch(session, staff[Role.coordinator], site_id=1, programme=None, source="mine")
    test = open_page("coordinator/upload", staff[Role.coordinator], upload="not-there")
    assert "This upload is not at one of your sites." in words(test)
