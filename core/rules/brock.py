"""Brock (PanCan) probability that a nodule found by screening is malignant.

1.58113883 = (4 mm / 10)^−0.5 centres the size term; some published prose subtracts 4 mm as well, which centres it twice.
"""

from typing import Literal

from scipy.special import expit

from core.rules.checks import flag, number, one_of, positive, whole

NAME = "Brock (PanCan)"
VERSION = "2013, models 2a and 2b"
SOURCE = "McWilliams A et al. N Engl J Med 2013;369:910"

NoduleType = Literal["solid", "part-solid", "non-solid"]
Model = Literal["2a", "2b"]

COEFFICIENTS = {
    "2b": {
        "intercept": -6.78917,
        "age": 0.0286687,
        "female": 0.6010727,
        "family_history": 0.296109,
        "emphysema": 0.2953112,
        "size": -5.385484,
        "part-solid": 0.3769578,
        "non-solid": -0.1276173,
        "upper_lobe": 0.6581383,
        "nodule_count": -0.0824156,
        "spiculated": 0.7729335,
    },
    "2a": {
        "intercept": -6.8071,
        "age": 0.0321,
        "female": 0.5635,
        "family_history": 0.3013,
        "emphysema": 0.3462,
        "size": -5.6693,
        "part-solid": 0.3395,
        "non-solid": -0.3055,
        "upper_lobe": 0.7116,
        "nodule_count": -0.0803,
        "spiculated": 0.0,
    },
}


FLAGS = ("family_history", "emphysema", "upper_lobe", "spiculated")
"""Yes-or-no inputs over which a probability can be bounded while they are not known."""


def participant_logit(*, age: float, female: bool, family_history: bool, emphysema: bool, nodule_count: int, model: Model = "2b") -> float:
    """Log-odds that the participant adds to those of the centre person (62, male, no family history, no emphysema, four nodules)."""
    b = COEFFICIENTS[one_of("model", model, COEFFICIENTS)]
    return (
        b["age"] * (number("age", age, 18, 110, "years") - 62)
        + b["female"] * flag("female", female)
        + b["family_history"] * flag("family_history", family_history)
        + b["emphysema"] * flag("emphysema", emphysema)
        + b["nodule_count"] * (whole("nodule_count", nodule_count, 1, 500) - 4)
    )


def malignancy_probability(
    *,
    age: float,
    female: bool,
    family_history: bool,
    emphysema: bool,
    diameter_mm: float,
    nodule_type: NoduleType,
    upper_lobe: bool,
    nodule_count: int,
    spiculated: bool,
    model: Model = "2b",
) -> float:
    """Probability 0–1 of one nodule from a scan with `nodule_count` nodules; diameter is the longest axial one.

    Model 2a does not use spiculation. Raises ValueError for an impossible value and MissingInput for None.
    """
    person = participant_logit(
        age=age, female=female, family_history=family_history, emphysema=emphysema, nodule_count=nodule_count, model=model
    )
    b = COEFFICIENTS[model]
    kind = one_of("nodule_type", nodule_type, ("solid", "part-solid", "non-solid"))
    size = (positive("diameter_mm", diameter_mm, 100, "mm") / 10) ** -0.5 - 1.58113883
    return float(
        expit(
            b["intercept"]
            + person
            + b["size"] * size
            + b.get(kind, 0.0)
            + b["upper_lobe"] * flag("upper_lobe", upper_lobe)
            + b["spiculated"] * flag("spiculated", spiculated)
        )
    )
