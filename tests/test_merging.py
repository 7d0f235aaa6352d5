"""Two entries become one: everything hangs on the one that stays, rounds are counted anew, and nothing that was is lost."""

from datetime import timedelta

import pytest
from sqlmodel import Session, SQLModel, col, select

from core.access import Person
from core.clock import today
from core.cohorts import contact_details, duplicates, facts, merging
from core.cohorts.contact_details import ContactDetails
from core.cohorts.standing import entries
from core.errors import Conflict, NotAllowed, Rejected
from core.messages import contacts
from core.workflow import episodes
from core.workflow.participants import find_or_register, search
from db.engine import transaction
from db.enums import AppointmentStep, Channel, EpisodeStep, Role, Sex
from db.tables import (
    Appointment,
    AppointmentEvent,
    AuditEvent,
    Clinic,
    Episode,
    Exam,
    Participant,
    ParticipantMerge,
    Study,
)  # fmt: skip
from tests.build import a_participant, a_person, a_site, ago, an_episode, an_exam

CLOSED = (EpisodeStep.imaged, EpisodeStep.closed)


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def two(session: Session) -> tuple[Participant, Participant]:
    return a_participant(session, "Doe^Jane", identifier="OLD1"), a_participant(session, "Doe^Jane", identifier="NEW2")


def rounds(session: Session, participant: Participant) -> list[int]:
    rows = select(Episode).where(Episode.participant_id == participant.id).order_by(col(Episode.opened_at))
    return [row.round for row in session.exec(rows)]


def test_rounds_images_and_facts_hang_on_the_entry_that_stays(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        oldest = an_exam(session, an_episode(session, came, days_ago=1100, steps=CLOSED), days_ago=1100)
        an_exam(session, an_episode(session, went, days_ago=700, steps=CLOSED), days_ago=700)
        newest = an_exam(session, an_episode(session, came, days_ago=300, steps=CLOSED), days_ago=300)
        facts.record(session, carl, came.id or 0, "bmi", {"value": 27}, today() - timedelta(days=9))
        facts.opt_out(session, carl, came.id or 0, said=True, programme="lung")
        contact_details.enter(session, carl, came.id or 0, ContactDetails(phone="+44 1234"))
        made = merging.merge(session, carl, came.id or 0, went.id or 0, "Same identity card")
        assert rounds(session, went) == [1, 2, 3]
        assert rounds(session, came) == []
        assert {study.participant_id for study in session.exec(select(Study))} == {went.id}
        assert session.get_one(Episode, oldest.episode_id).round == 1
        assert session.get_one(Episode, newest.episode_id).round == 3
        assert facts.values(session, went.id or 0, today())["bmi"] == {"value": 27}
        assert facts.standing(session, [went.id or 0], today())[went.id or 0].opted_out == {"lung"}
        assert contact_details.of(session, carl, [went.id or 0], today())[went.id or 0].phone == "+44 1234"
        assert sorted(made.moved["episode"]) == sorted([oldest.episode_id, newest.episode_id])
        assert made.moved["round"][str(oldest.episode_id)][1] == 1
        assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "participants_merged")).all()) == 2


def test_the_entry_that_went_is_found_by_number_and_shown_nowhere_else(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        assert [line.id for line in search(session, carl).rows] == [went.id]
        by_name = search(session, carl, "doe").rows
        assert [(line.id, str(line.status)) for line in by_name if line.id == came.id] == [(came.id, f"Merged into {went.number}")]
        assert {line.id for line in search(session, carl, "OLD1").rows} == {came.id, went.id}
        assert search(session, carl, came.number).rows[0].merged_into == went.id
        assert duplicates.found(session, carl).pairs == ()


def test_images_under_the_old_number_go_to_the_entry_that_stays(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        again = find_or_register(
            session,
            site_id=came.site_id,
            identifier="OLD1",
            name="Doe^Jane",
            birth_date=None,
            sex=Sex.unknown,
            synthetic=False,
            author="test",
        )
        assert again.id == went.id


def test_two_open_rounds_are_refused_by_name_and_an_empty_invitation_gives_way(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        an_exam(session, an_episode(session, went))
        empty = an_episode(session, came, steps=(EpisodeStep.invited,))
        other = an_exam(session, an_episode(session, came, programme="breast"), programme="breast")
        made = merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        assert made.moved["closed"] == [empty.id]
        assert episodes.current(session, empty.id or 0) == EpisodeStep.closed
        assert session.get_one(Episode, other.episode_id).participant_id == went.id
        third = a_participant(session, "Doe^Jane", identifier="H3")
        an_exam(session, an_episode(session, third))
        with pytest.raises(Conflict, match=f"Both have an open round of lung: {third.number} round 1, {went.number} round"):
            merging.merge(session, carl, third.id or 0, went.id or 0, "Same person")


def test_an_appointment_that_is_still_to_come_stands_against_it(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        episode = an_episode(session, came, steps=(EpisodeStep.invited,))
        clinic = Clinic(site_id=came.site_id, card_id="lung", name="Van", starts_at=ago(-3), slot_minutes=10, slots=6, created_at=ago(1))
        session.add(clinic)
        session.flush()
        booked = Appointment(
            clinic_id=clinic.id or 0, participant_id=came.id or 0, episode_id=episode.id or 0, starts_at=ago(-3), made_at=ago(1)
        )
        session.add(booked)
        session.flush()
        session.add(AppointmentEvent(appointment_id=booked.id or 0, number=0, step=AppointmentStep.booked, at=ago(1)))
        session.flush()
        with pytest.raises(Conflict, match="has an appointment on"):
            merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        session.add(AppointmentEvent(appointment_id=booked.id or 0, number=1, step=AppointmentStep.cancelled, at=ago(0)))
        session.flush()
        merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        assert session.get_one(Appointment, booked.id).participant_id == came.id


def test_merged_once_and_the_second_is_told_who_did_it(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        third = a_participant(session)
        merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        for one, other in ((came, went), (third, came), (came, third)):
            with pytest.raises(Conflict, match=f"{came.number} was merged into {went.number} by Carl Test on"):
                merging.merge(session, carl, one.id or 0, other.id or 0, "Same person")
        merging.merge(session, carl, went.id or 0, third.id or 0, "All three")
        assert facts.merged(session, [came.id or 0]) == {came.id: third.id}
        assert len(session.exec(select(ParticipantMerge)).all()) == 2


def test_a_merge_needs_a_reason_two_entries_and_both_sites(carl: Person) -> None:
    with transaction() as session:
        came, went = two(session)
        elsewhere = a_participant(session, site=a_site(session, "SOUTH", name="South"))
        for one, other, reason in ((came, went, "  "), (came, came, "x"), (came, elsewhere, "x"), (elsewhere, came, "x")):
            with pytest.raises(NotAllowed if elsewhere in (one, other) else Rejected):
                merging.merge(session, carl, one.id or 0, other.id or 0, reason)
        assert session.exec(select(ParticipantMerge)).all() == []


def test_what_only_the_other_entry_knew_is_kept(carl: Person) -> None:
    with transaction() as session:
        came = a_participant(session, "Doe^Jane", sex=Sex.female)
        went = a_participant(session, "Doe^Jane", birth_date=None, sex=Sex.unknown)
        merging.merge(session, carl, came.id or 0, went.id or 0, "Same person")
        kept = session.get_one(Participant, went.id)
        assert (kept.birth_date, kept.sex) == (came.birth_date, Sex.female)


def test_every_table_that_names_a_participant_is_thought_of() -> None:
    naming = {
        table.name for table in SQLModel.metadata.tables.values()
        if any(key.column.table.name == "participant" for key in table.foreign_keys)
    }  # fmt: skip
    dealt_with = {str(table.__tablename__) for table in merging.HUNG_OVER} | set(merging.KEPT) | set(merging.COPIED)
    assert naming == dealt_with
    assert Exam.__tablename__ not in naming


def test_what_was_said_to_a_merged_entry_is_in_the_log_of_the_person(carl: Person) -> None:
    with transaction() as session:
        one, two, three = (a_participant(session, "Doe^Jane", identifier=number).id or 0 for number in ("A", "B", "C"))
        contacts.record(session, carl, one, Channel.phone, reached=False, note="no answer")
        merging.merge(session, carl, one, two, "Same identity card")
        merging.merge(session, carl, two, three, "Same identity card")
        assert [line.note for line in contacts.log(session, carl, three)] == ["no answer"]
        assert entries(session, three) == {one, two, three}
