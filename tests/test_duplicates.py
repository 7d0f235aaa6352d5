"""Entries that may be one person: found by number, name and date of birth, told with reasons, settled by a person, never twice."""

from datetime import date

import pytest

from core.access import Person
from core.cohorts import duplicates, lookalikes, merging
from core.cohorts.alike import judged, name_key, near_days
from core.errors import Conflict, NotAllowed, Rejected
from db.engine import transaction
from db.enums import Role, Sex
from tests.build import a_participant, a_person, a_site

BORN = date(1960, 5, 4)


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator, site=a_site(session))


@pytest.fixture
def everywhere(database: str) -> Person:
    with transaction() as session:
        a_site(session), a_site(session, "SOUTH", name="South")
        return a_person(session, "eve", role=Role.coordinator, everywhere=True)


def found(person: Person) -> list[tuple[int, int]]:
    with transaction() as session:
        return [(pair.first.id, pair.second.id) for pair in duplicates.found(session, person).pairs]


@pytest.mark.parametrize(
    ("name", "other", "born", "reasons"),
    [
        ("Doe^Jane", "JANE DOE", BORN, ["The same name", "The same date of birth"]),
        ("Müller^Jörg", "Muller, Jorg", BORN, ["The same name", "The same date of birth"]),
        ("Doe^Jane^Mary", "Doe^Jane", BORN, ["One name is a part of the other", "The same date of birth"]),
        ("Fernandez^Maximiliana", "Fernandes^Maximiliana", BORN, ["A name 95 % alike", "The same date of birth"]),
        ("王^小明", "小明 王", BORN, ["The same name", "The same date of birth"]),
        ("王小明", "王, 小明", date(1960, 4, 5), ["The same name", "Day and month of birth are swapped"]),
        ("Doe^Jane", "Doe^Jane", date(1961, 5, 4), ["The same name", "The dates of birth differ in one digit"]),
        ("Doe^Jane", "Doe^Jane", date(1960, 5, 14), ["The same name", "The dates of birth differ in one digit"]),
    ],
)
def test_one_person_under_two_numbers_is_found_with_reasons(carl: Person, name: str, other: str, born: date, reasons: list[str]) -> None:
    with transaction() as session:
        a_participant(session, name, birth_date=BORN)
        a_participant(session, other, birth_date=born)
        (pair,) = duplicates.found(session, carl).pairs
    assert [str(reason) for reason in pair.reasons] == reasons


@pytest.mark.parametrize(
    ("name", "other", "born"),
    [
        ("Doe^Jane", "Roe^Jane", BORN),
        ("Doe^Jane", "Doe^Jane", date(1975, 11, 30)),
        ("王^小明", "王^小芳", BORN),
        ("Doe", "Doe^Jane", BORN),
        ("Doe^Jane", "Doe^Jake", date(1960, 4, 5)),
    ],
)
def test_two_people_are_not_taken_for_one(carl: Person, name: str, other: str, born: date) -> None:
    with transaction() as session:
        a_participant(session, name, birth_date=BORN)
        a_participant(session, other, birth_date=born)
    assert found(carl) == []


def test_the_same_number_at_two_sites_is_told_when_the_names_agree(everywhere: Person) -> None:
    with transaction() as session:
        south = a_site(session, "SOUTH")
        one = a_participant(session, "Doe^Jane", identifier="N1")
        two = a_participant(session, "Doe^Jane", identifier="N1", site=south, birth_date=date(1971, 12, 30))
        a_participant(session, "Roe^Ann", identifier="N2")
        a_participant(session, "Poe^Max", identifier="N2", site=south)
        (pair,) = duplicates.found(session, everywhere).pairs
    assert (pair.first.id, pair.second.id) == (one.id, two.id)
    assert str(pair.reasons[0]) == "The same patient number at two sites"


def test_the_more_alike_come_first_and_another_sex_counts_against(carl: Person) -> None:
    with transaction() as session:
        first = [a_participant(session, "Doe^Jane", birth_date=BORN).id for _ in range(2)]
        later = [a_participant(session, "Roe^Kim", birth_date=BORN, sex=sex).id for sex in (Sex.female, Sex.male)]
    assert found(carl) == [tuple(first), tuple(later)]
    assert judged(False, "doe jane", "doe jane", "born", False)[0] < judged(False, "doe jane", "doe jane", "born", True)[0]  # type: ignore[index]


def test_pairs_end_at_the_sites(carl: Person, everywhere: Person) -> None:
    with transaction() as session:
        one = a_participant(session, "Doe^Jane", birth_date=BORN).id or 0
        two = a_participant(session, "Doe^Jane", birth_date=BORN, site=a_site(session, "SOUTH")).id or 0
    assert found(everywhere) == [(one, two)]
    assert found(carl) == []
    with transaction() as session:
        with pytest.raises(NotAllowed):
            duplicates.pair(session, carl, one, two)
        with pytest.raises(NotAllowed):
            duplicates.found(session, a_person(session, "mia", role=Role.manager))


def test_two_people_stay_two_people(carl: Person) -> None:
    with transaction() as session:
        one, two = (a_participant(session, "Doe^Jane", birth_date=BORN).id or 0 for _ in range(2))
        with pytest.raises(Rejected, match="how you know"):
            merging.apart(session, carl, two, one, " ")
        merging.apart(session, carl, two, one, "Twins-in-law, seen both")
    assert found(carl) == []
    with transaction() as session, pytest.raises(Conflict, match="two people already"):
        merging.apart(session, carl, one, two, "again")
    with transaction() as session:
        a_participant(session, "Roe^Ann")
        assert lookalikes.look(session).pairs[0][:2] == (one, two)
    assert found(carl) == []


def test_who_came_later_is_looked_at_too_and_no_name_is_kept(carl: Person) -> None:
    with transaction() as session:
        one = a_participant(session, "Doe^Jane", birth_date=BORN).id
    assert found(carl) == []
    with transaction() as session:
        two = a_participant(session, "Doe^Jane", birth_date=BORN).id
        assert lookalikes.look_when_due(session)
        assert not lookalikes.look_when_due(session)
    assert found(carl) == [(one, two)]
    assert "doe" not in str(lookalikes.kept()).casefold()


def test_near_days_are_days_of_the_calendar() -> None:
    days = dict.fromkeys(day for _, day in near_days(date(1960, 2, 29)))
    assert date(1964, 2, 29) in days
    assert date(1961, 2, 28) not in days
    assert ("swapped", date(1960, 3, 4)) in list(near_days(date(1960, 4, 3)))
    assert name_key("O'Neil-Smith, Pat") == name_key("pat o neil smith")


def test_a_crowd_on_one_day_is_not_compared_pair_by_pair(carl: Person) -> None:
    crowd = [lookalikes.One(n, 1, str(n), f"name{n} given", date(1900, 1, 1), "female") for n in range(lookalikes.DENSE + 1)]
    assert list(lookalikes._of_one_day(crowd)) == []
    assert len(list(lookalikes._of_one_day([crowd[0], lookalikes.One(9999, 1, "x", crowd[0].name, crowd[0].born, "male")]))) == 1
