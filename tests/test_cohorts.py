"""Cohorts: one statement for what they select, every version kept, a frozen one holds its people."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from core.access import Person
from core.clock import today
from core.cohorts import cohorts, facts, merging
from core.cohorts.people import people
from core.cohorts.selection import Selection, condition
from core.errors import Conflict, NotAllowed, Rejected
from db.engine import transaction
from db.enums import EpisodeStep, ProgrammeDecision, Role, Sex
from db.tables import AuditEvent, CohortMember, Participant
from tests.build import a_decision, a_participant, a_person, a_site, an_episode, an_exam

SHORT = ProgrammeDecision.short_term_recall


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def selected(session: Session, on: date | None = None, **parts: object) -> set[int]:
    rows = select(col(Participant.id)).where(condition(session, Selection(**parts), on or today()))  # type: ignore[arg-type]
    return {one for one in session.exec(rows).all() if one is not None}


def born(years: int, days: int = 0) -> date:
    return today().replace(year=today().year - years) - timedelta(days=days)


def test_age_is_full_years_on_the_day(carl: Person) -> None:
    with transaction() as session:
        young, fifty, old = (a_participant(session, birth_date=day).id for day in (born(50, -1), born(50), born(74)))
        a_participant(session, birth_date=None)
        assert selected(session, age_from=50, age_to=74) == {fifty, old}
        assert selected(session, age_to=49) == {young}
        assert selected(session, age_from=50, on=today() + timedelta(days=1)) == {young, fifty, old}


def test_programme_site_sex_and_round(carl: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        lung, twice = a_participant(session, sex=Sex.male), a_participant(session)
        breast, listed = a_participant(session, site=south), a_participant(session)
        an_episode(session, lung)
        an_episode(session, twice, steps=(EpisodeStep.imaged, EpisodeStep.closed), days_ago=400)
        an_episode(session, twice)
        an_episode(session, breast, programme="breast")
        facts.record(session, carl, listed.id or 0, "listed_lung", {"said": True}, today())
        assert selected(session, programme="lung") == {lung.id, twice.id, listed.id}
        assert selected(session, programme="breast") == {breast.id}
        assert selected(session, site_ids=(south.id,)) == {breast.id}
        assert selected(session, programme="lung", sex="male") == {lung.id}
        assert selected(session, programme="lung", round_from=2) == {twice.id}
        assert selected(session, programme="lung", round_to=1) == {lung.id, listed.id}


def test_the_last_decision_and_the_day_of_the_last_exam(carl: Person) -> None:
    with transaction() as session:
        dana, recalled, routine, waiting = a_person(session), *(a_participant(session) for _ in range(3))
        for who, days_ago, decision in ((recalled, 400, ProgrammeDecision.routine_recall), (recalled, 40, SHORT),
                                        (routine, 300, SHORT), (routine, 20, ProgrammeDecision.routine_recall)):  # fmt: skip
            exam = an_exam(session, participant=who, days_ago=days_ago)
            a_decision(session, exam, dana, decision=decision, days_ago=days_ago)
        an_exam(session, participant=waiting, days_ago=5)
        a_participant(session)
        assert selected(session, last_decision="short_term_recall") == {recalled.id}
        assert selected(session, last_decision="routine_recall") == {routine.id}
        assert selected(session, last_decision="not_decided") == {waiting.id}
        assert selected(session, exam_from=(today() - timedelta(days=30)).isoformat()) == {routine.id, waiting.id}
        assert selected(session, exam_to=(today() - timedelta(days=30)).isoformat()) == {recalled.id}
        recalled.created_at = routine.created_at = recalled.created_at - timedelta(days=500)
        session.add_all((recalled, routine))
        session.flush()
        assert selected(session, on=today() - timedelta(days=100), last_decision="short_term_recall") == {routine.id}


def test_facts_and_taking_part_are_those_of_the_day(carl: Person) -> None:
    with transaction() as session:
        smoker, stopped, high, out = (a_participant(session).id or 0 for _ in range(4))
        facts.record(session, carl, smoker, "current_smoker", {"said": True}, today())
        facts.record(session, carl, stopped, "current_smoker", {"said": True}, today() - timedelta(days=90))
        facts.record(session, carl, stopped, "current_smoker", {"said": False}, today())
        facts.record(session, carl, high, "breast_risk", {"level": "high", "source": "clinic"}, today())
        facts.opt_out(session, carl, out, said=True, programme="lung")
        assert selected(session, fact="+current_smoker") == {smoker}
        assert selected(session, fact="-current_smoker") == {stopped}
        assert selected(session, fact="breast_risk:high") == {high}
        assert selected(session, taking_part="no") == {out}
        assert selected(session, taking_part="yes") == {smoker, stopped, high}
        assert out not in selected(session, taking_part="no", programme="breast")


def test_an_entry_that_was_merged_is_in_no_cohort(carl: Person) -> None:
    with transaction() as session:
        came, went = (a_participant(session, "Doe^Jane").id or 0 for _ in range(2))
        merging.merge(session, carl, came, went, "Same person")
        assert selected(session) == {went}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"age_from": 75, "age_to": 50}, "75 to 50 is no range"),
        ({"round_from": -1}, "no range"),
        ({"programme": "colon"}, "not known as programme"),
        ({"fact": "+eye_colour"}, "not known as fact"),
        ({"last_decision": "maybe"}, "not known as last decision"),
        ({"exam_from": "soon"}, "no date that is clear"),
        ({"exam_from": "2026-02-01", "exam_to": "2026-01-01"}, "lies after"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(carl: Person, parts: dict[str, object], words: str) -> None:
    with transaction() as session, pytest.raises(Rejected, match=words):
        cohorts.make(session, carl, "Odd", Selection(**parts))  # type: ignore[arg-type]


def test_every_change_is_a_version_with_a_reason(carl: Person) -> None:
    with transaction() as session:
        a_participant(session, birth_date=born(60))
        a_participant(session, birth_date=born(70))
        made = cohorts.make(session, carl, "Sixties", Selection(age_from=60, age_to=69))
        cohorts.change(session, carl, made, Selection(age_from=60), "Upper limit dropped", seen=1)
        saved = cohorts.cohort(session, carl, made)
        assert [(version.number, version.reason) for version in saved.versions] == [(2, "Upper limit dropped"), (1, "First version")]
        assert [cohorts.count(session, carl, version) for version in saved.versions] == [2, 1]
        compared = cohorts.compare(session, carl, *saved.versions)
        assert (compared.together, compared.only_first, compared.only_second) == (1, 1, 0)
        with pytest.raises(Rejected, match="Say why"):
            cohorts.change(session, carl, made, Selection(age_from=61), " ", seen=2)
        with pytest.raises(Rejected, match="what the version before selects"):
            cohorts.change(session, carl, made, Selection(age_from=60), "again", seen=2)


def test_the_second_of_two_changes_is_told_whose_came_first(carl: Person) -> None:
    with transaction() as session:
        cora = a_person(session, "cora", role=Role.coordinator)
        made = cohorts.make(session, carl, "Sixties", Selection(age_from=60))
        cohorts.change(session, cora, made, Selection(age_from=61), "Later", seen=1)
        with pytest.raises(Conflict, match="Cora Test made version 2 meanwhile"):
            cohorts.change(session, carl, made, Selection(age_from=62), "Even later", seen=1)
        with pytest.raises(Conflict, match="a cohort “Sixties” already"):
            cohorts.make(session, cora, " Sixties ", Selection())


def test_a_frozen_version_holds_its_people_whatever_becomes_of_them(carl: Person) -> None:
    with transaction() as session:
        stays, leaves = (a_participant(session, birth_date=born(60)).id or 0 for _ in range(2))
        made = cohorts.make(session, carl, "Taking part", Selection(taking_part="yes"))
        cohorts.freeze(session, carl, made, "For the audit", seen=1)
        facts.opt_out(session, carl, leaves, said=True)
        a_participant(session)
        newest, first = cohorts.cohort(session, carl, made).versions
        assert newest.frozen_on == today()
        assert set(session.exec(select(CohortMember.participant_id)).all()) == {stays, leaves}
        assert (cohorts.count(session, carl, newest), cohorts.count(session, carl, first)) == (2, 2)
        compared = cohorts.compare(session, carl, newest, first)
        assert (compared.together, compared.only_first, compared.only_second) == (1, 1, 1)
        with pytest.raises(Conflict, match="frozen already"):
            cohorts.freeze(session, carl, made, "again", seen=2)
        cohorts.change(session, carl, made, replace(first.selection, sex="female"), "Goes on", seen=2)
        assert not cohorts.cohort(session, carl, made).newest.selection.frozen


def test_members_end_at_the_sites_and_an_export_is_noted(carl: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South")
        here = a_participant(session, "Doe^Jane", identifier="H1")
        a_participant(session, "Roe^Ann", site=south)
        made = cohorts.make(session, carl, "Everybody", Selection())
        newest = cohorts.cohort(session, carl, made).newest
        assert cohorts.count(session, carl, newest) == 1
        assert [row[:3] for row in cohorts.rows(session, carl, newest)] == [(here.number, "H1", "Doe, Jane")]
        assert "cohort_exported" in session.exec(select(AuditEvent.action)).all()
        mia = a_person(session, "mia", role=Role.manager)
        for refused in (lambda: cohorts.cohorts(session, mia), lambda: cohorts.count(session, mia, newest),
                        lambda: cohorts.make(session, carl, "South", Selection(site_ids=(south.id or 0,))),
                        lambda: cohorts.make(session, a_person(session, "doc"), "Doctors", Selection())):  # fmt: skip
            with pytest.raises(NotAllowed):
                refused()


def test_a_retired_cohort_leaves_the_list_and_keeps_its_versions(carl: Person) -> None:
    with transaction() as session:
        made = cohorts.make(session, carl, "Old", Selection())
        cohorts.retire(session, carl, made)
        assert cohorts.cohorts(session, carl) == ()
        assert cohorts.cohort(session, carl, made).retired
        with pytest.raises(Conflict, match="retired already"):
            cohorts.retire(session, carl, made)
        with pytest.raises(NotAllowed, match="no such cohort"):
            cohorts.cohort(session, carl, 999)


def test_members_as_of_a_day_are_those_who_were_there(carl: Person) -> None:
    with transaction() as session:
        early, late = a_participant(session, birth_date=born(60)), a_participant(session, birth_date=born(60))
        early.created_at -= timedelta(days=100)
        session.add(early)
        session.flush()
        made = cohorts.make(session, carl, "Everybody", Selection())
        before = today() - timedelta(days=50)
        assert {line.id for line in people(session, carl, cohort_id=made).rows} == {early.id, late.id}
        assert [line.id for line in people(session, carl, cohort_id=made, version=1, on=before).rows] == [early.id]
