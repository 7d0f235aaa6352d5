"""Messages: complete words in both languages, sent to whom they may be sent, and every one that was not says why."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as Talk
from sqlmodel import col, select

from core import jobs, settings, sweep
from core.access import Person
from core.clinics import steps
from core.clock import today
from core.cohorts import contact_details, facts
from core.cohorts.contact_details import ContactDetails
from core.errors import Conflict, NotAllowed, Rejected
from core.messages import contacts, mailings, of_clinic, outgoing, results, sending, state
from core.messages.mailings import Plan, Recipient
from core.messages.template import FIELD_WORDS, FIELDS, WRITTEN, Message, frame, placeholders, render, template, templates
from core.words import Sentence
from core.workflow.programmes import card, cards
from db.engine import snapshot, transaction
from db.enums import AppointmentStep, Channel, DeliveryStep, ProgrammeDecision, Role
from db.tables import Contact, Delivery, Mailing, MailingItem
from tests.build import a_decision, a_participant, a_person, a_recall, a_site, an_episode, an_exam
from tests.clinic_build import a_clinic, an_appointment, at_nine
from tests.web import free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "zh_CN")
VALUES = {
    "name": "Jane Doe", "site": "North clinic", "when": "12 Nov 2026, 09:20", "place": "Van 1", "exam_date": "2 Nov 2026",
    "due": "2 Nov 2027", "invited_on": "1 Oct 2026",
}  # fmt: skip
D, R = DeliveryStep, ProgrammeDecision
WHEN = {"when": "2026-11-12T09:20:00+00:00", "place": "Van 1"}


@pytest.fixture
def maria(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "maria", role=Role.coordinator)


def somebody(person: Person, name: str = "Doe^Jane", **details: object) -> int:
    """A participant with these contact details."""
    with transaction() as session:
        who = a_participant(session, name).id or 0
        if details:
            contact_details.enter(session, person, who, ContactDetails(**details))  # type: ignore[arg-type]
        return who


def mailing(person: Person, ids: list[int], channel: Channel = Channel.email, template_id: str = "invitation", **said: object) -> int:
    with transaction() as session:
        recipients = [Recipient(one, None, said or WHEN) for one in ids]
        (made,) = mailings.make(session, person, Plan("lung", template_id, channel), recipients)
        return made


def states(mailing_id: int) -> dict[int, tuple[DeliveryStep, str]]:
    """Participant → last step and its reason."""
    with snapshot() as session:
        rows = session.exec(
            select(MailingItem.participant_id, Delivery).join(Delivery, col(Delivery.item_id) == MailingItem.id)
            .where(MailingItem.mailing_id == mailing_id).order_by(col(Delivery.id))
        )  # fmt: skip
        return {who: (one.step, str(Sentence.from_json(one.reason) or "")) for who, one in rows}


# Templates


def written(card_id: str, language: str) -> Iterator[tuple[str, Message]]:
    """Every template in every channel, results in the words of every category."""
    for (name, spoken), one in sorted(templates().items()):
        if spoken != language:
            continue
        codes = [category.code for category in card(card_id).categories] if one.letter_of else [""]
        for channel in WRITTEN:
            for code in codes:
                title = " ".join(part for part in (name, channel.value, code) if part)
                yield title, render(name, language, channel, card_id, VALUES, category=code)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card_id", sorted(cards()))
def test_every_message_of_every_category_says_what_was_approved(card_id: str, language: str) -> None:
    found = [f"## {title} ({one.version})\n{one.subject}\n\n{one.words}\n" for title, one in written(card_id, language)]
    assert (GOLDEN / f"messages-{card_id}-{language}.txt").read_text("utf-8") == "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_has_an_open_field_and_texts_are_short(language: str) -> None:
    for card_id in cards():
        for title, one in written(card_id, language):
            assert not re.search(r"[{}]", one.subject + one.words), title
            assert one.channel != Channel.text or len(one.words) <= 306, title


def test_both_languages_have_the_same_templates_and_fields() -> None:
    by_language = {
        language: {name: one.fields for (name, spoken), one in templates().items() if spoken == language} for language in LANGUAGES
    }
    assert by_language["en"] == by_language["zh_CN"]
    assert set(FIELD_WORDS) == FIELDS


def test_a_text_and_a_subject_tell_nothing_of_a_result() -> None:
    for decision in ("routine_recall", "short_term_recall", "assessment", "technical_recall"):
        text = render(f"result_{decision}", "en", Channel.text, "lung", VALUES)
        assert text.words == render("result_assessment", "en", Channel.text, "lung", VALUES).words
        assert (
            render(f"result_{decision}", "en", Channel.email, "lung", VALUES).subject == "A message from the screening office, North clinic"
        )


@pytest.mark.parametrize("missing", ["when", "name", "place"])
def test_a_missing_field_is_named(missing: str) -> None:
    with pytest.raises(Rejected, match="cannot be written") as caught:
        render("invitation", "en", Channel.letter, "lung", VALUES | {missing: " "})
    assert caught.value.sentence.values["field"] == FIELD_WORDS[missing]


def test_an_unknown_template_language_or_channel_is_refused() -> None:
    for arguments, words in (
        (("greeting", "en", Channel.letter), "no template greeting"), (("invitation", "fr", Channel.letter), "no template"),
        (("invitation", "en", Channel.phone), "Nothing can be written"),
    ):  # fmt: skip
        with pytest.raises(Rejected, match=words):
            render(*arguments, "lung", VALUES)
    with pytest.raises(Rejected, match="no messages in the language"):
        frame("fr")


def test_a_template_with_an_undeclared_or_formatted_field_is_not_loaded() -> None:
    whole = template("invitation", "en").model_dump()
    for body in ("Dear {surname}", "Due {due}", "{name!r}"):
        with pytest.raises(ValueError, match=r"uses|format"):
            type(template("invitation", "en")).model_validate(whole | {"letter": {"subject": "x", "body": body}})
    assert placeholders("{name} and {site}") == {"name", "site"}


# Making a mailing


def test_who_cannot_be_written_to_is_withheld_with_the_reason(maria: Person) -> None:
    well, silent, out, dead = somebody(maria, email="jane@example.org"), *(somebody(maria) for _ in range(3))
    with transaction() as session:
        facts.opt_out(session, maria, out, said=True, programme="lung")
        facts.died(session, maria, dead, today())
    made = mailing(maria, [well, silent, out, dead])
    found = states(made)
    assert found[well] == (D.prepared, "")
    assert {who: (step, words.split(" on ")[0]) for who, (step, words) in found.items() if who != well} == {
        silent: (D.withheld, "No e-mail address is known"), out: (D.withheld, "Opted out of this programme"), dead: (D.withheld, "Died"),
    }  # fmt: skip
    with snapshot() as session:
        line = state.mailing(session, maria, made)
    assert (line.total, line.counts[D.withheld], line.template, line.version) == (4, 3, "invitation", template("invitation", "en").version)


def test_nothing_is_made_when_one_message_lacks_a_field(maria: Person) -> None:
    with pytest.raises(Rejected, match="cannot be written"), transaction() as session:
        mailings.make(
            session, maria, Plan("lung", "invitation", Channel.letter), [Recipient(somebody(maria), None, {"when": WHEN["when"]})]
        )
    with snapshot() as session:
        assert session.exec(select(Mailing)).all() == []


def test_everybody_is_written_to_in_the_own_language(maria: Person) -> None:
    jane, mei = somebody(maria, address=("1 High Street",)), somebody(maria, "陈^美玲", language="zh_CN")
    with transaction() as session:
        made = mailings.make(
            session, maria, Plan("lung", "invitation", Channel.letter), [Recipient(who, None, WHEN) for who in (jane, mei)]
        )
    with snapshot() as session:
        assert {session.get_one(Mailing, one).language for one in made} == set(LANGUAGES)
        stored = session.exec(select(MailingItem)).all()
    assert all(set(one.said) == {"when", "place"} for one in stored)  # no name, no address


def test_mailings_of_other_sites_are_out_of_reach(maria: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        sam = a_person(session, "sam", role=Role.coordinator, site=south)
        there = a_participant(session, site=south).id or 0
    with pytest.raises(NotAllowed), transaction() as session:
        mailings.make(session, maria, Plan("lung", "invitation", Channel.letter), [Recipient(there, None, WHEN)])
    made = mailing(maria, [somebody(maria)], Channel.letter)
    with transaction() as session:
        assert state.mailings(session, sam).total == 0
        for look in (state.mailing, state.items, state.retry, state.gone_out, outgoing.merge_table, outgoing.letters):
            with pytest.raises(NotAllowed):
                look(session, sam, made)


# On paper and by a gateway


def test_the_merge_table_has_everything_and_nothing_that_runs(maria: Person) -> None:
    jane = somebody(maria, "@SUM(1)", address=("+1 High Street", "Northfield"), email="jane@example.org")
    made = mailing(maria, [jane], Channel.letter)
    with transaction() as session:
        table = outgoing.merge_table(session, maria, made)
    (row,) = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    assert (row["address_1"], row["address_2"], row["place"]) == ("'+1 High Street", "Northfield", "Van 1")
    assert "We have kept an appointment for you: 12 Nov 2026" in row["text"]
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_texts_go_to_a_gateway_and_letters_do_not(maria: Person) -> None:
    jane, silent = somebody(maria, phone="0711 123456"), somebody(maria)
    made, paper = mailing(maria, [jane, silent], Channel.text), mailing(maria, [jane], Channel.letter)
    with transaction() as session:
        rows = list(csv.reader(io.StringIO(outgoing.gateway_table(session, maria, made).decode("utf-8-sig"))))
        with pytest.raises(Rejected, match="Only texts"):
            outgoing.gateway_table(session, maria, paper)
    assert [row[0] for row in rows] == ["phone", "0711 123456"]
    assert rows[1][1].startswith("North clinic: we have kept a screening appointment for you on 12 Nov 2026")


def test_all_letters_are_in_one_pdf_each_on_its_own_page(maria: Person) -> None:
    people = [somebody(maria, f"Doe^{name}", address=("1 High Street", "Northfield")) for name in ("Jane", "Ann")]
    mei = somebody(maria, "陈^美玲", address=("人民路1号",))
    made = mailing(maria, [*people, mei], Channel.letter)
    with transaction() as session:
        document = pypdfium2.PdfDocument(outgoing.letters(session, maria, made))
    pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    assert len(pages) == 3
    for page, name, street in zip(pages, ("Jane Doe", "Ann Doe", "陈美玲"), ("1 High Street", "1 High Street", "人民路1号"), strict=True):
        assert f"Dear {name}" in page
        assert street in page
        assert "12 Nov 2026" in page
        assert "Letter invitation, version 1.0" in page


def test_posted_letters_are_sent_and_stand_in_the_contact_log_once(maria: Person) -> None:
    jane = somebody(maria)
    made = mailing(maria, [jane], Channel.letter)
    with transaction() as session:
        assert state.gone_out(session, maria, made) == 1
    assert states(made)[jane][0] == D.sent
    with transaction() as session:
        (line,) = contacts.log(session, maria, jane)
        assert (line.channel, line.reached, line.by, line.template) == (Channel.letter, None, "Maria Test", "invitation")
        with pytest.raises(Conflict, match="somebody said so already"):
            state.gone_out(session, maria, made)


# By e-mail, to a real server on this machine


class Office:
    """A mail server's manners: what it refuses, and what it kept."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, server: SMTP, talk: Talk, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, talk: Talk, envelope: Envelope) -> str:
        self.kept.append(envelope)
        return "250 OK"


def _known(server: SMTP, talk: Talk, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"clinic", b"secret"))


@pytest.fixture
def office(maria: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A mail server that is named in the settings."""
    made, port = Office(), free_port()
    server = Controller(made, hostname="127.0.0.1", port=port, authenticator=_known, auth_required=True, auth_require_tls=False)
    server.start()
    for name, value in {"HOST": "127.0.0.1", "PORT": str(port), "FROM": "screening@example.org", "STARTTLS": "false"}.items():
        monkeypatch.setenv(f"FIRSTLIGHT_SMTP_{name}", value)
    monkeypatch.setenv("FIRSTLIGHT_SMTP_USER", "clinic")
    monkeypatch.setenv("FIRSTLIGHT_SMTP_PASSWORD", "secret")
    settings.settings.cache_clear()
    yield made
    server.stop()


def test_e_mails_arrive_and_stand_in_the_contact_log(maria: Person, office: Office) -> None:
    jane, mei = somebody(maria, email="jane@example.org"), somebody(maria, "陈^美玲", email="mei@example.org")
    made = mailing(maria, [jane, mei])
    assert sending.send(made) == sending.Sent(sent=2)
    assert [one.rcpt_tos for one in office.kept] == [["jane@example.org"], ["mei@example.org"]]
    text = office.kept[0].content or b""
    assert b"We have kept an appointment for you: 12 Nov 2026" in text
    assert b"Subject: A message from the screening office, North clinic" in text
    with snapshot() as session:
        rows = session.exec(select(Contact).order_by(col(Contact.id))).all()
    assert [(row.participant_id, row.channel, row.author_id, row.mailing_id) for row in rows] == [
        (jane, Channel.email, None, made), (mei, Channel.email, None, made)]  # fmt: skip
    assert sending.send(made) == sending.Sent()
    assert len(office.kept) == 2


def test_a_refusal_is_named_and_what_passes_is_tried_again(maria: Person, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, full, well = (somebody(maria, email=f"{name}@example.org") for name in ("gone", "full", "well"))
    office.refuses = {"gone@example.org": "550 No such mailbox", "full@example.org": "452 Mailbox full"}
    made = mailing(maria, [gone, full, well])
    assert sending.send(made) == sending.Sent(sent=1, failed=1, waiting=1)
    found = states(made)
    assert found[gone] == (D.failed, "The mail server refused it: 550 No such mailbox")
    assert found[full] == (D.prepared, "The mail server refused it: 452 Mailbox full")
    assert sending.send(made) == sending.Sent()  # not before its pause is over
    monkeypatch.setattr(sending, "PAUSES_MIN", (0,))
    assert [sending.send(made).waiting for _ in range(sending.TRIES - 2)] == [1] * (sending.TRIES - 2)
    assert sending.send(made).failed == 1
    assert states(made)[full] == (D.failed, f"The mail server refused it: 452 Mailbox full, {sending.TRIES} times")
    office.refuses = {}
    with transaction() as session:
        assert state.retry(session, maria, made) == 2
    assert sending.send(made) == sending.Sent(sent=2)
    with pytest.raises(Conflict, match="tried it again already"), transaction() as session:
        state.retry(session, maria, made)


def test_who_opts_out_before_it_is_sent_gets_nothing(maria: Person, office: Office) -> None:
    jane = somebody(maria, email="jane@example.org")
    made = mailing(maria, [jane])
    with transaction() as session:
        facts.opt_out(session, maria, jane, said=True)
    assert sending.send(made) == sending.Sent(withheld=1)
    assert states(made)[jane] == (D.withheld, "Opted out of this programme")
    assert office.kept == []


def test_a_wrong_password_or_a_silent_server_is_named_for_every_message(
    maria: Person, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = somebody(maria, email="jane@example.org")
    made = mailing(maria, [jane])
    monkeypatch.setattr(sending, "PAUSES_MIN", (0,))
    for name, value, words in (("PASSWORD", "wrong", "does not let us in"), ("PORT", str(free_port()), "does not answer")):
        monkeypatch.setenv(f"FIRSTLIGHT_SMTP_{name}", value)
        settings.settings.cache_clear()
        assert sending.send(made) == sending.Sent(waiting=1)
        step, reason = states(made)[jane]
        assert step == D.prepared
        assert words in reason


def test_without_a_mail_server_nothing_is_sent_and_nothing_fails(maria: Person) -> None:
    made = mailing(maria, [somebody(maria, email="jane@example.org")])
    assert not sending.is_on()
    assert sending.send(made) == sending.Sent()
    with snapshot() as session:
        assert sending.due(session) == {}


def test_an_invented_person_gets_mail_only_where_nobody_lives(maria: Person) -> None:
    with transaction() as session:
        real, reserved = (a_participant(session, synthetic=True).id or 0 for _ in range(2))
        contact_details.enter(session, maria, real, ContactDetails(email="someone@hospital.org"))
        contact_details.enter(session, maria, reserved, ContactDetails(email="someone@example.org"))
    found = states(mailing(maria, [real, reserved]))
    assert "real address" in found[real][1]
    assert found[reserved][0] == D.prepared


def test_the_sweep_queues_a_mailing_once_for_each_attempt(maria: Person, office: Office) -> None:
    made = mailing(maria, [somebody(maria, email="jane@example.org")])
    jobs.prepare()
    try:
        assert [sweep.sweep().mailings for _ in range(2)] == [1, 0]
        assert [(job.name, job.subject) for job in jobs.jobs()] == [("send_mailing", str(made))]
    finally:
        jobs.close()


def test_a_mail_server_without_a_sender_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLIGHT_SMTP_HOST", "mail.example.org")
    settings.settings.cache_clear()
    with pytest.raises(ValueError, match="smtp_from is ''"):
        settings.settings()


# The contact log


def test_attempts_to_reach_somebody_are_kept_with_who_tried(maria: Person) -> None:
    jane = somebody(maria)
    with transaction() as session:
        contacts.record(session, maria, jane, Channel.phone, reached=False, note=" no answer ")
        contacts.record(session, maria, jane, Channel.letter)
        with pytest.raises(Rejected, match="whether the participant was reached"):
            contacts.record(session, maria, jane, Channel.phone)
        found = contacts.log(session, maria, jane)
    assert [(one.channel, one.reached, one.note, one.by) for one in found] == [
        (Channel.letter, None, "", "Maria Test"), (Channel.phone, False, "no answer", "Maria Test")]  # fmt: skip


def test_a_contact_is_about_a_round_of_this_participant_at_an_own_site(maria: Person) -> None:
    jane = somebody(maria)
    with transaction() as session:
        other = an_episode(session).id
        with pytest.raises(Rejected, match="another participant"):
            contacts.record(session, maria, jane, Channel.letter, episode_id=other)
        there = a_participant(session, site=a_site(session, "SOUTH", name="South")).id or 0
        with pytest.raises(NotAllowed):
            contacts.record(session, maria, there, Channel.letter)
        with pytest.raises(NotAllowed):
            contacts.log(session, maria, there)


# To the people of a clinic, and about results


def test_the_people_of_a_clinic_are_written_to_once(maria: Person) -> None:
    with transaction() as session:
        clinic = a_clinic(session, starts_at=at_nine(-1))
        booked, missed = (an_appointment(session, clinic, slot=slot) for slot in range(2))
    with transaction() as session:
        steps.take(session, maria, missed.id or 0, AppointmentStep.did_not_attend)
    for template_id, one in (("confirmation", booked), ("missed", missed)):
        with transaction() as session:
            (made,) = of_clinic.write(session, maria, clinic.id or 0, template_id, Channel.letter, "en")
            item = session.exec(select(MailingItem).where(MailingItem.mailing_id == made)).one()
            assert (item.participant_id, item.episode_id, item.said["place"]) == (one.participant_id, one.episode_id, "Van 1")
        with pytest.raises(Conflict, match="written to already"), transaction() as session:
            of_clinic.write(session, maria, clinic.id or 0, template_id, Channel.letter, "en")


def test_a_result_is_told_once_in_the_words_of_its_decision(maria: Person) -> None:
    with transaction() as session:
        people = [a_participant(session) for _ in range(4)]
        exams = [an_exam(session, participant=who, days_ago=9 - number) for number, who in enumerate(people)]
        for exam, decision in zip(exams[:3], (R.routine_recall, R.assessment, R.routine_recall), strict=True):
            made = a_decision(session, exam, maria, decision=decision)
            if decision == R.assessment:
                recall = a_recall(session, made)
    with snapshot() as session:
        found = results.untold(session, maria, "lung")
    assert [row.exam_id for row in found.rows] == [exam.id for exam in exams[:3]]
    assert [row.due for row in found.rows][1] == recall.due
    with transaction() as session:
        mailing_ids = results.tell(session, maria, "lung", Channel.letter, "en", exam_ids=[exams[0].id or 0, exams[1].id or 0])
        assert {session.get_one(Mailing, one).template for one in mailing_ids} == {"result_routine_recall", "result_assessment"}
        assert [row.exam_id for row in results.untold(session, maria, "lung").rows] == [exams[2].id]
        assert results.untold(session, maria, "breast").rows == ()
        text = csv.DictReader(io.StringIO(outgoing.merge_table(session, maria, mailing_ids[0]).decode("utf-8-sig")))
        assert "no further tests" in next(text)["subject"]
    with pytest.raises(Rejected, match="told by now"), transaction() as session:
        results.tell(session, maria, "lung", Channel.letter, "en", exam_ids=[exams[0].id or 0])


def test_a_result_that_could_not_be_told_stays_on_the_list(maria: Person) -> None:
    with transaction() as session:
        a_decision(session, an_exam(session, days_ago=9), maria)
    with transaction() as session:
        results.tell(session, maria, "lung", Channel.email, "en")  # no address is known
        assert results.untold(session, maria, "lung").total == 1
