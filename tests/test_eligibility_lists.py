"""The lists of the eligibility page: everybody is in the right one, page by page, and nobody twice."""

from datetime import date, timedelta
from typing import Any

import pytest

from core.access import Person
from core.clock import today
from core.eligibility import lists
from core.eligibility.ahead import ahead
from core.eligibility.known import known
from core.eligibility.lists import SOON_DAYS, VIEWS, Line, View, counts, lines
from core.eligibility.lung_inputs import lung_inputs
from core.eligibility.standing import verdicts
from core.errors import NotAllowed
from core.rules.forecast import first_eligible_day
from db.engine import transaction
from db.enums import Role, Sex
from tests.build import a_participant, a_person, a_site
from tests.eligibility_build import SMOKER, some_facts

YEAR = timedelta(days=365.25)
LIGHT = SMOKER | {
    "copd": {"said": False}, "family_history": {"said": False}, "relatives": {"lung_before_60": False, "lung_later": False},
    "smoking": {"cigarettes_per_day": 15.0, "years": 36.0, "quit_on": None}, "education": {"level": 4},
}  # fmt: skip


@pytest.fixture
def carl(database: str) -> Person:
    with transaction() as session:
        return a_person(session, "carl", role=Role.coordinator)


def somebody(values: dict[str, dict[str, Any]], years: float, **who: Any) -> int:
    with transaction() as session:
        made = a_participant(session, birth_date=today() - years * YEAR, **who)
        some_facts(session, made, values)
        return made.id or 0


def listed(person: Person, view: View, card: str = "lung", **wanted: Any) -> list[Line]:
    """All pages of a view, one after the other."""
    found: list[Line] = []
    after: int | None = 0
    while after is not None:
        with transaction() as session:
            page = lines(session, person, card, view, today(), after=after, **wanted)
        found += page.rows
        after = page.after
    return found


def ids(found: list[Line]) -> set[int]:
    return {line.participant_id for line in found}


def test_everybody_of_the_age_is_in_the_list_that_the_rules_say(carl: Person) -> None:
    eligible, soon, unasked = somebody(SMOKER, 65), somebody(SMOKER, 54), somebody({}, 60)
    never, young, old = somebody({"ever_smoker": {"said": False}}, 60), somebody(SMOKER, 40), somebody(SMOKER, 76)
    with transaction() as session:
        no_birth = a_participant(session, birth_date=None).id
        out = a_participant(session, birth_date=today() - 65 * YEAR)
        some_facts(session, out, SMOKER | {"opted_out": {"said": True, "programme": "lung"}})
    assert ids(listed(carl, "now")) == {eligible}
    assert ids(listed(carl, "unknown")) == {unasked, no_birth}
    assert ids(listed(carl, "soon")) == {soon}
    everywhere = set().union(*(ids(listed(carl, view)) for view in VIEWS))
    assert not {never, young, old, out.id} & everywhere


def test_soon_names_the_day_if_smoking_goes_on_and_if_it_stops(carl: Person) -> None:
    with transaction() as session:
        made = []
        for years in range(50, 62):
            who = a_participant(session, birth_date=today() - years * YEAR)
            some_facts(session, who, LIGHT)
            made.append(who.id or 0)
    found = {line.participant_id: line for line in listed(carl, "soon")}
    with transaction() as session:
        of, said = known(session, made, today()), verdicts(session, made, "lung", today())
    for one in made:
        comes = ahead(of[one], "lung")
        assert comes is not None
        expected = said[one].eligible is False and comes.first is not None and comes.first <= today() + timedelta(days=SOON_DAYS)
        assert (one in found) is expected
    assert found
    line = next(iter(found.values()))
    assert line.ahead is not None
    assert line.ahead.goes_on is not None
    assert line.ahead.goes_on > today()
    assert line.ahead.stops is None or line.ahead.stops >= line.ahead.goes_on
    days = [line.ahead.first for line in found.values() if line.ahead]
    assert days == sorted(day for day in days if day is not None)


def test_the_forecast_is_the_one_of_the_rule(carl: Person) -> None:
    one = somebody(LIGHT, 50)
    with transaction() as session:
        of = known(session, [one], today())[one]
    smoker = lung_inputs(of).smoker()
    assert smoker is not None
    comes = ahead(of, "lung")
    assert comes is not None
    assert (comes.goes_on, comes.stops) == (first_eligible_day(smoker, "goes on"), first_eligible_day(smoker, "stops"))
    assert comes.smokes


def test_no_forecast_is_made_of_what_is_not_known(carl: Person) -> None:
    one = somebody({kind: value for kind, value in LIGHT.items() if kind != "bmi"}, 54)
    odd = somebody(LIGHT | {"smoking": {"cigarettes_per_day": 10.0, "years": 70.0, "quit_on": None}}, 54)
    with transaction() as session:
        found = known(session, [one, odd], today())
    assert ahead(found[one], "lung") is None
    assert ahead(found[odd], "lung") is None


def test_pages_hold_everybody_once_and_say_how_far_they_came(carl: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "SIZE", 3)
    monkeypatch.setattr(lists, "AT_ONCE", 4)
    monkeypatch.setattr(lists, "LOOKED_AT", 9)
    everybody = [somebody(SMOKER if k % 3 == 0 else {"ever_smoker": {"said": True}}, 65) for k in range(40)]
    found = listed(carl, "now")
    assert [line.participant_id for line in found] == everybody[::3]
    with transaction() as session:
        sparse = lines(session, carl, "lung", "now", today(), after=everybody[-10])
    assert (sparse.after, sparse.looked_at) == (everybody[-1], 9)
    assert len(sparse.rows) == 3


def test_breast_lists_by_age_and_level(carl: Person) -> None:
    eligible, soon = somebody({}, 60, sex=Sex.female), somebody({}, 48.5, sex=Sex.female)
    raised, unknown = somebody({"breast_risk": {"level": "family_history"}}, 44, sex=Sex.female), somebody({}, 60, sex=Sex.unknown)
    high = somebody({"breast_risk": {"level": "high"}}, 30, sex=Sex.female)
    somebody({}, 60, sex=Sex.male)
    somebody({}, 30, sex=Sex.female)
    assert ids(listed(carl, "now", "breast")) == {eligible, raised}
    assert ids(listed(carl, "unknown", "breast")) == {unknown, high}
    (line,) = listed(carl, "soon", "breast")
    assert line.participant_id == soon
    assert line.ahead is not None
    assert line.ahead.by_age
    assert line.birth is not None
    assert line.ahead.goes_on == date(line.birth.year + 50, line.birth.month, line.birth.day)


def test_counts_are_of_people_who_take_part_at_one_s_own_sites(carl: Person) -> None:
    somebody(SMOKER, 65)
    somebody({}, 60)
    somebody({"died": {"on": today().isoformat()}}, 60)
    with transaction() as session:
        south = a_site(session, "SOUTH", name="South clinic")
    somebody({}, 60, site=south)
    with transaction() as session:
        assert counts(session, carl, "lung", today()) == lists.Counts(2, 1)
        assert counts(session, carl, "lung", today(), site_id=south.id) == lists.Counts(0, 0)
        doctor = a_person(session, "doctor")
        for ask in (lambda: counts(session, doctor, "lung", today()), lambda: lines(session, doctor, "lung", "now", today())):
            with pytest.raises(NotAllowed):
                ask()
    assert ids(listed(carl, "unknown")) == ids(listed(carl, "unknown", site_id=next(iter(carl.sites(lists.Act.work_queue)))))
    assert listed(carl, "unknown", site_id=south.id) == []
