"""Risk formulas against the published oracles and the vectors of the clinical page; impossible input is refused by name."""

from typing import Any

import pytest

from core.rules import birads, brock, growth, herder, mayo, plcom2012, veterans
from core.rules.checks import MissingInput

PERSON = {
    "age": 62,
    "race": "white",
    "education": 4,
    "bmi": 27,
    "copd": False,
    "personal_cancer": False,
    "family_lung_cancer": False,
    "current_smoker": False,
    "cigarettes_per_day": 80,
    "smoking_years": 27,
    "quit_years": 10,
}
NODULE = {
    "age": 62,
    "female": False,
    "family_history": False,
    "emphysema": False,
    "diameter_mm": 4.0,
    "nodule_type": "solid",
    "upper_lobe": False,
    "nodule_count": 4,
    "spiculated": False,
}


def risk(**changes: Any) -> float:
    return plcom2012.six_year_risk(**(PERSON | changes))


def chance(**changes: Any) -> float:
    return brock.malignancy_probability(**(NODULE | changes))


def test_plcom2012_example_of_its_authors() -> None:
    assert risk() == pytest.approx(0.01750922, abs=1e-8)


def test_plcom2012_centre_person() -> None:
    assert risk(cigarettes_per_day=10 / 0.4021541613) == pytest.approx(0.0106393, abs=1e-7)


@pytest.mark.parametrize(
    ("age", "race", "education", "bmi", "copd", "cancer", "family", "current", "per_day", "years", "quit_years", "expected"),
    [
        (55, "white", 2, 25, 0, 0, 0, 1, 20, 35, 0, 0.014536),
        (65, "white", 2, 27, 1, 0, 1, 1, 20, 45, 0, 0.096857),
        (70, "black", 4, 30, 0, 0, 0, 0, 15, 30, 12, 0.017195),
        (60, "asian", 5, 22, 0, 0, 0, 0, 10, 20, 14, 0.001451),
        (58, "hispanic", 3, 31, 0, 0, 0, 1, 5, 30, 0, 0.000384),
        (74, "nhpi", 1, 27, 1, 1, 1, 1, 40, 55, 0, 0.691839),
    ],
)
def test_plcom2012_vectors(
    age: int,
    race: str,
    education: int,
    bmi: int,
    copd: bool,
    cancer: bool,
    family: bool,
    current: bool,
    per_day: int,
    years: int,
    quit_years: int,
    expected: float,
) -> None:
    found = risk(
        age=age,
        race=race,
        education=education,
        bmi=bmi,
        copd=copd,
        personal_cancer=cancer,
        family_lung_cancer=family,
        current_smoker=current,
        cigarettes_per_day=per_day,
        smoking_years=years,
        quit_years=quit_years,
    )
    assert found == pytest.approx(expected, abs=5e-7)


def test_american_indian_counts_as_white_and_pacific_islander_does_not() -> None:
    assert risk(race="American Indian") == risk()
    assert risk(race="native hawaiian or pacific islander") > risk()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cigarettes_per_day": 0}, "never-smoker"),
        ({"current_smoker": True}, "quit_years is 10 for a current smoker; expected 0"),
        ({"smoking_years": 60}, "more than the age 62"),
        ({"race": "martian"}, "race is 'martian'; expected one of white"),
        ({"education": 7}, "education is 7; expected 1 to 6"),
        ({"education": 2.5}, "whole number"),
        ({"bmi": 0}, "bmi is 0; expected 10 to 100 kg/m²"),
        ({"bmi": float("nan")}, "bmi is nan"),
        ({"age": 620}, "age is 620; expected 18 to 110 years"),
        ({"copd": "yes"}, "copd is 'yes'"),
    ],
)
def test_plcom2012_refuses_the_impossible(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        risk(**changes)


@pytest.mark.parametrize("name", list(PERSON))
def test_plcom2012_names_what_is_missing(name: str) -> None:
    with pytest.raises(MissingInput, match=f"{name} is missing"):
        risk(**{name: None})


YES = True
BROCK_ROWS = [
    ({}, 0.001125, 0.001105),
    ({"diameter_mm": 8, "nodule_count": 1}, 0.017160, 0.019064),
    ({"female": YES, "diameter_mm": 8, "upper_lobe": YES, "nodule_count": 1}, 0.057940, 0.065033),
    (
        {
            "age": 65,
            "female": YES,
            "family_history": YES,
            "emphysema": YES,
            "diameter_mm": 12,
            "nodule_type": "part-solid",
            "upper_lobe": YES,
            "nodule_count": 1,
            "spiculated": YES,
        },
        0.535826,
        0.396711,
    ),
    ({"age": 70, "emphysema": YES, "diameter_mm": 15, "upper_lobe": YES, "nodule_count": 2, "spiculated": YES}, 0.365716, 0.269549),
    ({"age": 60, "female": YES, "diameter_mm": 6, "nodule_type": "non-solid", "nodule_count": 3}, 0.008766, 0.007479),
    (
        {
            "age": 75,
            "female": YES,
            "family_history": YES,
            "emphysema": YES,
            "diameter_mm": 20,
            "upper_lobe": YES,
            "nodule_count": 1,
            "spiculated": YES,
        },
        0.761591,
        0.674553,
    ),
]


@pytest.mark.parametrize(("changes", "with_spiculation", "without"), BROCK_ROWS)
def test_brock_vectors(changes: dict[str, Any], with_spiculation: float, without: float) -> None:
    assert chance(**changes) == pytest.approx(with_spiculation, abs=5e-7)
    assert chance(**changes, model="2a") == pytest.approx(without, abs=5e-7)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diameter_mm": 0}, "diameter_mm is 0"),
        ({"diameter_mm": -4}, "diameter_mm is -4; expected more than 0"),
        ({"nodule_type": "ground glass"}, "nodule_type is 'ground glass'; expected one of solid, part-solid, non-solid"),
        ({"nodule_count": 0}, "nodule_count is 0; expected 1"),
        ({"model": "3"}, "model is '3'"),
        ({"age": None}, "age is missing"),
        ({"emphysema": None}, "emphysema is missing"),
    ],
)
def test_brock_refuses_the_impossible(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        chance(**changes)


MAYO_ROWS = [
    ((62, False, 10), 0.088081, (0.011963, 0.109887, 0.550602, 0.588340)),
    ((70, True, 15), 0.607544, (0.076100, 0.456472, 0.892874, 0.906738)),
]


@pytest.mark.parametrize(("patient", "expected", "by_uptake"), MAYO_ROWS)
def test_mayo_and_herder_vectors(patient: tuple[int, bool, int], expected: float, by_uptake: tuple[float, ...]) -> None:
    age, worse, size = patient
    before = mayo.malignancy_probability(
        age=age, ever_smoker=True, extrathoracic_cancer=False, diameter_mm=size, spiculated=worse, upper_lobe=worse
    )
    assert before == pytest.approx(expected, abs=5e-7)
    after = [herder.malignancy_probability(mayo_probability=before, uptake=uptake) for uptake in ("none", "faint", "moderate", "intense")]
    assert after == pytest.approx(by_uptake, abs=5e-7)


def test_herder_refuses_a_percentage() -> None:
    with pytest.raises(ValueError, match=r"mayo_probability is 8\.8; expected 0 to 1"):
        herder.malignancy_probability(mayo_probability=8.8, uptake="none")


def test_veterans_published_example() -> None:
    found = veterans.malignancy_probability(age=62, ever_smoker=False, diameter_mm=10, quit_years=0)
    assert found == pytest.approx(0.07913, abs=5e-6)
    with pytest.raises(ValueError, match="never-smoker"):
        veterans.malignancy_probability(age=62, ever_smoker=False, diameter_mm=10, quit_years=3)


@pytest.mark.parametrize(
    ("before", "now", "days", "expected"),
    [
        (100, 200, 90, 90.00),
        (100, 125, 90, 279.57),
        (80, 112, 91, 187.46),
        (113, 268, 365, 292.96),
        (50, 63, 91, 272.93),
        (200, 180, 90, -592.09),
    ],
)
def test_volume_doubling_time_vectors(before: float, now: float, days: float, expected: float) -> None:
    assert growth.volume_doubling_time_days(before, now, days) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(("before", "now", "expected"), [(6.0, 7.5, 377.9), (10, 11.6, 568.2)])
def test_doubling_time_from_diameters(before: float, now: float, expected: float) -> None:
    assert growth.doubling_time_from_diameters_days(before, now, 365) == pytest.approx(expected, abs=0.05)


def test_unchanged_volume_has_no_doubling_time() -> None:
    assert growth.volume_doubling_time_days(100, 100, 90) is None
    assert growth.doubling_time_from_diameters_days(5, 5, 90) is None


WITHIN = "within measurement error"


@pytest.mark.parametrize(
    ("now", "trend"),
    [(124.9, WITHIN), (125, "growing"), (100, WITHIN), (76, WITHIN), (75, "shrinking")],
)
def test_change_within_the_measurement_error_has_no_trend(now: float, trend: str) -> None:
    assert growth.assess(100, now, 90).trend == trend


@pytest.mark.parametrize(("before", "now", "days"), [(0, 100, 90), (100, -1, 90), (100, 100, 0), (100, float("nan"), 90)])
def test_growth_refuses_the_impossible(before: float, now: float, days: float) -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        growth.assess(before, now, days)


@pytest.mark.parametrize(
    ("category", "older", "bcsc"),
    [("0", True, True), ("1", False, False), ("2", False, False), ("3", False, True), ("4A", True, True), ("5", True, True)],
)
def test_birads_two_definitions_of_positive(category: str, older: bool, bcsc: bool) -> None:
    assert birads.is_positive(category, definition="0, 4, 5") is older
    assert birads.is_positive(category, definition="0, 3, 4, 5") is bcsc


@pytest.mark.parametrize(("category", "definition"), [("6", "0, 4, 5"), ("7", "0, 4, 5"), ("1", "all")])
def test_birads_refuses_what_is_no_screening_result(category: str, definition: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        birads.is_positive(category, definition=definition)


def test_dense_breasts_are_c_and_d() -> None:
    assert [birads.is_dense(letter) for letter in birads.DENSITIES] == [False, False, True, True]


@pytest.mark.parametrize("rule", [birads, brock, growth, herder, mayo, plcom2012, veterans])
def test_every_rule_says_what_it_is(rule: Any) -> None:
    assert rule.NAME
    assert rule.VERSION
    assert any(character.isdigit() for character in rule.SOURCE)
