"""The page of the models with reports: who sees what, what is said before a version counts, and what is kept out."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.workflow import model_reports
from core.workflow.registry import InstalledCard, register_installed
from db.engine import snapshot, transaction
from db.enums import Role
from tests.pages import open_page, people, words
from tests.report_build import WEIGHTS, a_detection_report, a_malignancy_report, as_file, interval

pytestmark = pytest.mark.usefixtures("sqlite_database")
CARD = {"task": "Nodules", "figures": {"lung-malignancy": {"n": 853, "auc": interval(0.95, 0.01)}}}


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    found = people()
    with transaction() as session:
        register_installed(session, [InstalledCard("lung-ct", "1", WEIGHTS, CARD)])
    return found


def handed_in(staff: dict[Role, Person], *contents: bytes, shipped: bytes | None = None) -> None:
    with transaction() as session:
        if shipped is not None:
            model_reports.ship(session, 1, shipped)
        for content in contents:
            model_reports.hand_in(session, staff[Role.administrator], 1, content)


def buttons(test: AppTest) -> list[str]:
    return [str(button.label) for button in test.button]


def plots(test: AppTest) -> list[str]:
    return [json.loads(plot.proto.spec)["layout"]["title"]["text"] for plot in test.get("plotly_chart")]


def test_a_version_that_nobody_tested_here_says_so_with_the_command(staff: dict[Role, Person]) -> None:
    test = open_page("admin/models", staff[Role.administrator])
    assert not test.exception
    assert "Not yet validated on your own scans" in words(test)
    assert "Not yet" in words(test)
    assert "python -m models.evaluate lung-detection --data FOLDER --out report.json" in test.code[0].value
    assert "Hand in a report" in buttons(test)


def test_own_figures_stand_beside_the_cards_with_plots_groups_and_misses(staff: dict[Role, Person]) -> None:
    own = a_malignancy_report(data={"cases": 60, "labels_sha256": "11" * 32}, n=60, auc=interval(0.8, 0.08))
    handed_in(staff, as_file(own), shipped=as_file(a_malignancy_report()))
    test = open_page("admin/models", staff[Role.administrator])
    shown = words(test)
    assert not test.exception
    assert "Validated on your own cases" in shown
    assert "Not yet validated" not in shown
    assert "lower here" in shown
    assert "no difference shown" in shown
    assert plots(test) == [
        "Ranking: area 0.800 (95 % 0.720–0.880)", "Calibration: Brier 0.110, error 0.030", "Volume: × 0.95 (0.89–1.01) of the readers'"
    ]  # fmt: skip
    assert "area under the curve" in shown
    assert "<b>n7</b>" in shown  # in a table that takes text as text
    assert "<b>n7</b>" not in "".join(str(element.value) for element in test.markdown)


def test_a_manager_sees_the_reports_and_changes_nothing(staff: dict[Role, Person]) -> None:
    handed_in(staff, as_file(a_detection_report()))
    test = open_page("admin/models", staff[Role.manager])
    shown = words(test)
    assert not test.exception
    assert "Hand in a report" not in buttons(test)
    assert "Run in shadow" not in shown
    assert "Found at the operating point: 0.940" in "".join(plots(test))
    assert "The card has none of these figures" in shown
    assert "Scans that could not be scored: 1 of 41" in shown


def test_a_shipped_report_stands_alone_and_is_no_validation(staff: dict[Role, Person]) -> None:
    handed_in(staff, shipped=as_file(a_malignancy_report()))
    shown = words(open_page("admin/models", staff[Role.administrator]))
    assert "Not yet validated on your own scans" in shown
    assert "Your cases beside the card" not in shown
    assert "Figures" in shown


def test_the_page_speaks_chinese(staff: dict[Role, Person]) -> None:
    handed_in(staff, as_file(a_detection_report()), as_file(a_malignancy_report()))
    assert not open_page("admin/models", staff[Role.administrator], language="zh_CN").exception


def test_before_a_version_is_put_in_force_it_is_said_whether_anybody_tested_it(staff: dict[Role, Person]) -> None:
    test = AppTest.from_function(_ask, args=(staff[Role.administrator], True), default_timeout=60).run()
    assert "Not yet validated on your own scans" in words(test)
    handed_in(staff, as_file(a_detection_report()))
    test = AppTest.from_function(_ask, args=(staff[Role.administrator], True), default_timeout=60).run()
    assert "Not yet validated" not in words(test)
    assert "Validated on your own cases" in words(test)


def test_what_does_not_fit_stays_out_and_the_reason_is_shown(staff: dict[Role, Person]) -> None:
    content = as_file(a_malignancy_report(weights_sha256="ee" * 32))
    test = AppTest.from_function(_keep, args=(staff[Role.administrator], content), default_timeout=60).run()
    assert "weights eeeeeeeeeeee" in "".join(str(error.value) for error in test.error)
    with snapshot() as session:
        assert model_reports.reports(session, staff[Role.administrator], 1) == ()


def _ask(user, _again):  # type: ignore[no-untyped-def]
    from core.workflow.model_reports import validated
    from core.workflow.registry import models
    from pages.ui import model_cards
    from pages.ui.session import read

    model_cards.ask_change(user, read(models)[0], "active", read(validated, user).get(1))


def _keep(user, content):  # type: ignore[no-untyped-def]
    from pages.ui.model_reports import hand_in

    hand_in.keep(user, 1, content)
