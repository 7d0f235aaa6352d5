"""The pages of cohorts, participants and one record, run as a coordinator."""

import json
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Person
from core.clock import today
from core.cohorts import cohorts, contact_details, facts, merging
from core.cohorts.contact_details import ContactDetails
from core.cohorts.selection import Selection
from db.engine import snapshot, transaction
from db.enums import Role
from tests.build import a_participant, a_site
from tests.pages import cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def staff(sqlite_database: str) -> dict[Role, Person]:
    return people()


@pytest.fixture
def carl(staff: dict[Role, Person]) -> Person:
    return staff[Role.coordinator]


def rows(test: AppTest, key: str) -> list[dict[str, object]]:
    found = [one for one in test.get("bidi_component") if one.proto.id.endswith(f"-{key}")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def somebody(name: str = "Doe^Jane", born: date = date(1960, 5, 4)) -> int:
    with transaction() as session:
        return a_participant(session, name, site=a_site(session, "N"), birth_date=born).id or 0


def sixties(carl: Person) -> int:
    with transaction() as session:
        return cohorts.make(session, carl, "Sixties", Selection(age_from=60, age_to=69))


def test_no_cohort_says_what_one_is(carl: Person) -> None:
    assert "Press “New cohort”" in words(open_page("coordinator/cohorts", carl))


def test_the_drawer_of_a_new_cohort_asks_for_every_part(carl: Person) -> None:
    test = open_page("coordinator/cohorts", carl)
    next(one for one in test.button if one.label == "New cohort").click().run()
    assert not test.exception
    assert {"Programme", "Sex", "Fact", "Last decision", "Taking part"} <= {one.label for one in test.selectbox}
    assert next(one for one in test.button if one.label == "Save the cohort").disabled


def test_a_cohort_lists_its_members_and_says_what_it_selects(carl: Person) -> None:
    somebody(), somebody("Old^Ann", date(1930, 1, 1))
    sixties(carl)
    test = open_page("coordinator/cohorts", carl)
    assert [row["cells"]["name"]["text"] for row in rows(test, "members")] == ["Doe, Jane"]  # type: ignore[index]
    shown = words(test)
    assert "**1 member**" in shown
    assert "age 60 to 69" in shown


def test_versions_are_compared_side_by_side(carl: Person) -> None:
    somebody(), somebody("Old^Ann", date(1930, 1, 1))
    made = sixties(carl)
    with transaction() as session:
        cohorts.change(session, carl, made, Selection(age_from=60), "No upper limit", seen=1)
    test = open_page("coordinator/cohorts", carl, beside="1")
    assert [metric.value for metric in test.metric] == ["1", "1", "0"]
    assert "No upper limit" in words(test)
    assert "**1 member**" in words(open_page("coordinator/cohorts", carl, version="1"))


def test_the_export_holds_no_formula_and_is_noted(carl: Person) -> None:
    from pages.ui.cohorts.cohort_detail import export

    somebody("@SUM(A1)")
    made = sixties(carl)
    with snapshot() as session:
        version = cohorts.cohort(session, carl, made).newest
    file = export(carl, version, "en").decode("utf-8-sig")
    assert "'@SUM(A1)" in file
    assert file.splitlines()[0] == "Number,Patient number,Name,Born,Sex,Site"


def test_participants_are_narrowed_by_cohort_standing_and_order(carl: Person) -> None:
    young, old = somebody(), somebody("Old^Ann", date(1930, 1, 1))
    made = sixties(carl)
    with transaction() as session:
        facts.opt_out(session, carl, old, said=True)

    def shown(**address: str) -> list[object]:
        return [row["id"] for row in rows(open_page("coordinator/participants", carl, **address), "participants")]

    assert shown() == [str(young), str(old)]
    assert shown(cohort=str(made)) == [str(young)]
    assert shown(stands="left") == [str(old)]
    assert shown(order="oldest") == [str(old), str(young)]
    assert shown(order="newest") == [str(old), str(young)]
    assert shown(stands="overdue") == []


def test_a_row_leads_the_coordinator_to_the_record_and_the_doctor_to_the_history(staff: dict[Role, Person]) -> None:
    cases(1)
    for role, page in ((Role.coordinator, "/record"), (Role.doctor, "/participant")):
        (row,) = rows(open_page("coordinator/participants", staff[role]), "participants")
        assert str(row["href"]).startswith(f"{page}?participant=")


def test_the_record_shows_facts_with_their_author_and_contact_details(carl: Person) -> None:
    who = somebody()
    with transaction() as session:
        facts.opt_out(session, carl, who, said=True, programme="lung")
        contact_details.enter(session, carl, who, ContactDetails(("1 Mill Lane",), "jane@example.org"))
    shown = words(open_page("coordinator/record", carl, participant=str(who)))
    for word in ("Doe, Jane", "1 Mill Lane", "jane@example.org", "Opted out of lung screening", "Coordinator"):
        assert word in shown


def test_an_opt_out_is_entered_and_taken_back_on_the_record(carl: Person) -> None:
    who = somebody()
    test = open_page("coordinator/record", carl, participant=str(who))
    next(one for one in test.button if one.label == "Opts out").click().run()
    with snapshot() as session:
        assert facts.standing(session, [who], today())[who].opted_out == {"lung", "breast"}
    next(one for one in test.button if one.label == "Takes part again").click().run()
    with snapshot() as session:
        assert not facts.standing(session, [who], today())[who].opted_out


def test_contact_details_are_changed_on_the_record_and_refused_by_name(carl: Person) -> None:
    who = somebody()
    test = open_page("coordinator/record", carl, participant=str(who))
    next(one for one in test.text_input if one.label == "E-mail").set_value("jane at home")
    next(one for one in test.button if one.label == "Save").click().run()
    assert "jane at home is no e-mail address" in words(test)
    next(one for one in test.text_input if one.label == "E-mail").set_value("jane@example.org")
    next(one for one in test.button if one.label == "Save").click().run()
    with snapshot() as session:
        assert contact_details.of(session, carl, [who], today())[who].email == "jane@example.org"


def test_the_record_of_a_merged_entry_leads_to_the_one_that_stays(carl: Person) -> None:
    came, went = somebody(), somebody()
    with transaction() as session:
        merging.merge(session, carl, came, went, "Card seen")
    test = open_page("coordinator/record", carl, participant=str(came))
    assert f"merged into FL-{went:06d}" in words(test)
    assert "Opts out" not in [one.label for one in test.button]
    assert "Card seen" in words(open_page("coordinator/record", carl, participant=str(went)))


def test_a_doctor_sees_the_record_and_changes_nothing_but_what_doctors_may(staff: dict[Role, Person]) -> None:
    who = somebody()
    test = open_page("coordinator/record", staff[Role.doctor], participant=str(who))
    assert "Doe, Jane" in words(test)
    assert "Save" not in [one.label for one in test.button]


def test_the_record_needs_a_participant_of_one_s_own_site(carl: Person) -> None:
    assert "opens from the list of participants" in words(open_page("coordinator/record", carl))
    with transaction() as session:
        who = a_participant(session, site=a_site(session, "S")).id
    assert "not at one of your sites" in words(open_page("coordinator/record", carl, participant=str(who)))
