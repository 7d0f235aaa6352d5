"""One nodule's probability by four ways beside each other: the image model, its diameter alone, Brock, and model and Brock combined.

The combined one is not validated and is for looking only: no list, threshold or rule takes it (decision 0010).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.rules import brock, combined
from core.rules.bounds import Bounds
from core.rules.conformance import unsound
from core.words import N_, Sentence, say
from core.workflow.ai import FindingLine
from core.workflow.appearance import KINDS, appearance
from core.workflow.lung_risk import UPPER, computed, female, listed
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.risk_facts import Facts
from core.workflow.rule_inputs import asked_with
from core.workflow.rule_line import worded
from db.enums import FindingKind

NOT_VALIDATED = N_(
    "Combined: the model’s suspicion moved by age, sex, family history, emphysema and number of nodules with Brock’s weights. It is not "
    "validated: no outcomes with age and sex were at hand. Nothing is ranked or decided by it."
)
BROCK, COMBINED = f"{brock.NAME} {brock.VERSION.split(',')[0]}, 2b", f"{combined.NAME} {combined.VERSION}"


@dataclass(frozen=True)
class Estimate:
    """0–1; `low` and `high` differ while `open` names yes-or-no inputs nobody entered. None where `missing` names what it lacks."""

    low: float | None
    high: float | None
    open: Sentence | None
    missing: Sentence | None
    asked: Sentence | None


@dataclass(frozen=True)
class NoduleRisk:
    """One AI mark. `model` and `alone` (its diameter by itself) 0–1 as the run gave them; `by_reader`: Brock took the reader's nodule."""

    number: int
    model: float | None
    alone: float | None
    brock: Estimate
    combined: Estimate
    by_reader: bool


def probabilities(marks: Sequence[FindingLine], own: Sequence[NoduleFinding], facts: Facts) -> tuple[NoduleRisk, ...]:
    """Every nodule the AI marked. Where the reader took a mark over, Brock is asked with the reader's values, else with the AI's.

    The number of nodules is the reader's as soon as the reader describes any, because the reader's count is the one that was looked at.
    """
    nodules = [mark for mark in marks if mark.kind is FindingKind.nodule]
    taken = {one.from_mark: one for one in own if one.from_mark is not None}
    count = sum(one.kind in KINDS for one in own) or len(nodules)
    return tuple(_risk(mark, taken.get(mark.number), facts, count) for mark in nodules)


def _risk(mark: FindingLine, own: NoduleFinding | None, facts: Facts, count: int) -> NoduleRisk:
    person: dict[str, object] = {
        "age": facts.age, "female": female(facts), "family_history": facts.family_history, "emphysema": facts.emphysema,
        "nodule_count": count,
    }  # fmt: skip
    seen = _by_ai(mark) if own is None else _by_reader(own)
    by_brock = computed(brock.malignancy_probability, brock.FLAGS, {**person, **seen})
    both = computed(combined.malignancy_probability, combined.FLAGS, {"model_probability": mark.malignancy, **person})
    return NoduleRisk(
        mark.number, mark.malignancy, appearance(mark.detail).alone, _estimate(brock.NAME, by_brock), _estimate(combined.NAME, both),
        own is not None,
    )  # fmt: skip


def _by_ai(mark: FindingLine) -> Mapping[str, object]:
    """The AI says how spiculated, not whether: no limit was published for it, so it stays open until the reader says."""
    told = appearance(mark.detail)
    return {"diameter_mm": mark.long_axis_mm, "nodule_type": told.kind, "upper_lobe": told.upper_lobe, "spiculated": None}


def _by_reader(own: NoduleFinding) -> Mapping[str, object]:
    kind = own.kind if own.kind in KINDS else None
    return {
        "diameter_mm": own.long_mm, "nodule_type": kind, "upper_lobe": own.lobe in UPPER if own.lobe else None,
        "spiculated": "spiculation" in own.flags,
    }  # fmt: skip


def _estimate(rule: str, found: Bounds | tuple[str, ...]) -> Estimate:
    problem = unsound(rule)
    if problem is not None:
        return Estimate(None, None, None, worded(problem), None)
    if not isinstance(found, Bounds):
        return Estimate(None, None, None, say(N_("not computed; missing: {missing}"), missing=listed(found)), None)
    still = say(N_("not known: {open}"), open=listed(found.open)) if found.open else None
    return Estimate(found.low, found.high, still, None, asked_with(found.inputs))
