"""Gail model (BCRAT): probability of invasive breast cancer within some years, other causes of death allowed for.

Relative risk from the woman's history, times the incidence of women like her without any risk factor, added up year by year.
"""

from dataclasses import dataclass
from math import ceil, exp, floor, log
from typing import Literal

from core.rules.checks import number, one_of, whole
from core.rules.gail_rates import INCIDENCE, OTHER_DEATHS

NAME = "Gail"
VERSION = "BCRAT 2.1.2"
SOURCE = "Gail MH et al. J Natl Cancer Inst 1989;81:1879; constants of the National Cancer Institute's BCRAT"

FIRST_AGE, LAST_AGE, BAND_YEARS, OLDER = 20, 90, 5, 50
NULLIPAROUS = 98

Race = Literal[
    "white", "black", "hispanic_us", "hispanic_foreign", "chinese", "japanese", "filipino", "hawaiian", "pacific_islander", "other_asian",
    "other",
]  # fmt: skip


@dataclass(frozen=True)
class Coefficients:
    """Log relative risk per step of each factor, and the share of cancers that is there without them below 50 and from 50 on."""

    biopsies: float
    menarche: float
    first_birth: float
    relatives: float
    biopsies_from_50: float
    birth_and_relatives: float
    unexplained: tuple[float, float]


_WHITE = Coefficients(0.5292641686, 0.0940103059, 0.2186262218, 0.9583027845, -0.2880424830, -0.1908113865, (0.5788413, 0.5788413))
_ASIAN = Coefficients(0.55263612260619, 0.07499257592975, 0.27638268294593, 0.79185633720481, 0, 0, (0.47519806426735, 0.50316401683903))
COEFFICIENTS: dict[str, Coefficients] = {
    "white": _WHITE,
    "other": _WHITE,
    "black": Coefficients(0.1822121131, 0.2672530336, 0, 0.4757242578, -0.1119411682, 0, (0.72949880, 0.74397137)),
    "hispanic_us": Coefficients(0.0970783641, 0, 0.2318368334, 0.166685441, 0, 0, (0.749294788397, 0.778215491668)),
    "hispanic_foreign": Coefficients(0.4798624017, 0.2593922322, 0.4669246218, 0.9076679727, 0, 0, (0.428864989813, 0.450352338746)),
    **dict.fromkeys(("chinese", "japanese", "filipino", "hawaiian", "pacific_islander", "other_asian"), _ASIAN),
}


def absolute_risk(
    *,
    age: float,
    horizon_years: float,
    biopsies: int | None,
    hyperplasia: bool | None,
    menarche_age: float | None,
    first_birth_age: float | None,
    relatives: int | None,
    race: Race,
) -> float:
    """Risk 0–1 from `age` (20 to under 90) over `horizon_years`; the sum must stay at 90 or below.

    `first_birth_age` is 98 for a woman who has not given birth. None stands for "not known", which the model itself counts as its lowest
    step; `hyperplasia` (atypical) needs a biopsy. `relatives`: mother, sisters and daughters with the disease.
    """
    start = number("age", age, FIRST_AGE, LAST_AGE - 1e-9, "years")
    end = start + number("horizon_years", horizon_years, 1e-9, LAST_AGE - FIRST_AGE, "years")
    if end > LAST_AGE:
        raise ValueError(f"age {age} and horizon_years {horizon_years} end at {end:g}; expected at most {LAST_AGE} years")
    group = one_of("race", race, COEFFICIENTS)
    own = COEFFICIENTS[group]
    taken = 0 if biopsies is None else whole("biopsies", biopsies, 0, 50)
    factor = _hyperplasia(hyperplasia, taken)
    steps = _steps(group, taken, menarche_age, first_birth_age, relatives, start)
    below = _log_relative_risk(own, steps) + log(factor)
    from_50 = below + own.biopsies_from_50 * steps[0]
    return _sum(start, end, group, (exp(below) * own.unexplained[0], exp(from_50) * own.unexplained[1]))


def _hyperplasia(found: bool | None, biopsies: int) -> float:
    if biopsies == 0:
        if found is True:
            raise ValueError("hyperplasia is True with no biopsy; expected biopsies of at least 1")
        return 1.0
    return 1.0 if found is None else 1.82 if found else 0.93


def _steps(
    group: str, biopsies: int, menarche_age: float | None, first_birth_age: float | None, relatives: int | None, age: float
) -> tuple[int, int, int, int]:
    """Biopsies, menarche, first birth and relatives as the steps 0, 1, 2 … of the group's own model."""
    hispanic = group.startswith("hispanic")
    menarche = 0 if menarche_age is None else _menarche(number("menarche_age", menarche_age, 5, age, "years"))
    birth = _birth(first_birth_age, age, hispanic=hispanic)
    affected = 0 if relatives is None else whole("relatives", relatives, 0, 50)
    one_step = hispanic or COEFFICIENTS[group] is _ASIAN  # one relative or more counts the same
    return (
        min(biopsies, 1 if hispanic else 2),
        0 if group == "hispanic_us" else min(menarche, 1 if group == "black" else 2),
        0 if group == "black" else birth,
        min(affected, 1 if one_step else 2),
    )


def _menarche(age: float) -> int:
    return 0 if age >= 14 else 1 if age >= 12 else 2


def _birth(age: float | None, now: float, *, hispanic: bool) -> int:
    """Step by the age at the first live birth; no birth lies between the later ages, for Hispanic women with the latest."""
    if age is None:
        return 0
    if age == NULLIPAROUS:
        return 2
    years = number("first_birth_age", age, 10, now, "years, or 98 for no birth")
    if hispanic:
        return 0 if years < 20 else 1 if years < 30 else 2
    return 0 if years < 20 else 1 if years < 25 else 2 if years < 30 else 3


def _log_relative_risk(own: Coefficients, steps: tuple[int, int, int, int]) -> float:
    biopsies, menarche, birth, relatives = steps
    return (
        own.biopsies * biopsies
        + own.menarche * menarche
        + own.first_birth * birth
        + own.relatives * relatives
        + own.birth_and_relatives * birth * relatives
    )


def _sum(start: float, end: float, group: str, multiples: tuple[float, float]) -> float:
    """Cumulative incidence with death from other causes as the competing risk; rates are constant within each year of age."""
    rates = "white" if group == "other" else group
    risk, hazard = 0.0, 0.0
    for year in range(floor(start), ceil(end)):
        span = min(end, year + 1) - max(start, year)
        band = (year - FIRST_AGE) // BAND_YEARS
        cancer = multiples[year >= OLDER] * INCIDENCE[rates][band] / 1e5
        leaving = (cancer + OTHER_DEATHS[rates][band] / 1e5) * span
        risk += cancer * span / leaving * exp(-hazard) * (1 - exp(-leaving))
        hazard += leaving
    return risk
