"""PLCOm2012, LLPv2 and USPSTF 2021: the example of the authors, independent values, and the limits from both sides."""

from typing import Any

from core.rules import llpv2, plcom2012, uspstf2021
from core.rules.vectors.vector import of

Rows = list[tuple[dict[str, Any], Any]]
PLCO_INPUTS = (
    "age", "race", "education", "bmi", "copd", "personal_cancer", "family_lung_cancer", "current_smoker", "cigarettes_per_day",
    "smoking_years", "quit_years",
)  # fmt: skip
PLCO_PEOPLE: list[tuple[tuple[Any, ...], float]] = [
    ((55, "white", 2, 25, 0, 0, 0, 1, 20, 35, 0), 0.014536),
    ((65, "white", 2, 27, 1, 0, 1, 1, 20, 45, 0), 0.096857),
    ((70, "black", 4, 30, 0, 0, 0, 0, 15, 30, 12), 0.017195),
    ((60, "asian", 5, 22, 0, 0, 0, 0, 10, 20, 14), 0.001451),
    ((58, "hispanic", 3, 31, 0, 0, 0, 1, 5, 30, 0), 0.000384),
    ((74, "nhpi", 1, 27, 1, 1, 1, 1, 40, 55, 0), 0.691839),
]
PLCO: Rows = [(dict(zip(PLCO_INPUTS, person, strict=True)), risk) for person, risk in PLCO_PEOPLE]
README: Rows = [(dict(zip(PLCO_INPUTS, (62, "white", 4, 27, 0, 0, 0, 0, 80, 27, 10), strict=True)), 0.01750922)]

NOTHING = {"family_history": "none", "pneumonia": False, "asbestos": False, "prior_malignancy": False}
EVERYTHING = {"family_history": "early", "pneumonia": True, "asbestos": True, "prior_malignancy": True}
LLP: Rows = [
    ({"age": 60, "female": False, "smoking_years": 30, **NOTHING}, 0.011235),
    ({"age": 65, "female": False, "smoking_years": 42, **NOTHING}, 0.046186),
    ({"age": 70, "female": True, "smoking_years": 45, **NOTHING, "family_history": "late", "pneumonia": True}, 0.100960),
    ({"age": 55, "female": True, "smoking_years": 20, **NOTHING}, 0.006559),
    ({"age": 74, "female": False, "smoking_years": 55, **EVERYTHING}, 0.560896),
]

SMOKER = {"age": 60, "current_smoker": True, "cigarettes_per_day": 20, "smoking_years": 30, "quit_years": 0}
QUIT = {"current_smoker": False}
USPSTF: Rows = [
    (SMOKER | changes, expected)
    for changes, expected in (
        ({"age": 49}, False), ({"age": 50}, True), ({"age": 80}, True), ({"age": 81}, False), ({"smoking_years": 20}, True),
        ({"smoking_years": 19.9}, False), ({**QUIT, "quit_years": 15}, True), ({**QUIT, "quit_years": 15.01}, False),
    )
]  # fmt: skip


def offered(**given: Any) -> bool:
    return not uspstf2021.why_not(**given)


VECTORS = (
    *of(plcom2012, plcom2012.six_year_risk, README, digits=8),
    *of(plcom2012, plcom2012.six_year_risk, PLCO),
    *of(llpv2, llpv2.five_year_risk, LLP),
    *of(uspstf2021, offered, USPSTF),
)
