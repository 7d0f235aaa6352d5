"""What the administrator's pages say and do, run as an administrator on a real database."""

import json

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core import alive, audit, jobs
from core.access import Person
from core.clock import now
from core.operations import again, operations
from core.trail import TrailFilters, trail
from core.workflow.registry import InstalledCard, register_installed
from db.engine import snapshot, transaction
from db.enums import ModelState, Role
from db.tables import AuditEvent, ModelStatus
from pages.ui import events, model_cards
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
CARD = {
    "task": "Nodules on CT",
    "intended_use": "Research",
    "licence": "Apache-2.0",
    "limits": ["Not tested on children"],
    "figures": {"crops": {"n": 853, "auc": {"value": 0.912, "low": 0.88, "high": 0.94}, "brier": 0.081}},
}


@pytest.fixture
def admin(sqlite_database: str) -> Person:
    return people()[Role.administrator]


def rows(test: AppTest, key: str) -> list[dict[str, object]]:
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def test_accounts_are_listed_with_role_and_site(admin: Person) -> None:
    test = open_page("admin/users", admin)
    assert "4 open accounts" in words(test)
    assert any("Doctor · North" in json.dumps(row, ensure_ascii=False) for row in rows(test, "users"))
    assert len(rows(open_page("admin/users", admin, search="doct"), "users")) == 1


def test_operations_say_that_the_job_engine_is_silent(admin: Person) -> None:
    shown = words(open_page("admin/operations", admin))
    assert "Job engine silent" in shown
    assert "No sign of life from a worker" in shown


def test_operations_show_every_process(admin: Person) -> None:
    jobs.prepare()
    with transaction() as session:
        alive.start(session, "worker-1", "worker", device="cpu · bf16", models=["lung-ct.1"], problems={})
    test = open_page("admin/operations", admin)
    assert "cpu · bf16" in str(rows(test, "processes"))
    assert "No sign of life" not in words(test)
    jobs.close()


def test_a_waiting_job_is_listed_without_a_name(admin: Person) -> None:
    jobs.prepare()
    exam_id = cases(1)[0]
    jobs.enqueue(jobs.SCORE, jobs.SCORING_QUEUE, "score-1", jobs.Priority.by_hand, exam_id, "lung-ct.1", 1)
    with snapshot() as session:
        found = operations(session, admin)
    assert [(str(job.subject.template), job.state) for job in found.jobs] == [("Chest CT of {day}, {site}", "waiting")]
    assert "Okafor" not in words(open_page("admin/operations", admin))
    jobs.close()


def test_only_a_failed_job_gets_another_try(admin: Person) -> None:
    jobs.prepare()
    with snapshot() as session, pytest.raises(Exception, match="has not failed"):
        again(session, admin, "score-1")
    jobs.close()


def test_a_model_card_shows_figures_with_interval_and_limits(admin: Person) -> None:
    with transaction() as session:
        register_installed(session, [InstalledCard("lung-ct", "1", "ab" * 32, CARD)])
    test = open_page("admin/models", admin)
    shown = words(test)
    assert "1 model" in shown
    assert "Not tested on children" in shown
    figures = [row["cells"] for row in rows(test, "figures-1")]
    assert figures[0] == {"what": "crops · area under the curve", "value": "0.912", "interval": "0.88–0.94", "n": "853"}
    assert figures[1]["interval"] == "–"  # type: ignore[index]


def test_the_state_of_a_model_is_changed_from_the_page(admin: Person) -> None:
    with transaction() as session:
        version = register_installed(session, [InstalledCard("lung-ct", "1", "ab" * 32, CARD)])[0]
    test = AppTest.from_function(_change, args=(admin, str(version.id))).run()
    assert not test.exception
    with snapshot() as session:
        states = session.exec(select(ModelStatus.state).order_by(ModelStatus.id)).all()  # type: ignore[arg-type]
    assert states[-1] == ModelState.retired


def _change(admin, version_id):  # type: ignore[no-untyped-def]
    from pages.ui import model_cards as cards

    cards.change(admin, version_id, "retired")


def test_figures_without_a_table_are_shown_plainly() -> None:
    assert [(row.cells["value"], row.cells["n"]) for row in model_cards._figures({"n": 3, "auc": 0.5})] == [("0.5", "3")]


def test_the_trail_is_searched_and_its_chain_checked(admin: Person) -> None:
    with transaction() as session:
        audit.record(session, admin, "claimed", "exam", 7, site_id=1)
        audit.record(session, "worker", "model_registered", "model", "lung-ct.1")
    test = open_page("admin/audit", admin)
    assert "Chain intact" in words(test)
    assert len(rows(test, "audit")) == 2
    assert [row["cells"]["act"] for row in rows(open_page("admin/audit", admin, act="claimed"), "audit")] == ["Claimed the case"]  # type: ignore[index]
    assert not rows(open_page("admin/audit", admin, who="nobody"), "audit")


def test_events_of_other_sites_stay_out(admin: Person) -> None:
    with transaction() as session:
        audit.record(session, "someone", "claimed", "exam", 7, site_id=2)
    with snapshot() as session:
        assert trail(session, admin, TrailFilters()).total == 0


def test_a_broken_chain_is_named(admin: Person) -> None:
    assert "Event 5" in events.state_line(5, now())


def test_the_export_carries_every_hash(admin: Person) -> None:
    with transaction() as session:
        audit.record(session, admin, "claimed", "exam", 7, site_id=1)
    file = events.export(admin, TrailFilters())
    with snapshot() as session:
        known = session.exec(select(AuditEvent.hash, AuditEvent.action).order_by(AuditEvent.id)).all()  # type: ignore[call-overload]
    assert known[0][0] in file
    assert known[1][1] == "trail_exported"
