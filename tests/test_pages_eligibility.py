"""The eligibility page and the questionnaire page, as a coordinator uses them."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.clock import now, today
from core.eligibility import questionnaire
from core.rules import conformance, plcom2012
from core.workflow.programmes import card
from db.engine import snapshot, transaction
from db.enums import Role, Sex
from db.tables import Participant, ParticipantFact, Questionnaire, Site, User
from tests.build import a_participant
from tests.eligibility_build import ANSWERS, SMOKER, some_facts
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
YEAR = timedelta(days=365.25)


@pytest.fixture
def carl(sqlite_database: str) -> Person:
    return people()[Role.coordinator]


def somebody(values: dict[str, Any], years: float, **who: Any) -> int:
    with transaction() as session:
        site = session.exec(select(Site).order_by(col(Site.id))).first()
        made: Participant = a_participant(session, birth_date=today() - years * YEAR, site=site, **who)
        some_facts(session, made, values)
        return made.id or 0


def rows(test: AppTest) -> dict[str, dict[str, Any]]:
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith("-eligibility")]
    return {row["id"]: row for row in json.loads(found[0].proto.json)["rows"]} if found else {}


def test_the_three_lists_hold_who_belongs_there(carl: Person) -> None:
    eligible, soon, unasked = somebody(SMOKER, 65), somebody(SMOKER, 54), somebody({}, 60)
    now = open_page("coordinator/eligibility", carl)
    assert set(rows(now)) == {str(eligible)}
    assert rows(now)[str(eligible)]["cells"]["plco"]["text"].startswith("9.")
    assert rows(now)[str(eligible)]["href"] == f"/questionnaire?participant={eligible}"
    assert "**2 participants** are of the age" in words(now)
    assert "1 has not answered the questionnaire" in words(now)
    assert set(rows(open_page("coordinator/eligibility", carl, view="soon"))) == {str(soon)}
    unknown = rows(open_page("coordinator/eligibility", carl, view="unknown"))
    assert "has not been answered" in unknown[str(unasked)]["cells"]["because"]


def test_the_breast_list_goes_by_the_band(carl: Person) -> None:
    eligible = somebody({}, 60, sex=Sex.female)
    somebody({}, 60, sex=Sex.male)
    test = open_page("coordinator/eligibility", carl, programme="breast")
    assert set(rows(test)) == {str(eligible)}
    assert "routine" in rows(test)[str(eligible)]["cells"]["because"]


def test_an_empty_list_says_where_to_look(carl: Person) -> None:
    assert "there the questionnaire is missing" in words(open_page("coordinator/eligibility", carl))


def test_only_coordinators_open_them(carl: Person) -> None:
    one = somebody({}, 60)
    for page in ("coordinator/eligibility", "coordinator/questionnaire"):
        assert "Not for your role" in [title.value for title in open_page(page, _doctor(), participant=str(one)).title]


def _doctor() -> Person:
    with snapshot() as session:
        return person(session, session.exec(select(User.id).where(User.login == "doctor")).one() or 0)


def fill(test: AppTest, who: int, answers: dict[str, Any]) -> AppTest:
    """Give the answers one after the other, as questions appear."""
    for key, value in answers.items():
        name = f"answer-{who}-{key}"
        kinds = (*test.number_input, *test.text_input, *test.selectbox, *test.button_group)
        widget = next(one for one in kinds if one.key == name)
        test = widget.set_value(value).run()
    return test


def test_a_questionnaire_is_kept_handed_in_and_answered(carl: Person) -> None:
    who = somebody({}, 65, sex=Sex.male)
    test = open_page("coordinator/questionnaire", carl, participant=str(who))
    assert "**1 question** is open" in words(test)
    test = fill(test, who, {key: value for key, value in ANSWERS.items() if key != "relatives_before_60"})
    assert "**1 question** is open: One of them before the age of 60" in words(test)
    with snapshot() as session:
        (draft,) = session.exec(select(Questionnaire)).all()
    assert (draft.submitted_at, draft.answers["weight_kg"]) == (None, 82)
    test = press(test, "Hand in")
    assert "still open are “One of them before the age of 60”" in words(test)
    again = open_page("coordinator/questionnaire", carl, participant=str(who))
    test = press(fill(again, who, {"relatives_before_60": "no"}), "Hand in")
    assert not test.exception
    said = words(test)
    assert "A scan is to be offered" in said
    assert "PLCOm2012" in said
    assert "can be answered again from" in said
    with snapshot() as session:
        assert session.exec(select(ParticipantFact).where(ParticipantFact.kind == "smoking")).one().value["quit_on"] == "2012-06"


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def test_the_impossible_is_said_while_it_is_typed(carl: Person) -> None:
    who = somebody({}, 60)
    test = fill(open_page("coordinator/questionnaire", carl, participant=str(who)), who, {"ever_smoked": "yes", "started_age": 70})
    assert "Smoking began at 70, but the person is 60" in " ".join(str(error.value) for error in test.error)


def test_a_draft_of_somebody_else_is_gone_on_with(carl: Person) -> None:
    who = somebody({}, 60)
    fill(open_page("coordinator/questionnaire", carl, participant=str(who)), who, {"ever_smoked": "yes", "current": "no"})
    test = open_page("coordinator/questionnaire", carl, participant=str(who))
    assert f"answer-{who}-quit_on" in {one.key for one in test.text_input}


def test_an_address_without_participant_leads_back(carl: Person) -> None:
    assert "names no participant" in words(open_page("coordinator/questionnaire", carl))
    assert not open_page("coordinator/questionnaire", carl, participant="x").exception


def test_the_day_of_birth_stands_at_the_top(carl: Person) -> None:
    who = somebody({}, 60)
    with snapshot() as session:
        born = session.get_one(Participant, who).birth_date
    assert isinstance(born, date)
    assert str(born.year) in words(open_page("coordinator/questionnaire", carl, participant=str(who)))


def test_a_changed_coefficient_turns_the_rules_page_red_and_the_answer_into_a_refusal(
    carl: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = somebody(SMOKER, 65, sex=Sex.male)
    with transaction() as session:
        at = {"started_at": now(), "saved_at": now(), "submitted_at": now()}
        session.add(Questionnaire(participant_id=who, card_id="lung", version="1.0", answers=ANSWERS, **at))
    assert "9.6" in words(open_page("coordinator/questionnaire", carl, participant=str(who)))
    monkeypatch.setattr(plcom2012, "RACES", {**plcom2012.RACES, "white": 0.01})
    conformance._failing.cache_clear()
    try:
        with snapshot() as session:
            boss = person(session, session.exec(select(User.id).where(User.login == Role.manager.value)).one() or 0)
        rules = words(open_page("manager/rules", boss))
        assert "Not to be used until it is put right: PLCOm2012" in rules
        answered = words(open_page("coordinator/questionnaire", carl, participant=str(who)))
        assert "must not be used" in answered
        assert "9.6" not in answered
    finally:
        monkeypatch.undo()
        conformance._failing.cache_clear()


def test_what_somebody_else_wrote_meanwhile_is_loaded_and_not_written_over(carl: Person) -> None:
    who = somebody({}, 60)
    test = fill(open_page("coordinator/questionnaire", carl, participant=str(who)), who, {"ever_smoked": "yes"})
    with transaction() as session:
        seen = questionnaire.sheet(session, carl, who).saved_at
        questionnaire.save(session, carl, who, {"ever_smoked": "yes", "started_age": 18}, seen)
    test = fill(test, who, {"started_age": 30})
    assert "You, in another window, changed these answers" in " ".join(str(warning.value) for warning in test.warning)
    test = press(test, "Load what is stored")
    assert next(one for one in test.number_input if one.key == f"answer-{who}-started_age").value == 18


def test_the_record_page_tells_both_programmes(carl: Person) -> None:
    who = somebody(SMOKER, 65, sex=Sex.female)
    said = words(open_page("coordinator/record", carl, participant=str(who)))
    assert "Yes: PLCOm2012 9.6" in said
    assert "in the age band of routine screening" in said
    assert f"Every 730 days by Bands of this programme, version {card('breast').version}" in said
