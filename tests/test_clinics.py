"""Clinics: places are given once, steps are legal and named, and nobody's appointment passes without a word."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, func, select

from core.access import Person
from core.clinics import booking, day, planning, rebooking, settling, steps
from core.clinics.planning import Wanted
from core.clinics.steps import NEXT, WORDS
from core.clock import today
from core.cohorts import facts
from core.errors import Conflict, FirstlightError, NotAllowed, Rejected
from core.workflow import episodes, recalls
from db.engine import snapshot, transaction
from db.enums import AppointmentStep, EpisodeStep, ProgrammeDecision, RecallStep, Role
from db.tables import Appointment, AppointmentEvent, Clinic, Episode, EpisodeEvent, PlaceHeld
from tests.build import a_decision, a_participant, a_person, a_recall, a_site, an_episode, an_exam
from tests.clinic_build import a_clinic, an_appointment, at_nine

S, E = AppointmentStep, EpisodeStep


@pytest.fixture
def maria(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "maria", role=Role.coordinator)


def clinic_of(**fields: object) -> int:
    with transaction() as session:
        return a_clinic(session, **fields).id or 0  # type: ignore[arg-type]


def somebody(name: str = "Doe^Jane") -> int:
    with transaction() as session:
        return a_participant(session, name).id or 0


def booked(person: Person, clinic_id: int, slot: int = 0, participant_id: int | None = None) -> int:
    with transaction() as session:
        return booking.book(session, person, clinic_id, slot, participant_id or somebody())


def a_past_one(*, days: int = -1, slot: int = 0, clinic: Clinic | None = None) -> Appointment:
    with transaction() as session:
        return an_appointment(session, clinic or a_clinic(session, starts_at=at_nine(days)), slot=slot)


def take(person: Person, appointment_id: int, *wanted: AppointmentStep, note: str = "because") -> None:
    for step in wanted:
        with transaction() as session:
            steps.take(session, person, appointment_id, step, note=note)


def round_steps(appointment_id: int) -> list[EpisodeStep]:
    with snapshot() as session:
        episode_id = session.get_one(Appointment, appointment_id).episode_id
        steps = select(EpisodeEvent).where(EpisodeEvent.episode_id == episode_id).order_by(col(EpisodeEvent.id))
        return [event.step for event in session.exec(steps)]


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What each of these said, done at the same moment."""

    def attempt(deed: Callable[[], object]) -> str:
        try:
            deed()
            return "done"
        except FirstlightError as problem:
            return str(problem)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(attempt, deeds))


# Making clinics


def test_a_series_is_made_on_every_day_or_on_none(maria: Person) -> None:
    with transaction() as session:
        site = a_site(session).id or 0
        wanted = Wanted(site, "lung", "Van 1", time(9), 20, 6, 2)
        made = planning.make(session, maria, wanted, planning.every_week(today() + timedelta(days=3), 4))
    with snapshot() as session:
        found = day.clinics(session, maria, today(), today() + timedelta(days=40))
    assert [line.id for line in found] == list(made)
    assert {(line.places, line.held, line.starts_at.astimezone().hour) for line in found} == {(12, 0, 9)}
    with pytest.raises(Conflict, match="Van 1 is there already"), transaction() as session:
        planning.make(session, maria, wanted, (today() + timedelta(days=2), today() + timedelta(days=10)))
    with snapshot() as session:
        assert len(day.clinics(session, maria, today(), today() + timedelta(days=40))) == 4


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"name": " "}, "room or the van"), ({"slots": 0}, "expected 1 to 200"), ({"card_id": "liver"}, "no programme"), ({}, "1 to 100")],
)
def test_a_clinic_that_makes_no_sense_is_refused(maria: Person, changed: dict[str, object], words: str) -> None:
    with transaction() as session:
        fields = {"site_id": a_site(session).id, "card_id": "lung", "name": "Van", "start": time(9), "slot_minutes": 20, "slots": 6}
        days = [today() + timedelta(days=3)] if changed else []
        with pytest.raises(Rejected, match=words):
            planning.make(session, maria, Wanted(**fields | changed), days)  # type: ignore[arg-type]


def test_a_clinic_lies_in_the_future_and_at_an_own_site(maria: Person) -> None:
    with transaction() as session:
        here, there = a_site(session).id or 0, a_site(session, "SOUTH", name="South").id or 0
        with pytest.raises(Rejected, match="lies in the future"):
            planning.make(session, maria, Wanted(here, "lung", "Van", time(9), 20, 6), [date(2020, 1, 2)])
        with pytest.raises(NotAllowed):
            planning.make(session, maria, Wanted(there, "lung", "Van", time(9), 20, 6), [today() + timedelta(days=3)])


# Places


def test_of_two_who_want_the_last_place_exactly_one_gets_it(maria: Person) -> None:
    clinic_id = clinic_of(places=2)
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
    booked(maria, clinic_id)
    people = [somebody(), somebody()]
    said = at_once(*(lambda who=who, one=one: booked(who, clinic_id, 0, one) for who, one in zip((maria, carl), people, strict=True)))
    assert said.count("done") == 1
    winner = "Maria Test" if said[0] == "done" else "Carl Test"
    assert any(f"{winner} took the last one" in one for one in said)
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(PlaceHeld)).one() == 2
        assert session.exec(select(func.count()).select_from(Appointment)).one() == 2


def test_two_bookings_of_one_participant_open_one_round(maria: Person) -> None:
    first, second, who = clinic_of(), clinic_of(name="Van 2"), somebody()
    said = at_once(lambda: booked(maria, first, 0, who), lambda: booked(maria, second, 0, who))
    assert said.count("done") == 1
    assert any("has an appointment at" in one for one in said)
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(Episode)).one() == 1


def test_an_appointment_is_an_invitation_and_a_booking(maria: Person) -> None:
    appointment_id = booked(maria, clinic_of(), 2)
    assert round_steps(appointment_id) == [E.invited, E.booked]
    with snapshot() as session:
        (line,) = day.clinics(session, maria, today(), today() + timedelta(days=5))
        shown = day.clinic(session, maria, line.id)
    assert (line.held, line.places) == (1, 4)
    assert [(slot.number, slot.free, len(slot.appointments)) for slot in shown.slots] == [(0, 1, 0), (1, 1, 0), (2, 0, 1), (3, 1, 0)]
    assert shown.slots[2].starts_at == at_nine(2) + timedelta(minutes=40)


def test_who_opted_out_died_or_waits_for_a_result_is_not_booked(maria: Person) -> None:
    clinic_id = clinic_of()
    with transaction() as session:
        gone, out, waits = (a_participant(session) for _ in range(3))
        facts.died(session, maria, gone.id or 0, today())
        facts.opt_out(session, maria, out.id or 0, said=True, programme="lung")
        an_exam(session, participant=waits)
    for who, words in ((gone, "died on"), (out, "opted out"), (waits, "is imaged; book from the recall")):
        with pytest.raises((Rejected, Conflict), match=words):
            booked(maria, clinic_id, 0, who.id)
    with pytest.raises(Rejected, match="there is no slot 9"):
        booked(maria, clinic_id, 8)
    with pytest.raises(Rejected, match="has passed"):
        booked(maria, clinic_of(starts_at=at_nine(-1)))


def test_other_sites_are_out_of_reach(maria: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        clinic = a_clinic(session, site=south)
        made = an_appointment(session, clinic, a_participant(session, site=south))
        here = a_clinic(session)
    with pytest.raises(NotAllowed):
        take(maria, made.id or 0, S.cancelled)
    with pytest.raises(NotAllowed):
        booked(maria, clinic.id or 0)
    with pytest.raises(NotAllowed):
        booked(maria, here.id or 0, 0, made.participant_id)
    with snapshot() as session:
        assert [line.id for line in day.clinics(session, maria, today(), today() + timedelta(days=9))] == [here.id]
        assert settling.unsettled(session, maria) == ()


# Steps


def test_the_table_names_every_step_and_ends() -> None:
    assert set(NEXT) == set(S) == set(WORDS)
    assert {step for step in S if not NEXT[step]} == {S.screened, S.partially_screened, S.attended_not_screened, S.cancelled}


def test_an_appointment_carries_its_round_along(maria: Person) -> None:
    made = a_past_one(days=0)
    take(maria, made.id or 0, S.checked_in, S.started, S.screened)
    assert round_steps(made.id or 0) == [E.invited, E.booked, E.attended]
    with snapshot() as session:
        assert session.exec(select(PlaceHeld)).first() is None
        events = session.exec(select(AppointmentEvent).order_by(col(AppointmentEvent.number))).all()
    assert [(event.number, event.step, event.author_id) for event in events][1:] == [
        (1, S.checked_in, maria.user_id), (2, S.started, maria.user_id), (3, S.screened, maria.user_id)]  # fmt: skip


def test_of_two_who_start_an_appointment_at_once_one_is_told_who_did(maria: Person) -> None:
    made = a_past_one(days=0)
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
    take(maria, made.id or 0, S.checked_in)
    said = at_once(lambda: take(maria, made.id or 0, S.started), lambda: take(carl, made.id or 0, S.started))
    assert said.count("done") == 1
    assert any("Test already recorded “started”" in one for one in said)
    with snapshot() as session:
        assert session.exec(select(func.count()).where(col(AppointmentEvent.step) == S.started)).one() == 1


def test_who_has_not_seen_the_last_step_is_told(maria: Person) -> None:
    made = a_past_one()
    take(maria, made.id or 0, S.did_not_attend)
    with pytest.raises(Conflict, match="Maria Test already recorded “did not attend”"), transaction() as session:
        steps.take(session, maria, made.id or 0, S.checked_in, seen=0)
    take(maria, made.id or 0, S.checked_in)
    assert round_steps(made.id or 0)[-2:] == [E.did_not_attend, E.attended]


def test_what_cannot_have_happened_is_refused(maria: Person) -> None:
    appointment_id = booked(maria, clinic_of())
    for step, words in ((S.did_not_attend, "only afterwards"), (S.checked_in, "nobody can have come before"), (S.screened, "cannot")):
        with pytest.raises((Rejected, Conflict), match=words):
            take(maria, appointment_id, step)
    with pytest.raises(Rejected, match="Say why"):
        take(maria, appointment_id, S.cancelled, note=" ")


def test_history_is_not_rewritten(maria: Person) -> None:
    booked(maria, clinic_of())
    with snapshot() as session:
        event = session.exec(select(AppointmentEvent)).one()
        event.step = S.screened
        with pytest.raises(DatabaseError, match="append-only"):
            session.flush()


# Cancelling, moving, calling off


def test_a_cancelled_place_is_free_again_and_its_participant_is_to_be_rebooked(maria: Person) -> None:
    clinic_id = clinic_of()
    appointment_id = booked(maria, clinic_id)
    take(maria, appointment_id, S.cancelled, note="ill")
    assert round_steps(appointment_id)[-1] == E.invited
    with snapshot() as session:
        page = rebooking.to_rebook(session, maria, "lung")
    assert [(row.id, row.note) for row in page.rows] == [(appointment_id, "ill")]
    booked(maria, clinic_id, 0, page.rows[0].participant_id)
    with snapshot() as session:
        assert rebooking.to_rebook(session, maria, "lung").total == 0


def test_an_appointment_is_moved_or_stays_where_it_is(maria: Person) -> None:
    clinic_id, other = clinic_of(), clinic_of(name="Van 2", starts_at=at_nine(3))
    appointment_id, taken = booked(maria, clinic_id), booked(maria, other, 1)
    assert taken
    with pytest.raises(Conflict, match="took the last one"), transaction() as session:
        booking.move(session, maria, appointment_id, other, 1)
    with snapshot() as session:
        assert steps.last_event(session, appointment_id).step == S.booked
    with transaction() as session:
        moved = booking.move(session, maria, appointment_id, other, 2, seen=0)
    with snapshot() as session:
        assert session.get_one(Appointment, moved).starts_at == at_nine(3) + timedelta(minutes=40)
        assert rebooking.to_rebook(session, maria, "lung").total == 0
    assert round_steps(moved) == [E.invited, E.booked, E.booked]


def test_a_clinic_that_is_called_off_leaves_everybody_to_be_rebooked_with_the_reason(maria: Person) -> None:
    clinic_id = clinic_of()
    ids = {booked(maria, clinic_id, slot) for slot in range(3)}
    with pytest.raises(Rejected, match="Say why"), transaction() as session:
        planning.call_off(session, maria, clinic_id, "")
    with transaction() as session:
        assert planning.call_off(session, maria, clinic_id, "The scanner is broken") == 3
    with snapshot() as session:
        page = rebooking.to_rebook(session, maria, "lung")
        (line,) = day.clinics(session, maria, today(), today() + timedelta(days=9))
    assert {(row.id, row.note) for row in page.rows} == {(one, "The scanner is broken") for one in ids}
    assert (line.called_off, line.held) == ("The scanner is broken", 0)
    with pytest.raises(Conflict, match="called off: The scanner"):
        booked(maria, clinic_id)


def test_a_clinic_is_not_called_off_over_the_heads_of_those_who_came(maria: Person) -> None:
    made = a_past_one(days=0)
    take(maria, made.id or 0, S.checked_in)
    with pytest.raises(Conflict, match="have come already"), transaction() as session:
        planning.call_off(session, maria, made.clinic_id, "fire")


# Nothing is settled by silence


def test_what_passed_without_a_word_stays_in_sight_until_it_is_settled(maria: Person) -> None:
    with transaction() as session:
        clinic = a_clinic(session, starts_at=at_nine(-40))
        missed, came, seen = (an_appointment(session, clinic, slot=slot) for slot in range(3))
        an_exam(session, session.get_one(Episode, came.episode_id), days_ago=39)
    take(maria, seen.id or 0, S.checked_in)
    with snapshot() as session:
        assert [(row.id, row.images) for row in settling.unsettled(session, maria)] == [
            (missed.id, False), (came.id, True), (seen.id, False)]  # fmt: skip
    with transaction() as session:
        assert settling.mark_missed(session, maria, clinic.id or 0) == settling.Settled(1, 2)
    with snapshot() as session:
        assert [row.id for row in settling.unsettled(session, maria)] == [came.id, seen.id]
        event = session.exec(select(EpisodeEvent).where(EpisodeEvent.step == E.did_not_attend)).one()
        assert event.happened_at == missed.starts_at
    with transaction() as session:
        settling.mark_screened(session, maria, came.id or 0, seen=0)
        settling.mark_screened(session, maria, seen.id or 0)
        assert steps.last_event(session, came.id or 0).step == S.screened
        assert settling.unsettled(session, maria) == ()


def test_who_missed_is_to_be_rebooked_until_images_come(maria: Person) -> None:
    made = a_past_one()
    take(maria, made.id or 0, S.did_not_attend)
    with snapshot() as session:
        assert rebooking.to_rebook(session, maria, "lung").total == 1
        assert rebooking.to_rebook(session, maria, "breast").total == 0
    with transaction() as session:
        episodes.append(session, made.episode_id, E.imaged, at_nine(-1), None)
        assert rebooking.to_rebook(session, maria, "lung").total == 0


def test_an_appointment_for_a_recall_carries_the_recall(maria: Person) -> None:
    with transaction() as session:
        dana, clinic = a_person(session), a_clinic(session, assessment=True)
        exam = an_exam(session, an_episode(session, steps=(E.imaged, E.read, E.recalled)))
        recall = a_recall(session, a_decision(session, exam, dana, decision=ProgrammeDecision.assessment))
        who = session.get_one(Episode, exam.episode_id).participant_id
    with transaction() as session:
        made = booking.book(session, maria, clinic.id or 0, 0, who, recall_id=recall.id)
        (row,) = recalls.open_recalls(session, maria)
        assert row.last_step == RecallStep.booked
        assert episodes.current(session, exam.episode_id) == E.recalled
    take(maria, made, S.cancelled, note="ill")
    with transaction() as session:
        (row,) = recalls.open_recalls(session, maria)
        assert (row.last_step, row.last_note) == (RecallStep.contacted, "ill")
        assert rebooking.to_rebook(session, maria, "lung").total == 1
