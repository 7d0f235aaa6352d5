"""LLPv2: probability of lung cancer within five years (Liverpool Lung Project, version 2).

The age term is the mean over the five years ahead, because a person passes from one age band into the next in that time.
"""

from typing import Literal

from scipy.special import expit

from core.rules.checks import flag, number, one_of

NAME = "LLPv2"
VERSION = "2, five years"
SOURCE = "Coefficients as in the R code of ten Haaf K et al. PLoS Med 2017;14:e1002277"

BAND_YEARS, FIRST_AGE = 5, 40
MALE = (-9.06, -8.16, -7.31, -6.63, -5.97, -5.56, -5.31, -4.83, -4.68)
FEMALE = (-9.90, -8.06, -7.46, -6.50, -6.22, -5.99, -5.49, -5.23, -5.42)
"""Age bands 40–44, 45–49, …, 75–79, 80 and over."""

SMOKING = ((20, 0.7692), (40, 1.4516), (60, 2.5072), (float("inf"), 2.7243))
"""Upper end of the years smoked (exclusive) and coefficient; a never-smoker has 0."""

FAMILY = {"none": 0.0, "early": 0.7034, "late": 0.1677}
"""Lung cancer of a first-degree relative: early means before 60."""

FamilyHistory = Literal["none", "early", "late"]


def five_year_risk(
    *,
    age: float,
    female: bool,
    smoking_years: float,
    family_history: FamilyHistory,
    pneumonia: bool,
    asbestos: bool,
    prior_malignancy: bool,
) -> float:
    """Risk 0–1 over five years for an age of 40 or more; smoking_years is 0 for a never-smoker."""
    years = number("smoking_years", smoking_years, 0, 100, "years")
    if years > number("age", age, FIRST_AGE, 110, "years"):
        raise ValueError(f"smoking_years is {smoking_years} at the age of {age}; expected at most the age")
    return float(
        expit(
            _mean_band(age + 0.5, FEMALE if flag("female", female) else MALE)
            + (next(value for upper, value in SMOKING if years < upper) if years else 0.0)
            + FAMILY[one_of("family_history", family_history, FAMILY)]
            + 0.6025 * flag("pneumonia", pneumonia)
            + 0.6343 * flag("asbestos", asbestos)
            + 0.6754 * flag("prior_malignancy", prior_malignancy)
        )
    )


def _mean_band(start: float, bands: tuple[float, ...]) -> float:
    """Mean of the band coefficients over the five years from `start`."""
    total = 0.0
    for place, coefficient in enumerate(bands):
        low = FIRST_AGE + place * BAND_YEARS
        high = low + BAND_YEARS if place < len(bands) - 1 else float("inf")
        total += coefficient * max(0.0, min(high, start + BAND_YEARS) - max(low, start))
    return total / BAND_YEARS
