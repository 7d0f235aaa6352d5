"""The forecast names the same day as a loop over every day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from core.rules import forecast
from core.rules.forecast import Risks, Smoker, first_eligible_day, later, risks

TODAY = date(2026, 11, 23)
PERSON = Smoker(
    birth=date(1972, 2, 29), day=TODAY, female=False, race="white", education=4, bmi=27, copd=False, personal_cancer=False,
    family_history="none", pneumonia=False, asbestos=False, current_smoker=True, cigarettes_per_day=15, smoking_years=24, quit_years=0,
)  # fmt: skip


def someone(seed: int) -> Smoker:
    rng = np.random.default_rng(seed)
    age, current = int(rng.integers(48, 73)), bool(rng.integers(2))
    quit_years = 0.0 if current else float(rng.integers(1, 15))
    family: Any = rng.choice(["none", "none", "early", "late"])
    return replace(
        PERSON, birth=date(TODAY.year - age, 6, 15), female=bool(rng.integers(2)), education=int(rng.integers(1, 7)),
        bmi=float(rng.integers(19, 36)), copd=bool(rng.random() < 0.2), family_history=str(family), pneumonia=bool(rng.random() < 0.2),
        current_smoker=current, cigarettes_per_day=float(rng.integers(5, 30)),
        smoking_years=min(float(rng.integers(10, 40)), age - quit_years - 12), quit_years=quit_years,
    )  # fmt: skip


def by_every_day(smoker: Smoker, scenario: Any) -> date | None:
    day = smoker.day
    while True:
        age = day.year - smoker.birth.year - ((day.month, day.day) < (smoker.birth.month, smoker.birth.day))
        if age >= 75:
            return None
        if age >= 55 and risks(later(smoker, day, scenario)).enough:
            return day
        day += timedelta(days=1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scenario", ["goes on", "stops"])
def test_the_day_is_the_one_a_loop_over_all_days_finds(seed: int, scenario: Any) -> None:
    smoker = someone(seed)
    assert first_eligible_day(smoker, scenario) == by_every_day(smoker, scenario)


def test_the_twenty_people_show_every_answer() -> None:
    answers = {(scenario, first_eligible_day(someone(seed), scenario)) for seed in range(20) for scenario in ("goes on", "stops")}
    days = [day for _, day in answers]
    assert {None, TODAY} < set(days)
    assert any(day is not None and day > TODAY for day in days)


def test_stopping_never_makes_eligible_earlier() -> None:
    goes_on, stops = first_eligible_day(PERSON, "goes on"), first_eligible_day(PERSON, "stops")
    assert goes_on is not None
    assert stops is None or stops >= goes_on


@pytest.mark.parametrize(
    ("plco", "llp", "enough"), [(0.01510, 0, True), (0.01500, 0, False), (0, 0.0250, True), (0, 0.0249, False), (0.0, 0.0, False)]
)
def test_limits_are_inclusive_at_the_digits_that_the_protocol_prints(plco: float, llp: float, enough: bool) -> None:
    assert Risks(plco, llp).enough is enough


def test_nobody_is_eligible_from_the_75th_birthday_on() -> None:
    heavy = replace(PERSON, birth=date(1951, 11, 23), cigarettes_per_day=40, smoking_years=50)
    assert first_eligible_day(heavy, "goes on") is None
    assert first_eligible_day(replace(heavy, birth=date(1951, 11, 24)), "goes on") == TODAY
    assert forecast.FIRST_AGE == 55
