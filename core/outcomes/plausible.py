"""Whether a report of pathology can be: what contradicts itself is refused by field, what is rare is shown to the second person.

Stages follow the 8th edition of the TNM classification (UICC/AJCC): T of the breast by 20 and 50 mm, of the lung by 10, 20, 30 and 40 mm.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.outcomes.histology import Histology, histologies
from core.words import N_, Sentence, say

STAGES: Mapping[str, tuple[str, ...]] = {
    "breast": ("0", "I", "IA", "IB", "II", "IIA", "IIB", "III", "IIIA", "IIIB", "IIIC", "IV"),
    "lung": ("0", "I", "IA1", "IA2", "IA3", "IB", "II", "IIA", "IIB", "III", "IIIA", "IIIB", "IIIC", "IV", "IVA", "IVB"),
}
LARGEST_MM = 250.0
GRADES = (1, 2, 3)
TNM = re.compile(
    r"[cpy]{0,2}T(?:is|mi|[0-4X])[a-d]?(?:\([a-z]+\))?\s*[cpy]{0,2}N[0-3X][a-c]?(?:\([a-z+-]+\))?(?:\s*[cpy]{0,2}M[01X][a-c]?)?", re.I
)
UP_TO_MM: Mapping[str, Mapping[str, float]] = {
    "breast": {"IA": 20, "I": 20},
    "lung": {"IA1": 10, "IA2": 20, "IA3": 30, "IB": 40, "I": 40},
}
"""The largest tumour that a stage without involved nodes can hold by its T."""


@dataclass(frozen=True)
class Report:
    """What a report of pathology says. `size_mm` is the largest extent of the (invasive) tumour."""

    histology: str
    reported_on: date
    invasive: bool | None = None
    size_mm: float | None = None
    grade: int | None = None
    nodes_positive: bool | None = None
    stage: str = ""
    tnm: str = ""
    side: str = ""


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a report."""

    field: str
    said: Sentence


def problems(card_id: str, report: Report) -> tuple[FieldProblem, ...]:
    """Everything that cannot be, field by field; nothing when the report can be kept."""
    named = histologies(card_id).get(report.histology)
    if named is None:
        return (FieldProblem("histology", say(N_("Choose the histology from the list of this programme"))),)
    found = {
        "invasive": _invasive(named, report), "size_mm": _size(report), "grade": _grade(named, report),
        "stage": _stage(card_id, named, report), "nodes_positive": _nodes(named, report), "tnm": _tnm(named, report),
    }  # fmt: skip
    return tuple(FieldProblem(field, said) for field, said in found.items() if said is not None)


def doubts(card_id: str, report: Report) -> tuple[Sentence, ...]:
    """What can be but is rare enough to be looked at twice."""
    limit = UP_TO_MM.get(card_id, {}).get(report.stage)
    found = []
    if limit is not None and report.size_mm is not None and report.size_mm > limit:
        found.append(
            say(N_("{size} mm is more than the {limit} mm of stage {stage}"), size=report.size_mm, limit=limit, stage=report.stage)
        )
    if report.nodes_positive and report.stage in ("I", "IA", "IA1", "IA2", "IA3"):
        found.append(say(N_("Involved nodes do not go with stage {stage}"), stage=report.stage))
    if report.size_mm is not None and report.size_mm < 1 and report.invasive:
        found.append(say(N_("{size} mm is very small for an invasive cancer; is it given in centimetres?"), size=report.size_mm))
    return tuple(found)


def _invasive(named: Histology, report: Report) -> Sentence | None:
    if not named.malignant and report.invasive is not None:
        return say(N_("What is benign is neither invasive nor in situ; leave it open"))
    if named.invasive is not None and report.invasive not in (None, named.invasive):
        return say(N_("This does not go with {name}"), name=named.name)
    return None


def _size(report: Report) -> Sentence | None:
    if report.size_mm is not None and not 0 < report.size_mm <= LARGEST_MM:
        return say(N_("{size} mm cannot be; expected more than 0 and at most {limit} mm"), size=report.size_mm, limit=LARGEST_MM)
    return None


def _grade(named: Histology, report: Report) -> Sentence | None:
    if report.grade is None:
        return None
    if report.grade not in GRADES:
        return say(N_("{grade} is no grade; expected 1, 2 or 3"), grade=report.grade)
    return None if named.malignant else say(N_("What is benign has no grade"))


def _stage(card_id: str, named: Histology, report: Report) -> Sentence | None:
    if not report.stage:
        return None
    if not named.malignant:
        return say(N_("What is benign has no stage"))
    if report.stage not in STAGES[card_id]:
        return say(N_("{stage} is no stage here; expected one of {known}"), stage=report.stage, known=", ".join(STAGES[card_id]))
    in_situ = named.invasive is False or report.invasive is False
    if in_situ != (report.stage == "0") and (in_situ or named.invasive or report.invasive):
        return say(N_("Stage 0 is in situ and every other stage is invasive; {stage} does not fit"), stage=report.stage)
    return None


def _nodes(named: Histology, report: Report) -> Sentence | None:
    if report.nodes_positive is None:
        return None
    if not named.malignant:
        return say(N_("What is benign has no involved nodes; leave it open"))
    if report.nodes_positive and (named.invasive is False or report.invasive is False):
        return say(N_("A cancer in situ has no involved nodes"))
    return None


def _tnm(named: Histology, report: Report) -> Sentence | None:
    if report.tnm and not TNM.fullmatch(report.tnm.strip()):
        return say(N_("{value} is no TNM; expected the like of pT1c pN0 M0"), value=report.tnm[:30])
    return say(N_("What is benign has no TNM")) if report.tnm and not named.malignant else None
