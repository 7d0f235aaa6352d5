"""PLCOm2012: probability that an ever-smoker gets lung cancer within six years.

Public copies differ: some swap American Indian and Pacific Islander, flip the sign of education, mistype the Hispanic term or drop the
centring. These are the published coefficients; the authors' own example is a test.
"""

from scipy.special import expit

from core.rules.checks import flag, number, one_of, positive, whole

NAME = "PLCOm2012"
VERSION = "2012, six years, with race"
SOURCE = "Tammemägi MC et al. N Engl J Med 2013;368:728"

RACES = {
    "white": 0.0,
    "black": 0.3944778,
    "hispanic": -0.7434744,
    "asian": -0.466585,
    "american indian": 0.0,
    "pacific islander": 1.027152,
}
"""American Indian includes Alaskan native, Pacific Islander includes Native Hawaiian."""

OTHER_WORDS = {
    "american indian/alaskan": "american indian",
    "american indian or alaskan native": "american indian",
    "hawaiian/pacific": "pacific islander",
    "native hawaiian or pacific islander": "pacific islander",
    "nhpi": "pacific islander",
}

EDUCATION = {
    1: "Less than high school",
    2: "High school graduate",
    3: "Training after high school",
    4: "Some college",
    5: "College graduate",
    6: "Postgraduate degree",
}


def six_year_risk(
    *,
    age: float,
    race: str,
    education: int,
    bmi: float,
    copd: bool,
    personal_cancer: bool,
    family_lung_cancer: bool,
    current_smoker: bool,
    cigarettes_per_day: float,
    smoking_years: float,
    quit_years: float,
) -> float:
    """Risk 0–1 over six years; education as in `EDUCATION`, bmi in kg/m², quit_years is 0 for a current smoker.

    Raises ValueError for an impossible value, MissingInput for None, and for a never-smoker, for whom the model says nothing.
    """
    intensity, duration, quit_for = _smoking(age, current_smoker, cigarettes_per_day, smoking_years, quit_years)
    logit = (
        -4.532506
        + 0.0778868 * (age - 62)
        + _race(race)
        - 0.0812744 * (whole("education", education, 1, 6) - 4)
        - 0.0274194 * (number("bmi", bmi, 10, 100, "kg/m²") - 27)
        + 0.3553063 * flag("copd", copd)
        + 0.4589971 * flag("personal_cancer", personal_cancer)
        + 0.587185 * flag("family_lung_cancer", family_lung_cancer)
        + 0.2597431 * current_smoker
        - 1.822606 * (10 / intensity - 0.4021541613)
        + 0.0317321 * (duration - 27)
        - 0.0308572 * (quit_for - 10)
    )
    return float(expit(logit))


def _race(race: str) -> float:
    word = race.strip().lower().replace("_", " ").replace("-", " ") if isinstance(race, str) else race
    return RACES[one_of("race", OTHER_WORDS.get(word, word), RACES)]


def _smoking(age: float, current: bool, per_day: float, years: float, quit_years: float) -> tuple[float, float, float]:
    """Cigarettes per day, years smoked and years since quitting, once they fit together."""
    lifetime = number("age", age, 18, 110, "years")
    if per_day == 0 or years == 0:
        raise ValueError(f"cigarettes_per_day is {per_day} and smoking_years is {years}: a never-smoker; expected someone who has smoked")
    quit_for = number("quit_years", quit_years, 0, 100, "years")
    if flag("current_smoker", current) and quit_for:
        raise ValueError(f"quit_years is {quit_years} for a current smoker; expected 0")
    duration = positive("smoking_years", years, 100, "years")
    if duration + quit_for > lifetime:
        raise ValueError(f"smoking_years {years} and quit_years {quit_years} add up to more than the age {age}; expected at most the age")
    return positive("cigarettes_per_day", per_day, 200, "a day"), duration, quit_for
