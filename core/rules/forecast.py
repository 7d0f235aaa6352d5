"""When someone who is not invited to lung screening now will be, if smoking goes on and if it stops today.

The risk by PLCOm2012 or LLPv2 grows with age and years smoked, so the first day above a limit is found by halving.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.rules import llpv2, plcom2012, tlhc
from core.rules.birthdays import birthday
from core.rules.checks import number
from core.rules.tlhc import END_AGE, FIRST_AGE

YEAR_DAYS = 365.2425
PEAK_DAYS = int(74.5 * YEAR_DAYS)
"""Up to this age both risks grow; LLPv2 of women falls a little after it, when the five years ahead reach the band from 80 on."""

Scenario = Literal["goes on", "stops"]


@dataclass(frozen=True)
class Smoker:
    """What both models need, as known on `day`. Years are years, bmi kg/m²; `quit_years` is 0 for a current smoker."""

    birth: date
    day: date
    female: bool
    race: str
    education: int
    bmi: float
    copd: bool
    personal_cancer: bool
    family_history: llpv2.FamilyHistory
    pneumonia: bool
    asbestos: bool
    current_smoker: bool
    cigarettes_per_day: float
    smoking_years: float
    quit_years: float


@dataclass(frozen=True)
class Risks:
    """Risk 0–1 by each model on one day."""

    plco: float
    llp: float

    @property
    def enough(self) -> bool:
        """At least 1.51 % or at least 2.5 %, which is 0.0151 and 0.025 and nothing that rounds to them."""
        return tlhc.enough(self.plco, self.llp) is True


def risks(smoker: Smoker) -> Risks:
    """Both risks on the smoker's own day."""
    age = (smoker.day - smoker.birth).days / YEAR_DAYS
    family = smoker.family_history != "none"
    plco = plcom2012.six_year_risk(
        age=age, race=smoker.race, education=smoker.education, bmi=smoker.bmi, copd=smoker.copd, personal_cancer=smoker.personal_cancer,
        family_lung_cancer=family, current_smoker=smoker.current_smoker, cigarettes_per_day=smoker.cigarettes_per_day,
        smoking_years=smoker.smoking_years, quit_years=smoker.quit_years,
    )  # fmt: skip
    llp = llpv2.five_year_risk(
        age=age, female=smoker.female, smoking_years=smoker.smoking_years, family_history=smoker.family_history,
        pneumonia=smoker.pneumonia, asbestos=smoker.asbestos, prior_malignancy=smoker.personal_cancer,
    )  # fmt: skip
    return Risks(plco, llp)


def later(smoker: Smoker, day: date, scenario: Scenario) -> Smoker:
    """The same person on a later day; a former smoker stays one in either scenario."""
    years = number("years ahead", (day - smoker.day).days / YEAR_DAYS, 0, 110, "years")
    if smoker.current_smoker and scenario == "goes on":
        return replace(smoker, day=day, smoking_years=smoker.smoking_years + years)
    return replace(smoker, day=day, current_smoker=False, quit_years=smoker.quit_years + years)


def first_eligible_day(smoker: Smoker, scenario: Scenario) -> date | None:
    """The first day at 55 or older and before the 75th birthday with enough risk; the smoker's own day when it is already so, else None."""
    first, last = max(smoker.day, birthday(smoker.birth, FIRST_AGE)), birthday(smoker.birth, END_AGE) - timedelta(days=1)
    if first > last:
        return None

    def reached(day: date) -> bool:
        return risks(later(smoker, day, scenario)).enough

    peak = min(max(smoker.birth + timedelta(days=PEAK_DAYS), first), last)
    return _first(reached, first, peak) or _first(reached, peak, last)


def _first(reached: Callable[[date], bool], low: date, high: date) -> date | None:
    """The first day of low..high on which `reached`, which stays true once it is; None when it is never."""
    if not reached(high):
        return None
    while low < high:
        middle = low + (high - low) // 2
        low, high = (low, middle) if reached(middle) else (middle + timedelta(days=1), high)
    return low
