"""The programme, returns and readers pages as a manager uses them, on a real database."""

import io
import json
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.clock import today
from core.workflow.period import periods
from core.workflow.programme_figures import ProgrammeFigures, Question, figures
from db.engine import snapshot, transaction
from db.enums import OutcomeKind, ProgrammeDecision, Role
from db.tables import FigureSnapshot, IndicatorSetting, RoleGrant, Site, User
from pages.ui.programme import export
from tests.build import a_participant, a_read, a_user
from tests.cohort_build import a_screen, an_outcome_after
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
D = ProgrammeDecision


@pytest.fixture
def manager(sqlite_database: str) -> Person:
    """A manager of two sites with 60 breast exams each: North recalls 3, South 30."""
    staff = people(synthetic=False)
    with transaction() as session:
        south = session.exec(select(Site).where(Site.code == "S")).one()
        session.add(RoleGrant(user_id=staff[Role.manager].user_id, role=Role.manager, site_id=None, granted_at=south.created_at))
        north = session.exec(select(Site).where(Site.code == "N")).one()
        for site, recalls in ((north, 3), (south, 30)):
            for k in range(60):
                _exam(session, site, recalled=k < recalls, days=380 + k)
    with snapshot() as session:
        return person(session, staff[Role.manager].user_id)


def _exam(session: Session, site: Site, *, recalled: bool, days: int) -> None:
    decision = D.assessment if recalled else D.routine_recall
    exam = a_screen(session, site=site, days_ago=days, category="0" if recalled else "1", decision=decision)
    reader = session.exec(select(User).where(User.login == f"dr-{site.code}")).first() or a_user(session, f"dr-{site.code}")
    a_read(session, exam, reader, decision=decision, category="0" if recalled else "1", days_ago=days - 1)


def given(test: AppTest, key: str) -> dict[str, object]:
    (found,) = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return dict(json.loads(found.proto.json))


def cards(test: AppTest) -> dict[str, dict[str, object]]:
    return {card["id"]: card for card in given(test, "cards-figure")["cards"]}  # type: ignore[attr-defined]


def found(manager: Person) -> ProgrammeFigures:
    with snapshot() as session:
        return figures(session, manager, Question("breast", periods(today())["all"], as_of=today()))


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def test_what_lies_beyond_chance_stands_first(manager: Person) -> None:
    test = open_page("manager/programme", manager, programme="breast")
    assert not test.exception
    said = words(test)
    assert "Higher than chance" in said
    assert "Site **South**: Recall, all rounds is 30 of 60 (50.0 %, 37.7–62.3); all together 27.5 %" in said
    assert said.count("Higher than chance") == 1


def test_a_theme_shows_its_own_figures_only(manager: Person) -> None:
    recall = cards(open_page("manager/programme", manager, programme="breast", theme="recall"))
    timely = cards(open_page("manager/programme", manager, programme="breast", theme="timeliness"))
    assert set(recall) == {"recall", "recall_first", "recall_later", "ppv", "short_term", "technical"}
    assert "read_in_time" in timely
    assert not set(recall) & set(timely)


def test_a_small_numerator_is_no_rate_and_says_until_when(manager: Person) -> None:
    card = cards(open_page("manager/programme", manager, programme="breast", theme="recall", site="1"))["recall"]
    assert card["value"] == "3 of 60"
    first = date.today() - timedelta(days=439)
    needed = -(-22 * (today() - first).days // 3)
    until = today() + timedelta(days=needed)
    assert card["beside"] == f"too few for a rate until {until.day} {until:%b %Y}"


def test_what_counts_as_positive_changes_value_and_label(manager: Person) -> None:
    with transaction() as session:
        for k in range(30):
            a_screen(session, site=session.get(Site, 1), days_ago=400 + k, category="3", decision=D.short_term_recall)
    usual = cards(open_page("manager/programme", manager, programme="breast", theme="recall"))["recall"]
    other = cards(open_page("manager/programme", manager, programme="breast", theme="recall", positive="1"))["recall"]
    assert (usual["mark"], other["mark"]) == ("positive: 0, 3, 4, 5", "positive: 0, 4, 5")
    assert ("63 of 150" in str(usual["beside"]), "33 of 150" in str(other["beside"])) == (True, True)


def test_the_cases_behind_a_part_are_paged(manager: Person) -> None:
    address = {"programme": "breast", "figure": "recall", "by": "site", "part": "2", "counted": "all"}
    test = open_page("manager/programme", manager, **address)
    assert "The cases behind this number: 30 counted of 60 · South" in [one.label for one in test.expander]
    assert len(given(test, "cases-recall")["rows"]) == 50  # type: ignore[arg-type]
    assert "1–50 of 60" in words(test)
    last = open_page("manager/programme", manager, **address, sheet="2")
    assert len(given(last, "cases-recall")["rows"]) == 10  # type: ignore[arg-type]
    assert not open_page("manager/programme", manager, **address, sheet="99").exception


def test_who_may_see_participants_finds_the_way_to_a_missed_cancer(manager: Person) -> None:
    with transaction() as session:
        who = a_participant(session, site=session.get(Site, 1))
        exam = a_screen(session, site=session.get(Site, 1), who=who, days_ago=500)
        an_outcome_after(session, exam, OutcomeKind.interval_cancer, after=200, known_after=210)
        session.add(RoleGrant(user_id=manager.user_id, role=Role.doctor, site_id=1, granted_at=who.created_at))
        number = who.id
    address = {"programme": "breast", "figure": "missed", "by": "site", "part": "1"}
    assert all(not row["href"] for row in given(open_page("manager/programme", manager, **address), "cases-missed")["rows"])  # type: ignore[attr-defined]
    with snapshot() as session:
        both = person(session, manager.user_id)
    (row,) = given(open_page("manager/programme", both, **address), "cases-missed")["rows"]  # type: ignore[misc]
    assert row["href"] == f"/participant?participant={number}"
    assert row["cells"]["way"] == "to its earlier images"


@pytest.mark.parametrize("chart", ["quarter", "year", "site", "reader"])
def test_each_chart_is_drawn(manager: Person, chart: str) -> None:
    test = open_page("manager/programme", manager, programme="breast", figure="recall", chart=chart)
    assert not test.exception
    assert len(test.get("plotly_chart")) == 1


def test_the_files_hold_what_the_page_shows(manager: Person) -> None:
    made = found(manager)
    recall = made.whole.of("recall")
    book = load_workbook(io.BytesIO(export.as_xlsx(made)))
    assert book.sheetnames == ["All", "Site", "Round", "Age", "Year", "Quarter"]
    rows = {row[1]: row for row in book["All"].iter_rows(min_row=2, values_only=True)}
    assert rows["Recall, all rounds"][2:4] == (33, 120)
    assert recall.interval is not None
    assert rows["Recall, all rounds"][4] == pytest.approx(100 * recall.interval.value)
    quarters = [row for row in book["Quarter"].iter_rows(min_row=2, values_only=True) if row[1] == "Recall, all rounds"]
    assert (sum(row[2] for row in quarters), sum(row[3] for row in quarters)) == (33, 120)
    assert [(row[0], row[2], row[3]) for row in quarters] == [
        (str(group.name), group.of("recall").numerator, group.of("recall").denominator) for group in made.by_quarter
    ]


def test_the_paper_has_page_numbers_definitions_and_the_day(manager: Person) -> None:
    made = found(manager)
    paper = PdfReader(io.BytesIO(export.as_pdf(made, "120 exams", "2 sites")))
    pages = [" ".join(page.extract_text().replace("\x00", "").split()) for page in paper.pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert made.settings.version in text
    whole = " ".join(pages)
    assert "33 of 120" in whole
    assert "Positive exams among all exams with a final result" in whole


def test_figures_are_kept_and_found_again(manager: Person) -> None:
    test = open_page("manager/programme", manager, programme="breast")
    test.session_state["kept"] = True
    test.run()
    next(field for field in test.text_input if field.label == "Keep what is shown as").set_value("Board, November")
    press(test, "Keep")
    assert not test.exception
    with snapshot() as session:
        row = session.exec(select(FigureSnapshot)).one()
    assert (row.name, row.answered["parts"]["all"]["figures"]["recall"][:2]) == ("Board, November", [33, 120])
    assert "Board, November" in words(test)


def test_a_manager_of_all_sites_sets_what_is_positive(manager: Person) -> None:
    test = open_page("manager/programme", manager, programme="breast")
    test.session_state["definitions"] = True
    test.run()
    test.radio(key="set-positive-breast").set_value(1).run()
    press(test, "Make this the programme's definition")
    assert not test.exception
    with snapshot() as session:
        (row,) = session.exec(select(IndicatorSetting)).all()
    assert (row.key, row.value["place"], row.author_id) == ("positive", 1, manager.user_id)
    assert "Positive: 0, 4A, 4B, 4C, 5, or recalled for assessment." in words(test)


def test_two_groups_stand_side_by_side(manager: Person) -> None:
    test = open_page("manager/programme", manager, programme="breast", pair="site", first="1", second="2")
    test.session_state["compare"] = True
    test.run()
    rows = {row["id"]: row["cells"] for row in given(test, "compare-lines")["rows"]}  # type: ignore[attr-defined]
    assert rows["recall"]["first"].startswith("3 of 60")
    assert rows["recall"]["second"] == "30 of 60 (50.0 %, 37.7–62.3)"


def test_the_breast_return_names_what_changed_and_the_lung_export_what_is_missing(manager: Person) -> None:
    year = today() - timedelta(days=400)
    start = year.year if (year.month, year.day) >= (4, 1) else year.year - 1
    test = open_page("manager/returns", manager, programme="breast", year=str(start))
    assert not test.exception
    rows = {row["id"]: row["cells"] for row in given(test, "kc62")["rows"]}  # type: ignore[attr-defined]
    assert int(rows["screened"]["n0"]) > 0
    assert "needle" not in rows
    with transaction() as session:
        a_screen(session, site=session.get(Site, 1), programme="lung", days_ago=(today() - date(today().year - 1, 6, 1)).days, category="2")
    lung = open_page("manager/returns", manager, programme="lung", year=str(today().year - 1))
    assert "0 of 1 are complete" in words(lung)
    fields = {row["id"]: row["cells"]["missing"] for row in given(lung, "lcsr")["rows"]}  # type: ignore[attr-defined]
    assert (fields["pack_years"], fields["lung_rads"]) == ("1", "0")


def test_readers_stand_side_by_side(manager: Person) -> None:
    test = open_page("manager/readers", manager, programme="breast", period="all")
    assert not test.exception
    said = words(test)
    assert "**2 readers**" in said
    assert "120 blind reads" in said
    assert said.count("Higher than chance") == 1
    rows = [row["cells"] for row in given(test, "readers")["rows"]]  # type: ignore[attr-defined]
    assert sorted(row["recall"]["text"] for row in rows) == ["3 of 60", "50.0 %"]


@pytest.mark.parametrize("page", ["manager/programme", "manager/returns", "manager/readers"])
def test_an_empty_page_says_what_it_is_for(page: str) -> None:
    staff = people()
    test = open_page(page, staff[Role.manager])
    assert not test.exception
    assert "Choose another" in words(test)
