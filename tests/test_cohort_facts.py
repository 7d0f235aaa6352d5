"""Facts of participants: the newest word counts, opt-outs are told apart by programme, and each can be taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from core.access import Person
from core.clock import now, today
from core.cohorts import facts
from core.errors import Conflict, NotAllowed, Rejected
from db.engine import transaction
from db.enums import Role
from db.tables import AuditEvent, Participant, ParticipantFact, ParticipantMerge
from tests.build import a_participant, a_person, a_site

LAST_YEAR = today() - timedelta(days=365)


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def taking_part(session: Session, card_id: str, on: date | None = None) -> set[int]:
    """By the condition for queries; compared with the rule for single participants."""
    on = on or today()
    found = set(session.exec(select(col(Participant.id)).where(facts.active(card_id, on))).all())
    every = session.exec(select(col(Participant.id))).all()
    assert found == {one for one, stands in facts.standing(session, every, on).items() if stands.active(card_id)}
    return found


def test_an_opt_out_is_of_one_programme_or_of_all_and_can_be_taken_back(carl: Person) -> None:
    with transaction() as session:
        lung, both, none = (a_participant(session).id or 0 for _ in range(3))
        facts.opt_out(session, carl, lung, said=True, programme="lung")
        facts.opt_out(session, carl, both, said=True)
        assert taking_part(session, "lung") == {none}
        assert taking_part(session, "breast") == {none, lung}
        facts.opt_out(session, carl, both, said=False, programme="breast")
        assert taking_part(session, "breast") == {none, lung, both}
        assert facts.standing(session, [both], today())[both].opted_out == {"lung"}
        facts.opt_out(session, carl, both, said=True)
        assert taking_part(session, "breast") == {none, lung}
        facts.opt_out(session, carl, lung, said=False)
        assert taking_part(session, "lung") == {none, lung}


def test_an_opt_out_holds_from_its_day_on(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        facts.opt_out(session, carl, who, said=True, valid_from=LAST_YEAR)
        facts.opt_out(session, carl, who, said=False, valid_from=today() - timedelta(days=30))
        days = [LAST_YEAR - timedelta(days=1), LAST_YEAR, today() - timedelta(days=31), today() - timedelta(days=30)]
        assert [bool(taking_part(session, "lung", day)) for day in days] == [True, False, False, True]


def test_death_and_moving_away_end_invitations_until_they_are_taken_back(carl: Person) -> None:
    with transaction() as session:
        dead, moved = (a_participant(session).id or 0 for _ in range(2))
        facts.died(session, carl, dead, LAST_YEAR)
        facts.moved_away(session, carl, moved, said=True, to="Lisbon")
        assert taking_part(session, "lung") == set()
        stands = facts.standing(session, [dead, moved], today())
        assert (stands[dead].died, stands[moved].moved_away) == (LAST_YEAR, True)
        facts.died(session, carl, dead, None)
        facts.moved_away(session, carl, moved, said=False)
        assert taking_part(session, "lung") == {dead, moved}
        assert facts.standing(session, [dead], today())[dead].died is None


def test_each_fact_keeps_its_author_and_its_day_and_leaves_an_event(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        facts.record(session, carl, who, "bmi", {"value": 27.5}, LAST_YEAR)
        facts.record(session, carl, who, "bmi", {"value": 28.0}, today())
        newest = facts.history(session, carl, who)[0]
        assert (newest.author_id, newest.valid_from, newest.value) == (carl.user_id, today(), {"value": 28.0})
        assert facts.values(session, who, today())["bmi"] == {"value": 28.0}
        assert facts.values(session, who, LAST_YEAR)["bmi"] == {"value": 27.5}
        assert facts.values(session, who, LAST_YEAR - timedelta(days=1)) == {}
        assert len(session.exec(select(AuditEvent).where(AuditEvent.action == "fact_recorded")).all()) == 2


def test_saying_the_same_again_writes_nothing(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        assert facts.opt_out(session, carl, who, said=False) is None
        assert facts.opt_out(session, carl, who, said=True) is not None
        assert facts.opt_out(session, carl, who, said=True) is None
        assert facts.opt_out(session, carl, who, said=True, programme="lung") is None
        assert len(session.exec(select(ParticipantFact)).all()) == 1


def test_of_two_facts_of_one_day_the_one_entered_last_counts(carl: Person) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        for said in (True, False, True):
            facts.opt_out(session, carl, who, said=said)
        assert taking_part(session, "lung") == set()


@pytest.mark.parametrize(
    ("kind", "value", "day", "words"),
    [
        (facts.OPTED_OUT, {"said": "yes", "programme": ""}, today(), "neither yes nor no"),
        (facts.OPTED_OUT, {"said": True, "programme": "colon"}, today(), "no programme here"),
        (facts.DIED, {"on": "03/04/2020"}, today(), "no date that is clear"),
        (facts.DIED, {"on": "2999-01-01"}, today(), "lies in the future"),
        (facts.DIED, {"on": "1950-01-01"}, today(), "before the birth"),
        (facts.MOVED_AWAY, {}, today(), "neither yes nor no"),
        ("bmi", {"value": 20}, today() + timedelta(days=1), "lies in the future"),
        ("bmi", {"value": 20}, date(1950, 1, 1), "before the birth"),
        ("k" * 33, {}, today(), "no kind of fact"),
    ],
)
def test_what_cannot_be_is_refused_by_name(carl: Person, kind: str, value: dict[str, Any], day: date, words: str) -> None:
    with transaction() as session:
        who = a_participant(session).id or 0
        with pytest.raises(Rejected, match=words):
            facts.record(session, carl, who, kind, value, day)
        assert session.exec(select(ParticipantFact)).all() == []


def test_facts_end_at_the_sites(carl: Person) -> None:
    with transaction() as session:
        mia = a_person(session, "mia", role=Role.manager)
        elsewhere = a_participant(session, site=a_site(session, "SOUTH", name="South")).id or 0
        here = a_participant(session).id or 0
        for person, who in ((carl, elsewhere), (mia, here)):
            with pytest.raises(NotAllowed):
                facts.opt_out(session, person, who, said=True)
            with pytest.raises(NotAllowed):
                facts.history(session, person, who)


def test_a_merged_entry_takes_part_in_nothing_and_takes_no_facts(carl: Person) -> None:
    with transaction() as session:
        first, second, third = (a_participant(session).id or 0 for _ in range(3))
        for came, went in ((first, second), (second, third)):
            session.add(ParticipantMerge(from_id=came, into_id=went, reason="same", author_id=carl.user_id, at=now()))
            session.flush()
        assert taking_part(session, "lung") == {third}
        assert facts.merged(session, [first, second, third]) == {first: third, second: third}
        with pytest.raises(Conflict, match=f"merged into FL-{third:06d}"):
            facts.opt_out(session, carl, first, said=True)
