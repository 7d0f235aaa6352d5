"""BI-RADS assessment categories and breast density, and the two definitions of a positive screen that are in print."""

from dataclasses import dataclass

from core.rules.checks import one_of
from core.rules.reason import N_

NAME = "BI-RADS"
VERSION = "5th edition, 2013"
SOURCE = "ACR BI-RADS Atlas, 5th edition, 2013; audit definitions: Breast Cancer Surveillance Consortium"


@dataclass(frozen=True, slots=True)
class Category:
    """One assessment category; `likelihood` is the share of cancers that the atlas expects, as printed."""

    code: str
    meaning: str
    likelihood: str
    next_step: str


CATEGORIES = {
    category.code: category
    for category in (
        Category("0", N_("Incomplete"), "–", N_("Further imaging or comparison with earlier images")),
        Category("1", N_("Negative"), "≈0 %", N_("Routine screening")),
        Category("2", N_("Benign finding"), "≈0 %", N_("Routine screening")),
        Category("3", N_("Probably benign"), ">0–≤2 %", N_("Follow-up in 6 months")),
        Category("4", N_("Suspicious"), ">2–<95 %", N_("Tissue diagnosis")),
        Category("4A", N_("Low suspicion"), ">2–≤10 %", N_("Tissue diagnosis")),
        Category("4B", N_("Moderate suspicion"), ">10–≤50 %", N_("Tissue diagnosis")),
        Category("4C", N_("High suspicion"), ">50–<95 %", N_("Tissue diagnosis")),
        Category("5", N_("Highly suggestive of malignancy"), "≥95 %", N_("Tissue diagnosis")),
        Category("6", N_("Known cancer, proven by biopsy"), "–", N_("Treatment as planned")),
    )
}

DENSITIES = {
    "A": N_("Almost entirely fatty"),
    "B": N_("Scattered fibroglandular densities"),
    "C": N_("Heterogeneously dense"),
    "D": N_("Extremely dense"),
}

POSITIVE = {
    "0, 4, 5": frozenset({"0", "4", "5"}),
    "0, 3, 4, 5": frozenset({"0", "3", "4", "5"}),
}
"""Older audits leave out category 3; BCSC and the 5th edition count it. A programme chooses one, and it is printed beside every rate."""

DEFAULT_POSITIVE = "0, 3, 4, 5"


def is_positive(category: str, *, definition: str = DEFAULT_POSITIVE) -> bool:
    """Does this screening assessment count as positive? Category 6 is no screening result and raises ValueError."""
    code = one_of("BI-RADS category", category, CATEGORIES)
    if code == "6":
        raise ValueError("BI-RADS category is '6'; expected a screening assessment, 0 to 5")
    return code[0] in POSITIVE[one_of("definition of positive", definition, POSITIVE)]


def is_dense(density: str) -> bool:
    """Density C and D are called dense."""
    return one_of("breast density", density, DENSITIES) in ("C", "D")
