"""Whether somebody is to be screened on a day, why, and what is missing to say so."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from core.clock import today
from core.cohorts import facts
from core.eligibility.standing import eligible, of_person, verdicts
from core.eligibility.verdict import Verdict
from core.errors import NotAllowed, Rejected
from core.rules import conformance, llpv2, plcom2012, tlhc
from core.rules.birthdays import birthday
from db.engine import transaction
from db.enums import OutcomeKind, Role, Sex
from db.tables import Participant
from tests.build import a_participant, a_person, a_site, an_exam, an_outcome
from tests.eligibility_build import SMOKER, some_facts

A_YEAR_AGO = timedelta(days=365)


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    conformance._failing.cache_clear()
    yield
    conformance._failing.cache_clear()


def aged(years: int, days: int = 0) -> date:
    """Born so that somebody is so many years and days old today."""
    day = today() - timedelta(days=days)
    return (
        date(day.year - years, day.month, min(day.day, 28))
        if (day.month, day.day) == (2, 29)
        else date(day.year - years, day.month, day.day)
    )


def told(values: dict[str, dict[str, Any]], *, born: date | None = None, card: str = "lung", on: date | None = None, **who: Any) -> Verdict:
    """The verdict on somebody of whom this is known since today."""
    with transaction() as session:
        person = a_participant(session, birth_date=born or aged(65), **who)
        some_facts(session, person, values)
        return eligible(session, person.id or 0, card, on or today())


def test_a_smoker_with_enough_risk_is_eligible_and_every_rule_says_what_it_was_given(database: str) -> None:
    said = told(SMOKER, sex=Sex.male)
    assert said.eligible is True
    assert str(said.because).startswith("Yes: PLCOm2012 9.")
    assert (said.rule, said.version, said.missing) == (tlhc.NAME, tlhc.VERSION, ())
    plco, llp = said.risks
    assert plco.value == pytest.approx(0.096857, abs=2e-5)  # the published example; the age in days is not exactly 65.0
    assert (plco.rule, plco.version, plco.given["cigarettes_per_day"]) == (plcom2012.NAME, plcom2012.VERSION, 20.0)
    assert llp.value is not None
    assert llp.given["family_history"] == "late"
    assert {other.rule: other.eligible for other in said.others} == {"USPSTF lung screening": True, "CMS lung screening": True}


@pytest.mark.parametrize(
    ("years", "days_old", "found"), [(55, -1, False), (55, 0, True), (75, -1, True), (75, 0, False)],
    ids=["54y364d", "55y0d", "74y364d", "75y0d"],
)  # fmt: skip
def test_the_lung_health_check_begins_and_ends_with_a_birthday(database: str, years: int, days_old: int, found: bool) -> None:
    born = aged(years) - timedelta(days=days_old)
    assert (birthday(born, years) <= today()) is (days_old >= 0)
    assert told(SMOKER, born=born).eligible is found


def test_what_is_missing_is_named_and_no_number_is_made_of_it(database: str) -> None:
    lacking = {kind: value for kind, value in SMOKER.items() if kind not in ("smoking", "education")}
    said = told(lacking)
    assert said.eligible is None
    assert set(said.missing) == {"smoking_years", "cigarettes_per_day", "education"}
    assert "the smoking years" in str(said.because)
    assert [risk.value for risk in said.risks] == [None, None]


def test_one_high_risk_is_enough_even_if_the_other_is_not_known(database: str) -> None:
    said = told(
        {kind: value for kind, value in SMOKER.items() if kind != "race"} | {"asbestos": {"said": True}, "pneumonia": {"said": True}}
    )
    assert said.eligible is True
    assert "LLPv2" in str(said.because)
    assert said.risks[0].missing == ("race",)


def test_nobody_has_asked_and_nobody_smoked(database: str) -> None:
    unasked = told({})
    assert (unasked.eligible, unasked.asked) == (None, False)
    assert "questionnaire has not been answered" in str(unasked.because)
    never = told({"ever_smoker": {"said": False}})
    assert (never.eligible, str(never.because), never.missing) == (False, "No: Never smoked", ())
    assert [other.eligible for other in never.others] == [False, False]


def test_values_that_contradict_each_other_make_no_risk(database: str) -> None:
    said = told(SMOKER | {"smoking": {"cigarettes_per_day": 20.0, "years": 80.0, "quit_on": None}})
    assert said.eligible is None
    assert "do not fit together" in str(said.because)


def test_the_facts_of_the_day_count_and_years_of_smoking_go_on(database: str) -> None:
    with transaction() as session:
        who = a_participant(session, birth_date=aged(60))
        some_facts(session, who, SMOKER, valid_from=today() - A_YEAR_AGO)
        some_facts(
            session, who, {"current_smoker": {"said": False}, "smoking": {"cigarettes_per_day": 20.0, "years": 45.5, "quit_on": None}}
        )
        before, now = (eligible(session, who.id or 0, "lung", day) for day in (today() - timedelta(days=1), today()))
        early = eligible(session, who.id or 0, "lung", today() - 2 * A_YEAR_AGO)
    assert before.risks[1].given["smoking_years"] == pytest.approx(45 + 364 / 365.2425)
    assert now.risks[0].missing == ("quit_years",)
    assert (early.eligible, early.asked) == (None, False)


def test_the_month_of_the_last_cigarette_counts_to_its_end(database: str) -> None:
    """15 years since quitting still count, and only the month is known."""
    quit_on = today().replace(year=today().year - 15)
    values = SMOKER | {"current_smoker": {"said": False}}
    at_15 = told(values | {"smoking": {"cigarettes_per_day": 20.0, "years": 30.0, "quit_on": quit_on.strftime("%Y-%m")}})
    before = (quit_on.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    over_15 = told(values | {"smoking": {"cigarettes_per_day": 20.0, "years": 30.0, "quit_on": before}})
    assert [said.others[0].eligible for said in (at_15, over_15)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("opted_out", {"said": True, "programme": "lung"}, "opted out"),
        ("moved_away", {"said": True, "to": "the coast"}, "moved away"),
        ("died", {"on": today().isoformat()}, "died on"),
    ],
)
def test_who_does_not_take_part_is_not_eligible(database: str, kind: str, value: dict[str, Any], words: str) -> None:
    said = told(SMOKER | {kind: value})
    assert said.eligible is False
    assert words in str(said.because)


def test_an_opt_out_of_one_programme_leaves_the_other(database: str) -> None:
    out = {"opted_out": {"said": True, "programme": "lung"}}
    assert told(out, card="breast", sex=Sex.female).eligible is True


@pytest.mark.parametrize(
    ("who", "values", "found", "words"),
    [
        ({"born": aged(50)}, {}, True, "routine"),
        ({"born": aged(50, -1)}, {}, False, "Younger than 50"),
        ({"born": aged(71, -1)}, {}, True, "routine"),
        ({"born": aged(71)}, {}, False, "71 years or older"),
        ({"born": aged(45)}, {"breast_risk": {"level": "family_history", "source": "letter"}}, True, "in the family"),
        ({"born": aged(35)}, {"breast_risk": {"level": "high", "source": "genetics"}}, None, "ages between which a high risk"),
        ({"born": aged(60), "sex": Sex.male}, {}, False, "Not a woman"),
        ({"born": aged(60), "sex": Sex.unknown}, {}, None, "the sex"),
    ],
)  # fmt: skip
def test_breast_bands_by_age_and_level(database: str, who: dict[str, Any], values: dict[str, Any], found: bool | None, words: str) -> None:
    said = told(values, card="breast", **({"sex": Sex.female} | who))
    assert said.eligible is found
    assert words in str(said.because)


def test_the_interval_of_a_band_is_the_programme_s_own_and_never_another_setting_s(database: str) -> None:
    routine = told({}, born=aged(60), card="breast")
    assert (routine.interval_days, routine.interval_months) == (730, None)
    assert "programme" in routine.rule
    raised = told({"breast_risk": {"level": "high", "source": "genetics"}}, born=aged(60), card="breast")
    assert (raised.interval_days, raised.interval_months) == (None, 12)
    assert routine.others[0].rule == "NHS breast screening levels"


def test_gail_is_shown_where_its_inputs_are_there_and_decides_nothing(database: str) -> None:
    inputs = {"biopsies": 1, "hyperplasia": None, "menarche_age": 12, "first_birth_age": 25, "relatives": 1, "race": "white"}
    said = told({"gail_inputs": inputs}, born=aged(49), card="breast")
    (risk,) = said.risks
    assert said.eligible is False
    assert (risk.years, risk.missing) == (5, ())
    assert risk.value is not None
    assert 0.01 < risk.value < 0.05
    lacking = told({"gail_inputs": {**inputs, "race": None}}, born=aged(60), card="breast").risks[0]
    assert (lacking.value, lacking.missing) == (None, ("race",))
    odd = told({"gail_inputs": {**inputs, "hyperplasia": True, "biopsies": 0}}, born=aged(60), card="breast").risks[0]
    assert odd.value is None
    assert "do not fit together" in str(odd.problem)


@pytest.mark.parametrize(("module", "attribute"), [(plcom2012, "RACES"), (llpv2, "MALE")])
def test_a_rule_whose_coefficient_was_changed_refuses(database: str, monkeypatch: pytest.MonkeyPatch, module: Any, attribute: str) -> None:
    before = told(SMOKER, sex=Sex.male)
    changed: Any = {**plcom2012.RACES, "white": 0.01} if attribute == "RACES" else tuple(value + 0.01 for value in llpv2.MALE)
    monkeypatch.setattr(module, attribute, changed)
    conformance._failing.cache_clear()
    red = {rule.rule for rule in conformance.run() if rule.failed}
    assert module.NAME in red
    after = told(SMOKER, sex=Sex.male)
    refused = next(risk for risk in after.risks if risk.rule == module.NAME)
    assert all(risk.value is not None for risk in before.risks)
    assert refused.value is None
    assert "must not be used" in str(refused.problem)


def test_a_rule_of_eligibility_that_fails_says_nothing_at_all(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tlhc, "PLCO_LIMIT", 0.0152)
    conformance._failing.cache_clear()
    said = told(SMOKER)
    assert said.eligible is None
    assert "must not be used" in str(said.because)


def test_many_are_looked_at_by_a_fixed_number_of_queries(database: str) -> None:
    with transaction() as session:
        made = [a_participant(session, birth_date=aged(50 + k)) for k in range(30)]
        for who in made[::2]:
            some_facts(session, who, SMOKER)
        found = verdicts(session, [who.id or 0 for who in made], "lung", today())
    assert len(found) == 30
    assert [found[who.id or 0].eligible for who in made[::2]] == [
        who.birth_date is not None and 55 <= 50 + 2 * k < 75 for k, who in enumerate(made[::2])
    ]


def test_a_verdict_ends_at_the_sites(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        away = a_participant(session, site=a_site(session, "SOUTH", name="South clinic"))
        with pytest.raises(NotAllowed):
            of_person(session, carl, away.id or 0, "lung", today())
        with pytest.raises(Rejected, match="no participant number"):
            eligible(session, 999_999, "lung", today())


def test_facts_entered_by_hand_count_like_those_of_the_questionnaire(database: str) -> None:
    with transaction() as session:
        carl = a_person(session, "carl", role=Role.coordinator)
        who: Participant = a_participant(session, birth_date=aged(65))
        for kind, value in SMOKER.items():
            facts.record(session, carl, who.id or 0, kind, value, today())
        assert of_person(session, carl, who.id or 0, "lung", today()).eligible is True


def test_who_has_cancer_is_cared_for_and_not_screened(database: str) -> None:
    with transaction() as session:
        who = a_participant(session, birth_date=aged(65))
        some_facts(session, who, SMOKER)
        exam = an_exam(session, participant=who, days_ago=100)
        an_outcome(session, exam, kind=OutcomeKind.cancer, days_ago=50)
        before = eligible(session, who.id or 0, "lung", today() - timedelta(days=60))
        after = eligible(session, who.id or 0, "lung", today())
        breast = eligible(session, who.id or 0, "breast", today())
        an_outcome(session, exam, kind=OutcomeKind.benign, days_ago=10)
        corrected = eligible(session, who.id or 0, "lung", today())
    assert [said.eligible for said in (before, after, breast, corrected)] == [None, False, True, True]
    assert "cancer recorded on" in str(after.because)
