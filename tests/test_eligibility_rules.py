"""Who is invited, by the rules alone: every limit from both sides, and settings that are never mixed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import breast_bands, cms2022, tlhc, uspstf2021
from core.rules.birthdays import birthday, born_by, completed_years
from core.rules.breast_bands import NHS, own
from core.rules.forecast import PEAK_DAYS, Smoker, first_eligible_day, later, risks
from core.rules.pack_years import Spell, mean_per_day, pack_years

ON = date(2026, 11, 23)
DAYS = st.dates(date(1920, 1, 1), date(2005, 12, 31))


@given(DAYS, st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 90))
def test_a_birthday_the_age_and_the_latest_birth_of_an_age_agree(birth: date, on: date, age: int) -> None:
    of_age = completed_years(birth, on) >= age
    assert (birthday(birth, age) <= on) is of_age
    assert (birth <= born_by(on, age)) is of_age


@pytest.mark.parametrize(
    ("plco", "llp", "enough"),
    [
        (0.0150, 0.0, False), (0.0151, 0.0, True), (0.015099, 0.0, False), (0.0, 0.0249, False), (0.0, 0.0250, True),
        (None, 0.0250, True), (None, 0.0249, None), (0.0150, None, None), (None, None, None),
    ],
)  # fmt: skip
def test_a_risk_that_is_not_known_is_never_taken_for_a_low_one(plco: float | None, llp: float | None, enough: bool | None) -> None:
    assert tlhc.enough(plco, llp) is enough


def test_a_known_no_stands_whatever_is_missing() -> None:
    young = tlhc.eligible(birth=date(1980, 1, 1), on=ON, ever_smoker=None, plco=None, llp=None)
    never = tlhc.eligible(birth=date(1960, 1, 1), on=ON, ever_smoker=False, plco=None, llp=None)
    assert (young, never) == (False, False)
    reasons = tlhc.why_not(birth=date(1980, 1, 1), on=ON, ever_smoker=False, plco=None, llp=None)
    assert [str(reason) for reason in reasons] == ["Younger than 55 years", "Never smoked"]


def test_medicare_ends_three_years_before_the_task_force() -> None:
    person = {"current_smoker": True, "cigarettes_per_day": 20.0, "smoking_years": 30.0, "quit_years": 0.0}
    by_age = {age: (bool(uspstf2021.why_not(age=age, **person)), bool(cms2022.why_not(age=age, **person))) for age in range(45, 90)}  # type: ignore[arg-type]
    assert {age for age, (no, _) in by_age.items() if not no} == set(range(50, 81))
    assert {age for age, (_, no) in by_age.items() if not no} == set(range(50, 78))


def test_what_was_smoked_most_never_stands_for_all_years() -> None:
    mean = mean_per_day(30, 10, [Spell(40, 3)])
    assert mean == pytest.approx(13.0)
    assert pack_years(mean, 30) == pytest.approx((27 * 10 + 3 * 40) / 20)
    with pytest.raises(ValueError, match="31 years of 30"):
        mean_per_day(30, 10, [Spell(40, 20), Spell(5, 11)])


@given(DAYS, st.sampled_from(breast_bands.LEVELS))
def test_every_band_of_a_setting_has_an_interval_of_its_own_setting(birth: date, level: str) -> None:
    ours, theirs = own("1.1", 730), NHS
    mine, band = breast_bands.band_on(ours, level, birth, ON), breast_bands.band_on(theirs, level, birth, ON)
    assert (mine is None) is (band is None)
    if mine is not None and band is not None and mine != band:
        assert (mine.days, mine.months, band.days, band.months) == (730, None, None, 36)


def test_a_raised_risk_keeps_its_short_interval_within_the_routine_ages() -> None:
    birth, last = date(1966, 1, 31), date(2026, 1, 31)
    assert breast_bands.due(NHS, "high", birth, last) == date(2027, 1, 31)
    assert breast_bands.due(NHS, "routine", birth, last) == date(2029, 1, 31)
    assert breast_bands.due(NHS, "family_history", date(1984, 2, 29), date(2025, 2, 28)) == date(2026, 2, 28)


WOMAN = Smoker(
    birth=date(1952, 3, 1), day=ON, female=True, race="white", education=6, bmi=35, copd=False, personal_cancer=False,
    family_history="none", pneumonia=False, asbestos=False, current_smoker=False, cigarettes_per_day=3, smoking_years=30, quit_years=25,
)  # fmt: skip


def test_the_oldest_women_whose_risk_falls_again_are_found_too() -> None:
    """LLPv2 of women is highest at 74 and a half: who reaches the limit there and falls below it again is eligible on that day."""
    peak = WOMAN.birth + timedelta(days=PEAK_DAYS)
    start = replace(WOMAN, day=peak - timedelta(days=200), family_history="late")
    levels = [risks(later(start, start.day + timedelta(days=k), "stops")).llp for k in range(0, 380)]
    assert max(range(380), key=levels.__getitem__) in range(195, 205)
    by_hand = next(
        (start.day + timedelta(days=k) for k in range(380) if risks(later(start, start.day + timedelta(days=k), "stops")).enough), None
    )
    assert first_eligible_day(start, "stops") == by_hand
