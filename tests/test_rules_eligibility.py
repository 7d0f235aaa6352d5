"""LLPv2 and USPSTF 2021: vectors and limits of the clinical page."""

from typing import Any

import pytest

from core.rules import llpv2, uspstf2021

NOTHING = {"family_history": "none", "pneumonia": False, "asbestos": False, "prior_malignancy": False}
SMOKER = {"age": 60, "current_smoker": True, "cigarettes_per_day": 20, "smoking_years": 30, "quit_years": 0}


@pytest.mark.parametrize(
    ("age", "female", "years", "more", "expected"),
    [
        (60, False, 30, {}, 0.011235),
        (65, False, 42, {}, 0.046186),
        (70, True, 45, {"family_history": "late", "pneumonia": True}, 0.100960),
        (55, True, 20, {}, 0.006559),
        (74, False, 55, {"family_history": "early", "pneumonia": True, "asbestos": True, "prior_malignancy": True}, 0.560896),
    ],
)
def test_llpv2_vectors(age: int, female: bool, years: int, more: dict[str, Any], expected: float) -> None:
    found = llpv2.five_year_risk(age=age, female=female, smoking_years=years, **(NOTHING | more))
    assert found == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(("lower", "upper"), [(0, 1), (19, 20), (39, 40), (59, 60)])
def test_llpv2_smoking_bands(lower: int, upper: int) -> None:
    risks = [llpv2.five_year_risk(age=80, female=False, smoking_years=years, **NOTHING) for years in (lower, upper)]  # type: ignore[arg-type]
    assert risks[0] < risks[1]


def test_llpv2_of_the_oldest_stays_in_the_last_band() -> None:
    risks = [llpv2.five_year_risk(age=age, female=False, smoking_years=0, **NOTHING) for age in (80, 95)]  # type: ignore[arg-type]
    assert risks[0] == pytest.approx(risks[1])


@pytest.mark.parametrize(
    ("more", "words"),
    [({"age": 39}, "age is 39; expected 40"), ({"smoking_years": 61}, "at most the age"), ({"family_history": "yes"}, "is 'yes'")],
)
def test_llpv2_refuses_the_impossible(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        llpv2.five_year_risk(**({"age": 60, "female": False, "smoking_years": 30} | NOTHING | more))


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"age": 49}, ["Younger than 50 years"]),
        ({"age": 50}, []),
        ({"age": 80}, []),
        ({"age": 81}, ["Older than 80 years"]),
        ({"smoking_years": 20}, []),
        ({"smoking_years": 19}, ["19.0 pack-years, less than 20.0"]),
        ({"current_smoker": False, "quit_years": 15}, []),
        ({"current_smoker": False, "quit_years": 16}, ["Stopped smoking 16.0 years ago, more than 15.0"]),
        ({"age": 40, "cigarettes_per_day": 5}, ["Younger than 50 years", "7.5 pack-years, less than 20.0"]),
    ],
)
def test_uspstf_limits(changes: dict[str, Any], reasons: list[str]) -> None:
    assert [str(reason) for reason in uspstf2021.why_not(**(SMOKER | changes))] == reasons


def test_uspstf_refuses_a_current_smoker_who_has_quit() -> None:
    with pytest.raises(ValueError, match="quit_years is 3 for a current smoker"):
        uspstf2021.why_not(**(SMOKER | {"quit_years": 3}))


def test_pack_years() -> None:
    assert uspstf2021.pack_years(10, 30) == 15
