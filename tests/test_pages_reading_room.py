"""The reading room's pages: what a sitting hands out and says, what differs in arbitration, own figures, and policies to come."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.workflow import prior_requests, sessions
from core.workflow.policies import in_force
from db.engine import snapshot, transaction
from db.enums import Role
from db.tables import ArbitrationAuthor, Claim, Decision, Episode, Exam, ParticipantFact, Reveal, Site, User
from pages.ui import reading_keys
from pages.ui.i18n import use
from tests import reading_build as room
from tests.build import a_policy, a_read, ago
from tests.pages import ROOT, cases, open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
VIEWER = ROOT / "pages" / "ui" / "viewer" / "js"


@pytest.fixture
def doctor(sqlite_database: str) -> Person:
    return people()[Role.doctor]


def someone(login: str) -> Person:
    """One of the people that `room.staff` made."""
    with snapshot() as session:
        return person(session, session.exec(select(User.id).where(User.login == login)).one() or 0)


def sitting(who: Person) -> str:
    """A sitting that goes on, as the address names it."""
    with transaction() as session:
        return str(sessions.start(session, who).sitting_id)


def told(test: AppTest, key: str) -> dict[str, object]:
    """What the page tells its component of that key."""
    found: dict[str, object] = next(
        json.loads(one.proto.json) for one in test.get("bidi_component") if re.search(rf"-{key}$", one.proto.id)
    )
    return found


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label.startswith(label)).click().run()


def test_a_sitting_hands_out_one_case_claims_it_and_looks_one_ahead(doctor: Person) -> None:
    exams = cases(3)
    test = open_page("doctor/session", doctor, sitting=sitting(doctor))
    desk = told(test, "desk-normal")
    with snapshot() as session:
        assert [claim.exam_id for claim in session.exec(select(Claim))] == [desk["case"]]
    assert desk["case"] in exams
    assert "1 of 25" in words(test)


def test_the_one_click_normal_says_what_it_signs_and_is_locked_at_first(doctor: Person) -> None:
    cases(1)
    desk = told(open_page("doctor/session", doctor, sitting=sitting(doctor)), "desk-normal")
    assert 0 < float(str(desk["lockedSeconds"])) <= 5
    assert "Lung-RADS 1, Negative" in str(desk["acts"])
    assert "the next round is due" in str(desk["acts"])


def test_an_opinion_that_is_begun_switches_the_one_click_normal_off(doctor: Person) -> None:
    exam_id = cases(1)[0]
    test = open_page("doctor/session", doctor, sitting=sitting(doctor))
    next(group for group in test.button_group if group.label == "Your opinion: Lung-RADS").set_value("4B").run()
    assert '"off": true' in json.dumps(told(test, "desk-normal")["acts"])
    press(test, "Sign: 4B")
    with snapshot() as session:
        assert session.exec(select(Decision.exam_id)).one() == exam_id


def test_after_the_last_case_the_sitting_says_what_was_done(doctor: Person) -> None:
    cases(1)
    test = open_page("doctor/session", doctor, sitting=sitting(doctor))
    next(group for group in test.button_group if group.label == "Your opinion: Lung-RADS").set_value("2").run()
    said = words(press(test, "Sign: 2"))
    assert "No further case waits for you now" in said
    assert "**1 case** read" in said


def test_without_a_sitting_the_page_says_how_many_cases_wait(doctor: Person) -> None:
    assert "No case waits for you" in words(open_page("doctor/session", doctor))
    cases(2)
    assert "**2 cases** wait for you" in words(open_page("doctor/session", doctor))


def test_nobody_else_can_look_into_a_sitting(doctor: Person) -> None:
    cases(1)
    room_of = sitting(doctor)
    with transaction() as session:
        other = User(login="other", name="Other", password_hash="-", created_at=ago(1))
        session.add(other)
        session.flush()
        other_id = other.id or 0
    stranger = Person(other_id, "other", "Other", "en", doctor.grants, True)
    assert "This sitting is not yours" in words(open_page("doctor/session", stranger, sitting=room_of))


def test_blind_readers_are_told_that_ai_is_hidden_and_get_none(tmp_path: Path, sqlite_database: str) -> None:
    room.staff()
    room.breast(1, tmp_path)
    who = someone("doctor")
    said = words(open_page("doctor/session", who, sitting=sitting(who)))
    assert "AI hidden until you decide" in said
    assert not [secret for secret in room.SECRETS if secret in said]


def test_arbitration_shows_what_differs_only_after_the_reads_were_asked_for(tmp_path: Path, sqlite_database: str) -> None:
    room.staff()
    exam_id = room.breast(1, tmp_path)[0]
    room.disagreement(exam_id)
    third = someone("third")
    assert "**1 case waits** for arbitration" in words(open_page("doctor/arbitration", third))
    test = open_page("doctor/arbitration", third, exam=str(exam_id))
    before = words(test)
    assert "The opinions differ" in before
    assert "Mass behind the nipple" not in before
    assert not [secret for secret in room.SECRETS if secret in before]
    after = words(press(test, "Show the reads"))
    assert "The decisions differ" in after
    assert "Ill-defined mass" in after
    with snapshot() as session:
        assert session.exec(select(Reveal.user_id).distinct()).all() == [third.user_id]


def test_one_of_the_readers_settles_a_case_only_together_with_somebody(tmp_path: Path, sqlite_database: str) -> None:
    room.staff()
    exam_id = room.breast(1, tmp_path)[0]
    room.disagreement(exam_id)
    second, third = someone("second"), someone("third")
    test = open_page("doctor/arbitration", second, exam=str(exam_id))
    next(group for group in test.button_group if group.label == "Your opinion: BI-RADS").set_value("4A").run()
    assert "Choose who settles it with you." in words(test)
    assert next(button for button in test.button if button.label.startswith("Settle")).disabled
    test.multiselect[0].set_value([third.user_id]).run()
    press(test, "Settle: 4A")
    with snapshot() as session:
        assert set(session.exec(select(ArbitrationAuthor.user_id))) == {second.user_id, third.user_id}
        assert session.exec(select(Decision.category)).one() == "4A"


def test_own_figures_count_blind_reads_and_say_how_many_are_left_out(tmp_path: Path, sqlite_database: str) -> None:
    room.staff()
    who = someone("doctor")
    first, second = room.breast(2, tmp_path, scored=False)
    with transaction() as session:
        a_read(session, session.get_one(Exam, first), who, days_ago=2)
        a_read(session, session.get_one(Exam, second), who, days_ago=1, saw_ai=True)
    said = words(open_page("doctor/statistics", who))
    assert "**1 blind read** counted" in said
    assert "1 left out" in said
    assert "1 of 5,000" in said


def test_a_policy_is_put_in_force_for_cases_to_come_and_the_old_one_stays_in_sight(sqlite_database: str) -> None:
    manager = people()[Role.manager]
    with snapshot() as session:
        assert in_force(session, "breast").version == 0
        grants = tuple((Role.manager, site.id or 0) for site in session.exec(select(Site)))
    everywhere = Person(manager.user_id, manager.login, manager.name, "en", grants, True)
    test = open_page("manager/policy", everywhere)
    assert "does not change cases that already arrived" in "\n".join([words(test), *(str(one.value) for one in test.info)])
    next(radio for radio in test.radio if radio.label == "What the AI decides").set_value("triage").run()
    press(test, "Put in force now")
    said = words(test)
    assert "**Version 1** is in force" in said
    assert "The programme card's own policy" in said
    with snapshot() as session:
        assert (in_force(session, "breast").role, in_force(session, "lung").role) == ("triage", "none")


def test_a_manager_of_one_site_cannot_bind_the_others(sqlite_database: str) -> None:
    test = open_page("manager/policy", people()[Role.manager])
    next(radio for radio in test.radio if radio.label == "Readers of each case").set_value(1).run()
    assert "only a manager of all of them can change it" in words(press(test, "Put in force now"))


def test_the_coordinators_day_names_cases_that_wait_for_earlier_images(sqlite_database: str) -> None:
    staff = people()
    exam_id = cases(1)[0]
    assert "waits for earlier images" not in links(open_page("coordinator/today", staff[Role.coordinator]))
    with transaction() as session:
        prior_requests.ask(session, staff[Role.doctor], exam_id, "2024, other hospital")
    assert "1 case waits for earlier images" in links(open_page("coordinator/today", staff[Role.coordinator]))


def links(test: AppTest) -> str:
    return "\n".join(str(one.proto.label) for one in test.get("page_link"))


def test_no_key_of_the_desk_belongs_to_the_viewer_and_every_viewer_key_that_is_named_exists(sqlite_database: str) -> None:
    taken = viewer_keys()
    assert not taken & {key.lower() for key in reading_keys.DESK}
    use("en")
    for kind in ("ct", "mg"):
        named = {key.lower() for key, _hint in (*reading_keys.IMAGES[kind], *reading_keys.TOOLS[kind])}
        assert named <= taken, named - taken
        assert all(text for group in reading_keys.groups(kind) for _key, text in group["keys"])  # type: ignore[attr-defined]


def viewer_keys() -> set[str]:
    """Every key that the viewer's scripts name, and the digits of windows and hangings."""
    source = "\n".join(path.read_text("utf-8") for path in VIEWER.glob("*.js"))
    tools = re.search(r"TOOL_KEYS = \{(.*?)\}", source)
    assert tools
    named = re.findall(r'\bkey: "([^"]+)"', source) + re.findall(r': "(\w)"', tools[1])
    return {key.replace("shift+", "shift-") for key in named} | {str(digit) for digit in range(1, 7)}


@pytest.mark.parametrize("page", ["doctor/session", "doctor/arbitration", "doctor/statistics", "manager/policy"])
def test_every_page_speaks_chinese(page: str, sqlite_database: str) -> None:
    staff = people()
    cases(1)
    title = open_page(page, staff[Role.manager if page.startswith("manager") else Role.doctor], language="zh_CN").title[0].value
    assert re.search("[一-鿿]", title)


def test_the_policy_of_a_case_tells_how_long_the_lock_out_is(doctor: Person) -> None:
    with transaction() as session:
        a_policy(session, "lung", "beside", lockout_seconds=30)
    cases(1)
    desk = told(open_page("doctor/session", doctor, sitting=sitting(doctor)), "desk-normal")
    assert 20 < float(str(desk["lockedSeconds"])) <= 30


def test_the_strip_says_what_is_known_of_the_risk_and_that_the_rest_was_not_entered(doctor: Person) -> None:
    exam_id = cases(1)[0]
    address = sitting(doctor)
    assert "Risk: nothing was entered." in words(open_page("doctor/session", doctor, sitting=address))
    with transaction() as session:
        episode = session.get_one(Episode, session.get_one(Exam, exam_id).episode_id)
        for kind, said in (("emphysema", True), ("family_history", False)):
            known = {"kind": kind, "value": {"said": said}, "valid_from": date(2020, 1, 1), "entered_at": ago(9)}
            session.add(ParticipantFact(participant_id=episode.participant_id, **known))
    said_now = words(open_page("doctor/session", doctor, sitting=address))
    assert "Risk: no lung cancer in the family, emphysema" in said_now
    assert "smoked" not in said_now
