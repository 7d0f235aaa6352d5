"""Lung-RADS v2022: category and management of a screening CT from its nodules, with the reasons in words.

Where the table does not name a case, or a value is missing, there is no category but a named gap; what the other nodules require at
least is then in `at_least`. The sources behind it are secondary (see `SOURCE`), which the reader can see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.rules.lung_nodule import CATEGORIES, Gap, Nodule, status_of
from core.rules.lung_rads_nodule import Verdict, non_solid, solid, worst
from core.rules.lung_rads_other import airway, cyst
from core.rules.lung_rads_part_solid import part_solid
from core.rules.reason import N_, Reason, say

NAME = "Lung-RADS"
VERSION = "v2022"
SOURCE = "American College of Radiology, Lung-RADS v2022, as printed in Chest 2024;165:738 (secondary source)"

MANAGEMENT = {
    "1": N_("Low-dose CT in 12 months"),
    "2": N_("Low-dose CT in 12 months"),
    "3": N_("Low-dose CT in 6 months"),
    "4A": N_("Low-dose CT in 3 months"),
    "4B": N_("Diagnostic work-up"),
    "4X": N_("Diagnostic work-up"),
}
PET_ALLOWED = N_("Low-dose CT in 3 months; PET/CT may be used, as the solid part is 8 mm or more")
UNDETERMINED = N_("No recommendation, because the category could not be determined")
INCOMPLETE = {
    "earlier exam pending": N_("Compare with the earlier exam as soon as it is here"),
    "not evaluable": N_("Repeat the part of the exam that could not be evaluated"),
    "infection": N_("Low-dose CT in 1 to 3 months"),
}
MALIGNANCY = {"1": "<1 %", "2": "<1 %", "3": "1–2 %", "4A": "5–15 %", "4B": ">15 %", "4X": ">15 %"}
RULES = {"solid": solid, "part-solid": part_solid, "non-solid": non_solid, "airway": airway, "cyst": cyst}
PET_TENTHS = 80


@dataclass(frozen=True, slots=True)
class Assessment:
    """`category` is None when `gaps` is not empty; `because` has the deciding reasons first; `nodules` are the inputs used."""

    category: str | None
    management: Reason
    because: tuple[Reason, ...]
    gaps: tuple[Reason, ...]
    at_least: str
    significant_finding: bool
    nodules: tuple[Nodule, ...]
    verdicts: tuple[Verdict, ...]
    baseline: bool
    rule: str = f"{NAME} {VERSION}"

    @property
    def label(self) -> str | None:
        """With the modifier for a significant finding other than cancer: "3S"."""
        return None if self.category is None else self.category + "S" * self.significant_finding

    @property
    def positive(self) -> bool | None:
        """3 and 4 are positive; an incomplete or undetermined exam is neither."""
        return None if self.category in (None, "0") else self.category in ("3", "4A", "4B", "4X")


def categorise(
    nodules: Sequence[Nodule],
    *,
    baseline: bool,
    incomplete: str | None = None,
    suspicious_findings: Sequence[str] = (),
    significant_finding: bool = False,
) -> Assessment:
    """Category of the exam: that of its most suspicious nodule; no nodules is category 1.

    incomplete: one of `INCOMPLETE` (category 0, unless a nodule is 4B or 4X already). suspicious_findings: findings of the exam such as
    enlarged lymph nodes that make 4X of a 3 or 4. significant_finding: sets the modifier S.
    """
    if incomplete is not None and incomplete not in INCOMPLETE:
        raise ValueError(f"incomplete is {incomplete!r}; expected one of " + ", ".join(INCOMPLETE))
    named = tuple(nodule if nodule.name else replace(nodule, name=str(place)) for place, nodule in enumerate(nodules, 1))
    verdicts = tuple(_verdict(nodule, baseline, bool(suspicious_findings)) for nodule in named)
    gaps = tuple(verdict.because for verdict in verdicts if verdict.category is None)
    at_least = worst("1", *(verdict.category for verdict in verdicts if verdict.category is not None))
    category = None if gaps and at_least != "4X" else at_least
    if incomplete is not None and at_least not in ("4B", "4X"):
        category = "0"
    because = _reasons(verdicts, at_least)
    management = say(INCOMPLETE[incomplete]) if category == "0" and incomplete else _management(category, named, verdicts)
    return Assessment(category, management, because, gaps, at_least, significant_finding, named, verdicts, baseline)


def _verdict(nodule: Nodule, baseline: bool, suspicious_exam: bool) -> Verdict:
    if nodule.benign_pattern:
        return Verdict("1", say("Nodule {name}: benign calcification or fat", name=nodule.name))
    if nodule.proven_benign:
        return Verdict("2", say("Nodule {name}: proven benign", name=nodule.name))
    try:
        verdict = RULES[nodule.kind](nodule, status_of(nodule, baseline=baseline))
    except Gap as gap:
        return Verdict(None, gap.reason)
    if verdict.category in ("3", "4A", "4B") and (nodule.suspicious or suspicious_exam):
        template = N_("Nodule {name}: category {category} by its table row, with additional suspicious features")
        return Verdict("4X", say(template, name=nodule.name, category=verdict.category))
    return verdict


def _reasons(verdicts: Sequence[Verdict], at_least: str) -> tuple[Reason, ...]:
    known = [verdict for verdict in verdicts if verdict.category is not None]
    if not known:
        return () if verdicts else (say("No nodules"),)
    ranked = sorted(known, key=lambda verdict: -CATEGORIES.index(verdict.category or at_least))
    return tuple(verdict.because for verdict in ranked)


def _management(category: str | None, nodules: Sequence[Nodule], verdicts: Sequence[Verdict]) -> Reason:
    if category is None:
        return say(UNDETERMINED)
    if category == "4A":
        deciding = [nodule for nodule, verdict in zip(nodules, verdicts, strict=True) if verdict.category == "4A"]
        sizes = [nodule.mean_tenths if nodule.kind == "solid" else nodule.solid_tenths for nodule in deciding]
        if any(size is not None and size >= PET_TENTHS for size in sizes):
            return say(PET_ALLOWED)
    return say(MANAGEMENT[category])
