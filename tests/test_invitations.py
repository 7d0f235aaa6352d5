"""Who is due to be invited, and one act that invites many: nobody twice, nobody who must not be, everybody else stays on the list."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import col, func, select

from core.access import Person
from core.clinics import day, inviting
from core.clinics.due import Ask, Kind, due
from core.clinics.inviting import invite
from core.clinics.round_length import round_length
from core.clock import today
from core.cohorts import contact_details, facts
from core.cohorts.contact_details import ContactDetails
from core.errors import FirstlightError, NotAllowed, Rejected
from core.messages.mailings import Plan
from core.workflow.programmes import card
from db.engine import snapshot, transaction
from db.enums import Channel, DeliveryStep, EpisodeStep, OutcomeKind, ProgrammeDecision, RecallStep, Role, Sex
from db.tables import Appointment, Delivery, Episode, EpisodeEvent, Exam, Mailing, MailingItem, Participant
from tests.build import a_decision, a_participant, a_person, a_recall, a_site, an_episode, an_exam, an_outcome
from tests.clinic_build import a_clinic, an_appointment, at_nine

E = EpisodeStep
YEAR = card("lung").screening_interval_days
LETTER = Plan("breast", "invitation_open", Channel.letter)
WITH_DAY = Plan("breast", "invitation", Channel.letter)


@pytest.fixture
def maria(database: str) -> Person:
    with transaction() as session:
        a_person(session, "dana")
        return a_person(session, "maria", role=Role.coordinator)


def a_woman(*, age: int = 55, name: str = "Doe^Jane", sex: Sex = Sex.female) -> Participant:
    with transaction() as session:
        return a_participant(session, name, birth_date=today() - timedelta(days=round(age * 365.25) + 30), sex=sex)


def screened(person: Person, *, days_ago: int, programme: str = "lung", decided: bool = True, **who: object) -> Participant:
    """Somebody whose last exam lies so many days back, with routine recall."""
    jane = a_woman(age=60, **who)  # type: ignore[arg-type]
    with transaction() as session:
        exam = an_exam(session, participant=jane, programme=programme, days_ago=days_ago)
        if decided:
            a_decision(session, exam, person, days_ago=days_ago - 1)
    return jane


def listed(person: Person, kind: Kind, card_id: str = "lung", **asked: object) -> list[int]:
    with snapshot() as session:
        return [row.participant_id for row in due(session, person, Ask(card_id, kind, **asked)).rows]  # type: ignore[arg-type]


# Rounds


def test_a_round_is_due_before_its_day_on_its_day_and_overdue_after(maria: Person) -> None:
    soon, on_the_day, late, young, far = (
        screened(maria, days_ago=YEAR + shift) for shift in (-20, 0, 1, -200, -40)
    )  # fmt: skip
    assert listed(maria, Kind.due) == [on_the_day.id, soon.id]
    assert listed(maria, Kind.overdue) == [late.id]
    assert listed(maria, Kind.due, ahead_days=60) == [on_the_day.id, soon.id, far.id]
    assert young.id not in listed(maria, Kind.due)
    with snapshot() as session:
        (row,) = due(session, maria, Ask("lung", Kind.overdue)).rows
    assert row.due_on == today() - timedelta(days=1)


def test_who_must_not_be_invited_is_on_no_list(maria: Person) -> None:
    kept, out, dead, gone, waits, recalled, again, ill, booked = (screened(maria, days_ago=YEAR + 10) for _ in range(9))
    undecided = screened(maria, days_ago=YEAR + 10, decided=False)
    with transaction() as session:
        facts.opt_out(session, maria, out.id or 0, said=True, programme="lung")
        facts.died(session, maria, dead.id or 0, today())
        facts.moved_away(session, maria, gone.id or 0, said=True)
        exam = an_exam(session, an_episode(session, waits, days_ago=1), days_ago=1)
        last = an_exam(session, participant=recalled, days_ago=YEAR + 5)
        a_recall(session, a_decision(session, last, maria, decision=ProgrammeDecision.assessment))
        an_episode(session, again, days_ago=2, steps=(E.invited,))
        theirs = session.exec(select(Exam).join(Episode, col(Episode.id) == Exam.episode_id).where(Episode.participant_id == ill.id)).one()
        an_outcome(session, theirs, kind=OutcomeKind.interval_cancer)
        an_appointment(session, a_clinic(session), booked)
    assert exam
    assert listed(maria, Kind.overdue) == [kept.id]
    assert undecided.id not in listed(maria, Kind.overdue)
    with transaction() as session:
        facts.opt_out(session, maria, out.id or 0, said=False, programme="lung")
    assert set(listed(maria, Kind.overdue)) == {kept.id, out.id}


def test_a_closed_recall_keeps_nobody_off_the_list(maria: Person) -> None:
    jane = screened(maria, days_ago=YEAR + 10, decided=False)
    with transaction() as session:
        exam = session.exec(select(Exam)).one()
        decision = a_decision(session, exam, maria, decision=ProgrammeDecision.assessment)
        a_recall(session, decision, steps=(RecallStep.opened, RecallStep.attended, RecallStep.closed))
    assert listed(maria, Kind.overdue) == [jane.id]


def test_a_raised_risk_shortens_the_round(maria: Person) -> None:
    high, routine = (screened(maria, days_ago=400, programme="breast") for _ in range(2))
    with transaction() as session:
        facts.record(session, maria, high.id or 0, "breast_risk", {"level": "high", "source": "family clinic"}, today())
    assert card("breast").screening_interval_days > 400
    assert listed(maria, Kind.overdue, "breast") == [high.id]
    with transaction() as session:
        facts.record(session, maria, high.id or 0, "breast_risk", {"level": "routine", "source": "family clinic"}, today())
    assert listed(maria, Kind.overdue, "breast") == []
    assert routine.id not in listed(maria, Kind.due, "breast")


def test_pages_are_cut_in_the_order_of_waiting_and_know_the_total(maria: Person) -> None:
    everybody = [screened(maria, days_ago=YEAR + 5 - shift).id for shift in range(4)]
    with snapshot() as session:
        pages = [due(session, maria, Ask("lung", Kind.overdue), page=page, size=2) for page in range(3)]
    assert [row.participant_id for page in pages for row in page.rows] == everybody
    assert [page.total for page in pages] == [4, 4, 4]


# First rounds and reminders


def test_first_rounds_are_of_the_age_and_never_invited(maria: Person) -> None:
    jane, old, young, man = a_woman(), a_woman(age=75), a_woman(age=45), a_woman(sex=Sex.male)
    before = a_woman()
    with transaction() as session:
        an_episode(session, before, programme="breast", days_ago=900, steps=(E.invited, E.closed))
    assert listed(maria, Kind.first, "breast") == [jane.id]
    assert {old.id, young.id, man.id}.isdisjoint(listed(maria, Kind.first, "breast"))
    assert listed(maria, Kind.first, "lung") == []  # nobody has answered the questionnaire


def test_only_unanswered_invitations_are_reminded_and_not_for_ever(maria: Person) -> None:
    silent, came, answered, fresh, often = (a_woman() for _ in range(5))
    with transaction() as session:
        an_episode(session, silent, programme="breast", days_ago=30, steps=(E.invited,))
        an_episode(session, came, programme="breast", days_ago=30, steps=(E.invited, E.attended))
        an_episode(session, answered, programme="breast", days_ago=30, steps=(E.invited, E.booked))
        an_episode(session, fresh, programme="breast", days_ago=5, steps=(E.invited,))
        an_episode(session, often, programme="breast", days_ago=90, steps=(E.invited, E.invited, E.invited))
    assert listed(maria, Kind.reminder, "breast") == [silent.id]
    assert set(listed(maria, Kind.reminder, "breast", answer_days=3)) == {silent.id, fresh.id}


# Inviting


def test_one_act_opens_rounds_fills_places_and_writes(maria: Person) -> None:
    women = [a_woman().id for _ in range(3)]
    with transaction() as session:
        clinic = a_clinic(session, card="breast", slots=2)
        late = a_clinic(session, card="breast", slots=2, name="Van 2", starts_at=at_nine(9))
    with transaction() as session:
        done = invite(session, maria, Ask("breast", Kind.first), WITH_DAY, clinic_ids=[late.id or 0, clinic.id or 0])
    assert (done.invited, done.left_out, done.without_place, len(done.mailings)) == (3, (), 0, 1)
    with snapshot() as session:
        rows = session.exec(select(Appointment).order_by(col(Appointment.starts_at))).all()
        assert [(row.participant_id, row.clinic_id) for row in rows] == [(women[0], clinic.id), (women[1], clinic.id), (women[2], late.id)]
        steps = session.exec(
            select(EpisodeEvent.step).where(EpisodeEvent.episode_id == rows[0].episode_id).order_by(col(EpisodeEvent.id))
        ).all()
        assert steps == [E.invited, E.booked]
        items = session.exec(select(MailingItem).order_by(col(MailingItem.id))).all()
        assert [item.said["place"] for item in items] == ["Van 1", "Van 1", "Van 2"]
        assert {line.name: line.held for line in day.clinics(session, maria, today(), today() + timedelta(days=10))} == {
            "Van 1": 2,
            "Van 2": 1,
        }
    assert listed(maria, Kind.first, "breast") == []


def test_who_finds_no_place_stays_on_the_list(maria: Person) -> None:
    first, second = a_woman(), a_woman()
    with transaction() as session:
        clinic = a_clinic(session, card="breast", slots=1)
    with transaction() as session:
        done = invite(session, maria, Ask("breast", Kind.first), WITH_DAY, clinic_ids=[clinic.id or 0])
    assert (done.invited, done.without_place) == (1, 1)
    assert listed(maria, Kind.first, "breast") == [second.id]
    with pytest.raises(Rejected, match="no place is free"), transaction() as session:
        invite(session, maria, Ask("breast", Kind.first), WITH_DAY, clinic_ids=[clinic.id or 0])
    assert first.id not in listed(maria, Kind.first, "breast")


def test_who_cannot_be_written_to_is_left_out_with_the_reason(maria: Person) -> None:
    silent, known = a_woman(), a_woman()
    with transaction() as session:
        contact_details.enter(session, maria, known.id or 0, ContactDetails(email="jane@example.org"))
    with transaction() as session:
        done = invite(session, maria, Ask("breast", Kind.first), Plan("breast", "invitation_open", Channel.email))
    assert (done.invited, [(who, str(why)) for who, why in done.left_out]) == (1, [(silent.id, "No e-mail address is known")])
    assert listed(maria, Kind.first, "breast") == [silent.id]
    with snapshot() as session:
        withheld = session.exec(select(Delivery).where(Delivery.step == DeliveryStep.withheld)).one()
        assert session.get_one(MailingItem, withheld.item_id).episode_id is None


def test_the_rule_has_the_last_word_on_a_first_round(maria: Person) -> None:
    """Of unknown sex: on the list to be looked at, and not invited."""
    unknown, jane = a_woman(sex=Sex.unknown), a_woman()
    assert listed(maria, Kind.first, "breast") == [unknown.id, jane.id]
    with transaction() as session:
        done = invite(session, maria, Ask("breast", Kind.first), LETTER)
    assert done.invited == 1
    assert [(who, "cannot be said" in str(why)) for who, why in done.left_out] == [(unknown.id, True)]


def test_a_reminder_belongs_to_the_round_it_reminds_of(maria: Person) -> None:
    jane = a_woman()
    with transaction() as session:
        episode = an_episode(session, jane, programme="breast", days_ago=40, steps=(E.invited,))
    with transaction() as session:
        invite(session, maria, Ask("breast", Kind.reminder), Plan("breast", "reminder", Channel.letter))
    with snapshot() as session:
        item = session.exec(select(MailingItem)).one()
        assert (item.episode_id, date.fromisoformat(item.said["invited_on"])) == (episode.id, today() - timedelta(days=40))
        assert session.exec(select(func.count()).where(col(EpisodeEvent.step) == E.invited)).one() == 2
        assert session.exec(select(func.count()).select_from(Episode)).one() == 1
    assert listed(maria, Kind.reminder, "breast") == []


def test_of_two_who_invite_the_same_list_at_once_nobody_is_invited_twice(maria: Person) -> None:
    women = {a_woman().id for _ in range(4)}
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)

    def attempt(who: Person) -> int | str:
        try:
            with transaction() as session:
                return invite(session, who, Ask("breast", Kind.first), LETTER, ids=sorted(one for one in women if one)).invited
        except FirstlightError as late:
            return str(late)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(attempt, (maria, carl)))
    assert said.count(4) == 1
    assert any("no longer on this list" in str(one) or "same moment" in str(one) for one in said)
    with snapshot() as session:
        assert session.exec(select(func.count()).select_from(Episode)).one() == 4
        assert session.exec(select(func.count()).select_from(Mailing)).one() == 1


def test_nothing_is_done_when_a_message_would_lack_its_day(maria: Person) -> None:
    jane = a_woman()
    with pytest.raises(Rejected, match="cannot be written"), transaction() as session:
        invite(session, maria, Ask("breast", Kind.first), WITH_DAY)
    assert listed(maria, Kind.first, "breast") == [jane.id]
    with snapshot() as session:
        assert session.exec(select(Episode)).all() == []


def test_other_sites_are_neither_listed_nor_invited(maria: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        there = a_participant(session, site=south, birth_date=today() - timedelta(days=20100))
        clinic = a_clinic(session, site=south, card="breast")
    assert listed(maria, Kind.first, "breast") == []
    with pytest.raises(Rejected, match="no longer on this list"), transaction() as session:
        invite(session, maria, Ask("breast", Kind.first), LETTER, ids=[there.id or 0])
    with pytest.raises(NotAllowed), transaction() as session:
        invite(session, maria, Ask("breast", Kind.first), WITH_DAY, clinic_ids=[clinic.id or 0])
    with transaction() as session:
        doctor = a_person(session, "drew")
        with pytest.raises(NotAllowed):
            due(session, doctor, Ask("breast", Kind.first))


def test_a_list_is_invited_up_to_the_number_asked_for(maria: Person) -> None:
    women = [a_woman().id for _ in range(3)]
    with transaction() as session:
        assert invite(session, maria, Ask("breast", Kind.first), LETTER, at_most=2).invited == 2
    assert listed(maria, Kind.first, "breast") == women[2:]
    assert inviting.AT_MOST == 5000


# Round length


def test_round_length_counts_who_was_invited_in_time(maria: Person) -> None:
    for days_since, invited_ago in ((YEAR - 10, 20), (YEAR, 20), (YEAR + 30, 20), (YEAR + 30, 400)):
        jane = screened(maria, days_ago=days_since + invited_ago)
        with transaction() as session:
            an_episode(session, jane, days_ago=invited_ago, steps=(E.invited,))
    with snapshot() as session:
        found = round_length(session, maria, "lung")
    assert (found.rounds, found.in_time, found.median_days) == (3, 2, YEAR)
    assert found.proportion.value == pytest.approx(2 / 3)
    with snapshot() as session:
        nothing = round_length(session, maria, "breast")
    assert (nothing.rounds, nothing.median_days, nothing.proportion.interval) == (0, None, None)
