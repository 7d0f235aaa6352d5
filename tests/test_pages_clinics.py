"""What the pages of clinics, invitations and messages say and do, run as a coordinator on a real database."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core import demo
from core.access import Person
from core.clinics import booking, steps
from core.clock import today
from core.demonstration import clinics as demonstration
from core.messages import contacts, mailings
from core.messages.mailings import Plan, Recipient
from db.engine import snapshot, transaction
from db.enums import AppointmentStep, Channel, DeliveryStep, Role
from db.tables import Appointment, AppointmentEvent, Clinic, Delivery, Episode, Mailing, MailingItem, Participant, Site
from tests.build import a_decision, a_participant, an_exam
from tests.clinic_build import a_clinic, an_appointment, at_nine
from tests.pages import open_page, people, words

pytestmark = pytest.mark.usefixtures("sqlite_database")
S = AppointmentStep


@pytest.fixture
def maria(sqlite_database: str) -> Person:
    return people()[Role.coordinator]


def site() -> Site:
    with snapshot() as session:
        return session.exec(select(Site).where(Site.code == "N")).one()


def a_woman(name: str = "Okafor^Ruth") -> Participant:
    with transaction() as session:
        return a_participant(session, name, site=site(), birth_date=today() - timedelta(days=20300))


def rows(test: AppTest, key: str) -> list[dict[str, Any]]:
    """The rows that a page gives the table called `key`."""
    found = [component for component in test.get("bidi_component") if component.proto.id.endswith(f"-{key}")]
    return list(json.loads(found[0].proto.json)["rows"]) if found else []


def click(test: AppTest, label: str) -> AppTest:
    (button,) = [one for one in test.button if one.label == label]
    return button.click().run()


def test_clinics_open_on_what_is_to_be_settled(maria: Person) -> None:
    who = a_woman()
    with transaction() as session:
        an_appointment(session, a_clinic(session, site=site(), starts_at=at_nine(-5)), who)
        a_clinic(session, site=site(), name="Van <2>", starts_at=at_nine(2))
    test = open_page("coordinator/clinics", maria)
    assert not test.exception
    assert "1 appointment to settle" in words(test)
    (row,) = rows(test, "unsettled")
    assert [action["id"] for action in row["cells"]["actions"]] == ["missed", "screened", "more"]
    (coming,) = rows(test, "clinics")
    assert (coming["cells"]["name"]["text"], coming["cells"]["places"]["text"]) == ("Van <2>", "0 of 4")


def test_an_empty_page_of_clinics_says_what_it_is_for(maria: Person) -> None:
    assert "Make clinics with slots" in words(open_page("coordinator/clinics", maria))


def test_a_clinic_shows_its_slots_with_the_next_step_and_free_places(maria: Person) -> None:
    who = a_woman().id or 0
    with transaction() as session:
        clinic = a_clinic(session, site=site(), starts_at=at_nine(2), slots=3)
    with transaction() as session:
        booking.book(session, maria, clinic.id or 0, 1, who)
    test = open_page("coordinator/clinics", maria, clinic=str(clinic.id))
    shown = rows(test, f"clinic-{clinic.id}")
    assert [row["cells"]["time"] for row in shown] == ["09:00", "09:20", "09:40"]
    assert [row["cells"]["actions"][0]["id"] for row in shown] == ["book", "more", "book"]  # nobody can have come yet
    assert shown[1]["cells"]["who"]["text"] == "Okafor, Ruth"
    (download,) = test.get("download_button")
    assert download.proto.label == "Day list"


def test_on_the_day_the_next_step_is_one_click(maria: Person) -> None:
    who = a_woman()
    with transaction() as session:
        made = an_appointment(session, a_clinic(session, site=site(), starts_at=at_nine(0)), who)
    for taken, following in (((), "checked_in"), ((S.checked_in,), "started"), ((S.started,), "screened")):
        for step in taken:
            with transaction() as session:
                steps.take(session, maria, made.id or 0, step)
        (row,) = [one for one in rows(open_page("coordinator/clinics", maria, clinic=str(made.clinic_id)), f"clinic-{made.clinic_id}")
                  if one["id"] == str(made.id)]  # fmt: skip
        assert row["cells"]["actions"][0] == {"id": following, "text": row["cells"]["actions"][0]["text"], "primary": True}


def test_everybody_else_did_not_attend_in_one_click(maria: Person) -> None:
    women = [a_woman() for _ in range(3)]
    with transaction() as session:
        clinic = a_clinic(session, site=site(), starts_at=at_nine(-1))
        made = [an_appointment(session, clinic, who, slot=slot) for slot, who in enumerate(women)]
    with transaction() as session:
        steps.take(session, maria, made[0].id or 0, S.checked_in)
    test = click(open_page("coordinator/clinics", maria, clinic=str(clinic.id)), "All 2 others did not attend")
    assert not test.exception
    with snapshot() as session:
        assert [steps.last_event(session, one.id or 0).step for one in made] == [S.checked_in, S.did_not_attend, S.did_not_attend]


def test_a_clinic_of_another_site_is_refused(maria: Person) -> None:
    with transaction() as session:
        south = session.exec(select(Site).where(Site.code == "S")).one()
        clinic = a_clinic(session, site=south)
    test = open_page("coordinator/clinics", maria, clinic=str(clinic.id))
    assert "not at one of the sites where you work" in words(test)
    assert rows(test, f"clinic-{clinic.id}") == []


def test_calling_off_asks_why_and_says_what_follows(maria: Person) -> None:
    who = a_woman().id or 0
    with transaction() as session:
        clinic = a_clinic(session, site=site())
    with transaction() as session:
        booking.book(session, maria, clinic.id or 0, 0, who)

    def drawer(user: "Person", clinic_id: int) -> None:
        from core.clinics import day
        from pages.ui.clinics import calling_off
        from pages.ui.session import read

        calling_off.dialog(user, read(day.clinic, user, clinic_id).line)

    test = AppTest.from_function(drawer, args=(maria, clinic.id), default_timeout=30).run()
    assert "**1 appointment** becomes cancelled" in words(test)
    test.text_input[0].set_value("The scanner is broken")
    click(test, "Call the clinic off")
    with snapshot() as session:
        assert session.get_one(Clinic, clinic.id).closed_because == "The scanner is broken"
    assert "1 to rebook" in words(open_page("coordinator/clinics", maria))


def test_invitations_list_who_is_due_and_invite_the_list(maria: Person) -> None:
    for name in ("Okafor^Ruth", "陈^美玲"):
        a_woman(name)
    test = open_page("coordinator/invitations", maria, programme="breast", kind="first")
    assert [row["cells"]["who"]["text"] for row in rows(test, "due")] == ["Okafor, Ruth", "陈, 美玲"]
    assert "**2 people** of the age were never invited" in words(test)
    test = click(test, "Invite from this list")
    assert "What the first one reads" in {one.label for one in test.expander}
    assert "We would like to offer you a mammogram" in words(test)


def test_one_click_in_the_drawer_invites_the_list(maria: Person) -> None:
    first, _second = a_woman(), a_woman("陈^美玲")

    def drawer(user: "Person", first: int) -> None:
        import streamlit as st

        from core.clinics.due import Ask, Kind
        from pages.ui.clinics import invite

        if invite.DONE not in st.session_state:
            invite.dialog(user, Ask("breast", Kind.first), (), first, 2)

    test = click(AppTest.from_function(drawer, args=(maria, first.id), default_timeout=30).run(), "Invite 2 people")
    assert not test.exception
    assert test.session_state["invited-summary"].invited == 2
    with snapshot() as session:
        assert len(session.exec(select(Episode)).all()) == 2
        assert session.exec(select(Mailing.template)).one() == "invitation_open"


def test_an_overdue_round_is_marked_with_how_long(maria: Person) -> None:
    with transaction() as session:
        jane = a_participant(session, site=site(), birth_date=today() - timedelta(days=22000))
        a_decision(session, an_exam(session, participant=jane, days_ago=400), maria, days_ago=399)
    test = open_page("coordinator/invitations", maria)
    (row,) = rows(test, "due")
    assert row["cells"]["due"]["sub"] == "overdue for 35 days"
    assert row["tone"] == "action"
    assert "No round was opened again in the last 90 days" in words(test)


@pytest.mark.parametrize("kind", ["first", "due", "overdue", "reminder"])
def test_an_empty_list_says_what_to_do(maria: Person, kind: str) -> None:
    assert "Nobody is on this list." in words(open_page("coordinator/invitations", maria, kind=kind))


def test_messages_show_failures_first_and_try_them_again(maria: Person) -> None:
    well, gone = a_woman(), a_woman("陈^美玲")
    with transaction() as session:
        recipients = [Recipient(one.id or 0) for one in (well, gone)]
        (mailing_id,) = mailings.make(session, maria, Plan("breast", "invitation_open", Channel.letter), recipients)
        item = session.exec(select(MailingItem).where(MailingItem.participant_id == gone.id)).one()
        session.add(Delivery(item_id=item.id or 0, step=DeliveryStep.failed, reason='["No such mailbox", {}]', at=at_nine(-1)))
    assert "1 message failed" in words(open_page("coordinator/messages", maria))
    test = open_page("coordinator/messages", maria, mailing=str(mailing_id))
    first, second = rows(test, f"items-{mailing_id}")
    assert (first["cells"]["who"]["text"], first["cells"]["why"]) == ("陈, 美玲", "No such mailbox")
    assert second["cells"]["state"]["text"] == "Waits"
    test = click(test, "Try 1 message again")
    assert "message failed" not in words(test)
    click(test, "They are posted")
    with snapshot() as session:
        assert [one.template for one in contacts.log(session, maria, gone.id or 0)] == ["invitation_open"]


@pytest.mark.parametrize(("label", "beginning"), [("Make the letters", b"%PDF"), ("Make the mail-merge table", "\ufeffnumber".encode())])
def test_letters_and_the_table_are_made_when_asked_for(maria: Person, label: str, beginning: bytes) -> None:
    with transaction() as session:
        (mailing_id,) = mailings.make(session, maria, Plan("breast", "invitation_open", Channel.letter), [Recipient(a_woman().id or 0)])
    test = open_page("coordinator/messages", maria, mailing=str(mailing_id))
    assert not test.get("download_button")
    test = click(test, label)
    assert not test.exception
    assert test.session_state["mailing-file"][3].startswith(beginning)
    assert len(test.get("download_button")) == 1


def test_results_that_nobody_told_are_written_to_in_the_words_of_their_decision(maria: Person) -> None:
    with transaction() as session:
        jane = a_participant(session, site=site())
        exam = an_exam(session, participant=jane, days_ago=9)
        a_decision(session, exam, maria)
    test = open_page("coordinator/messages", maria, view="results")
    assert [row["id"] for row in rows(test, "untold")] == [str(exam.id)]
    test = click(test, "Write 1 message")
    assert "Every result of the last months has been told" in words(test)
    with snapshot() as session:
        item = session.exec(select(MailingItem)).one()
        assert (session.exec(select(Mailing.template)).one(), item.episode_id) == ("result_routine_recall", exam.episode_id)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_template_can_be_looked_at(maria: Person, language: str) -> None:
    for template_id in ("invitation", "missed", "result_assessment"):
        for channel in ("letter", "text"):
            address = {"view": "templates", "template": template_id, "channel": channel, "language": language}
            test = open_page("coordinator/messages", maria, **address)
            assert not test.exception
            assert f"{template_id} · " in words(test)


def test_the_panel_of_a_record_shows_appointments_and_attempts(maria: Person) -> None:
    who = a_woman()
    with transaction() as session:
        made = an_appointment(session, a_clinic(session, site=site()), who)
    with transaction() as session:
        contacts.record(session, maria, made.participant_id, Channel.phone, reached=False, note="no answer")

    def page(user: "Person", participant_id: int) -> None:
        from pages.ui.clinics import panel

        panel.show(user, participant_id)

    test = AppTest.from_function(page, args=(maria, made.participant_id), default_timeout=30).run()
    assert not test.exception
    (row,) = rows(test, f"appointments-{made.participant_id}")
    assert row["cells"]["step"]["text"] == "Booked"
    (line,) = rows(test, f"contacts-{made.participant_id}")
    assert line["cells"]["note"]["text"] == "no answer"
    assert line["cells"]["how"]["sub"] == "Not reached"


def test_the_demonstration_has_clinics_with_something_to_settle_and_one_failed_message(sqlite_database: str) -> None:
    with transaction() as session:
        demo.make(session)
    with snapshot() as session:
        assert len(session.exec(select(Clinic)).all()) == 4 * len(demonstration.DAYS)
        newest = select(AppointmentEvent).order_by(col(AppointmentEvent.id))
        last = {event.appointment_id: event.step for event in session.exec(newest)}
        past = session.exec(select(Appointment.id).where(Appointment.starts_at < at_nine(0).replace(hour=0))).all()
        assert sum(last[one or 0] == S.booked for one in past) == 4
        assert session.exec(select(Delivery).where(Delivery.step == DeliveryStep.failed)).one().reason


def test_who_is_sent_here_to_be_booked_is_named_and_offered(sqlite_database: str) -> None:
    everybody = people()
    with transaction() as session:
        site = session.exec(select(Site).where(Site.code == "N")).one()
        who = a_participant(session, "Keller^Rosa", site=site)
    page = open_page("coordinator/clinics", everybody[Role.coordinator], participant=str(who.id))
    assert "Keller" in "\n".join(str(box.value) for box in page.info)
