"""Reports of models: only what was measured with exactly this version is kept, nobody can change it, and it stands beside the card."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from core.clock import now
from core.errors import Conflict, NotAllowed, Rejected
from core.metrics import difference, mover, proportions
from core.metrics.interval import Interval
from core.workflow import model_reports, report_form
from core.workflow.registry import InstalledCard, register_installed
from core.workflow.report_beside import beside, groups
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import AuditEvent, ModelReport
from tests.build import a_model, a_person, a_site
from tests.report_build import WEIGHTS, a_detection_report, a_malignancy_report, as_file, interval

CARD = {"task": "Nodules", "figures": {"lung-malignancy": {"n": 853, "auc": interval(0.95, 0.01)}}}


@pytest.fixture
def version_id(database: str) -> int:
    with transaction() as session:
        return register_installed(session, [InstalledCard("lung-ct", "1", WEIGHTS, CARD)])[0].id or 0


@pytest.fixture
def ada(version_id):
    with transaction() as session:
        return a_person(session, "ada", role=Role.administrator)


def hand_in(person, version_id, content):
    with transaction() as session:
        return model_reports.hand_in(session, person, version_id, content)


def test_a_report_is_kept_whole_with_who_handed_it_in(version_id, ada):
    content = as_file(a_detection_report())
    number = hand_in(ada, version_id, content)
    with snapshot() as session:
        (found,) = model_reports.reports(session, ada, version_id)
        validated = model_reports.validated(session, ada)
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "model_report_added")).all()
    assert (found.id, found.task, found.cases, found.author, found.own) == (number, "lung-detection", 40, "Ada Test", True)
    assert found.content == json.loads(content)
    assert validated[version_id] == model_reports.Validated("lung-detection", found.made_at, 40)
    assert (event.actor, event.object_id, event.detail["task"]) == ("ada", "lung-ct.1", "lung-detection")


def test_nobody_changes_or_removes_a_report(version_id, ada):
    hand_in(ada, version_id, as_file(a_detection_report()))
    for statement in ("UPDATE modelreport SET cases = 9999", "DELETE FROM modelreport"):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.connection().execute(text(statement))


def test_only_administrators_hand_in_and_managers_see(version_id, ada):
    with transaction() as session:
        site = a_site(session)
        manager, doctor = a_person(session, "max", role=Role.manager, site=site), a_person(session, "dora", site=site)
    hand_in(ada, version_id, as_file(a_detection_report()))
    with pytest.raises(NotAllowed):
        hand_in(manager, version_id, as_file(a_malignancy_report()))
    with snapshot() as session:
        assert len(model_reports.reports(session, manager, version_id)) == 1
        for ask in (lambda: model_reports.reports(session, doctor, version_id), lambda: model_reports.validated(session, doctor)):
            with pytest.raises(NotAllowed):
                ask()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": "lung-ct.2"}, r"report of lung-ct\.2, not of lung-ct\.1\. Choose lung-ct\.2"),
        ({"model": "lung-ct.7"}, "never installed here"),
        ({"weights_sha256": "ee" * 32}, r"weights eeeeeeeeeeee, lung-ct\.1 has abababababab"),
        ({"task": "mammography"}, "not one for lung-ct; expected: lung-detection, lung-malignancy"),
        ({"made_at": (now() + timedelta(days=40)).isoformat()}, "yet to come"),
        ({"made_at": "2026-11-20T10:00:00"}, "made_at"),
        ({"schema": "firstlight-evaluation/9"}, "schema"),
        ({"data": {"cases": -3, "labels_sha256": ""}}, "data.cases"),
        ({"curves": {"roc": [[0, 0.5, 0.4, 1.7]]}}, "curves.roc"),
        ({"curves": {"bland_altman": [[1.0, 1.0]] * 2001}}, "curves.bland_altman"),
        ({"auc": {"value": 0.9, "low": 0.95, "high": 0.99}}, "does not hold its value"),
        ({"auc": {"value": True, "low": 0, "high": 1}}, "does not hold its value"),
        ({"device": "a\x00b"}, "no text"),
        ({"device": "\ud800"}, "no text"),
        ({"misses": [{"file": ["nested"]}]}, "misses"),
    ],
)  # fmt: skip
def test_what_was_not_measured_with_this_version_stays_out(version_id, ada, changed, said):
    with transaction() as session:
        register_installed(session, [InstalledCard("lung-ct", "1", WEIGHTS, CARD), InstalledCard("lung-ct", "2", "ef" * 32, {})])
    with pytest.raises(Rejected, match=said):
        hand_in(ada, version_id, as_file(a_malignancy_report(**changed)))
    with snapshot() as session:
        assert session.exec(select(ModelReport)).all() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"\x89PNG\r\n", "cannot be read"),
        (b"[1, 2]", "not a report"),
        (b"{}", "schema"),
        (b'{"auc": NaN}', "holds NaN"),
        (b'{"auc": 1e999}', "without end"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested more than"),
        (b"1" * 5000, "cannot be read"),
        (b" " * (report_form.MOST_BYTES + 1), "at most 5 MB"),
    ],
)
def test_what_is_no_report_is_refused_by_name(content, said):
    with pytest.raises(Rejected, match=said):
        report_form.read(content)


def test_the_same_file_is_kept_once(version_id, ada):
    hand_in(ada, version_id, as_file(a_detection_report()))
    with pytest.raises(Conflict, match="here already"):
        hand_in(ada, version_id, as_file(a_detection_report()))


def test_a_simulated_version_has_no_report(version_id, ada):
    with transaction() as session:
        simulated = a_model(session, tag="simulated", synthetic=True)
    with pytest.raises(Rejected, match="simulated scores"):
        hand_in(ada, simulated.id or 0, as_file(a_malignancy_report(model="lung-ct.simulated")))


def test_a_shipped_report_is_kept_once_and_is_no_own_validation(version_id, ada):
    with transaction() as session:
        assert model_reports.ship(session, version_id, as_file(a_malignancy_report()))
        assert not model_reports.ship(session, version_id, as_file(a_malignancy_report()))
        (found,) = model_reports.reports(session, ada, version_id)
        assert (found.own, found.author) == (False, None)
        assert model_reports.validated(session, ada) == {}


def test_own_figures_stand_beside_the_cards(version_id, ada):
    own = a_malignancy_report(data={"cases": 60, "labels_sha256": "11" * 32}, n=60, auc=interval(0.8, 0.08))
    hand_in(ada, version_id, as_file(own))
    with transaction() as session:
        row = model_reports.reports(session, ada, version_id)[0]
        only_card = beside(row, [row], CARD)
        model_reports.ship(session, version_id, as_file(a_malignancy_report()))
        with_shipped = beside(row, model_reports.reports(session, ada, version_id), CARD)
    auc = {one.path: one for one in only_card.figures}["auc",]
    assert auc.card is not None
    assert (auc.card.interval.value, auc.own.n, auc.verdict) == (0.95, 60, "below")
    found = {one.path: one for one in with_shipped.figures}
    assert found["auc",].card is not None
    assert found["auc",].card.interval.value == 0.9, "the shipped report counts before the card's table"
    assert found["under_10_mm", "auc"].verdict == "alike"
    assert found["above_diameter",].difference is None
    assert with_shipped.by_chance == pytest.approx(0.05 * sum(one.difference is not None for one in with_shipped.figures))


def test_the_same_cases_are_not_tested_against_each_other(version_id, ada):
    hand_in(ada, version_id, as_file(a_malignancy_report(device="GPU")))
    with transaction() as session:
        model_reports.ship(session, version_id, as_file(a_malignancy_report()))
        rows = model_reports.reports(session, ada, version_id)
    found = beside(next(row for row in rows if row.own), rows, CARD)
    assert found.same_cases
    assert {one.verdict for one in found.figures} == {"same cases"}


def test_groups_are_the_figures_of_parts():
    assert [(one.path, one.n) for one in groups(a_detection_report())] == [(("by_diameter", "under_6_mm", "sensitivity"), 12)]


def test_the_difference_of_two_intervals_is_newcombes_for_two_proportions():
    expected = difference.newcombe(56, 70, 48, 80)
    found = mover.difference(proportions.wilson(56, 70), proportions.wilson(48, 80))
    assert (found.low, found.value, found.high) == pytest.approx((expected.low, expected.value, expected.high))
    assert (-found.low, -found.high) == pytest.approx((0.3339, 0.0524), abs=1e-4)  # Newcombe 1998, table II, (a), method 10
    assert mover.difference(Interval(0.5, 0.5, 0.5), Interval(0.7, 0.6, 0.9)).low == pytest.approx(0.1)
