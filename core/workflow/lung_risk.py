"""The probability that a nodule is malignant by Brock and by Mayo, with what each was asked with; what is not known is named.

A yes or no that nobody entered gives the range between both answers and never one of them; an age or a sex that is missing gives nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.rules import brock, mayo
from core.rules.bounds import Bounds, bounds
from core.words import N_, Sentence, say
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.risk_facts import Facts
from core.workflow.rule_inputs import asked_with
from core.workflow.rule_line import RuleLine
from db.enums import Sex

MISSING = {
    "age": N_("the age"),
    "family_history": N_("family history of lung cancer"),
    "emphysema": N_("emphysema"),
    "ever_smoker": N_("whether ever a smoker"),
    "extrathoracic_cancer": N_("cancer outside the chest more than five years ago"),
    "diameter_mm": N_("the long diameter"),
    "nodule_type": N_("the type"),
    "female": N_("the sex"),
    "upper_lobe": N_("the lobe"),
    "spiculated": N_("whether it is spiculated"),
    "model_probability": N_("the model’s suspicion"),
}
MAYO_FLAGS = ("ever_smoker", "extrathoracic_cancer", "upper_lobe")
UPPER = ("RUL", "LUL")
KINDS = ("solid", "part-solid", "non-solid")


def risk_lines(nodules: Sequence[NoduleFinding], facts: Facts) -> tuple[RuleLine, ...]:
    """One line for each model; Mayo is for a solitary nodule only. Empty where no nodule of a fitting type is described."""
    fitting = [nodule for nodule in nodules if nodule.kind in KINDS]
    if not fitting:
        return ()
    told = [_told(nodule, _brock(nodule, facts, len(fitting))) for nodule in fitting]
    lines = [_line(brock.NAME, brock.VERSION, brock.SOURCE, told)]
    if len(fitting) == 1:
        lines.append(_line(mayo.NAME, mayo.VERSION, mayo.SOURCE, [_told(fitting[0], _mayo(fitting[0], facts))]))
    return tuple(lines)


def brock_known(nodules: Sequence[NoduleFinding], facts: Facts) -> Mapping[str, float]:
    """Nodule name → Brock probability 0–1 where everything is known: what BTS asks for of a large nodule."""
    fitting = [nodule for nodule in nodules if nodule.kind in KINDS]
    found = {nodule.name: _brock(nodule, facts, len(fitting)) for nodule in fitting}
    return {name: one.known for name, one in found.items() if isinstance(one, Bounds) and one.known is not None}


def female(facts: Facts) -> bool | None:
    """As the formulas ask for it; another sex than the two that they know is a gap."""
    return facts.sex is Sex.female if facts.sex in (Sex.female, Sex.male) else None


def computed(call: Any, flags: Sequence[str], inputs: Mapping[str, object]) -> Bounds | tuple[str, ...]:
    """The probability or its range, else the names of everything that is missing, yes-or-no inputs among them."""
    lacking = tuple(name for name, value in inputs.items() if value is None)
    if any(name not in flags for name in lacking):
        return lacking
    return bounds(call, flags, **inputs)


def listed(names: Sequence[str]) -> Sentence:
    """Inputs by the words that people use for them."""
    template = ", ".join(f"{{part{place}}}" for place in range(len(names)))
    return say(template, **{f"part{place}": say(MISSING[name]) for place, name in enumerate(names)})


def _line(name: str, version: str, source: str, told: Sequence[tuple[Sentence, ...]]) -> RuleLine:
    said = [one for sentences in told for one in sentences]
    head = say("{rule} {version}", rule=name, version=version)
    because = tuple(one for one in said if "missing" not in one.values)
    gaps = tuple(one for one in said if "missing" in one.values)
    return RuleLine(f"{name} {version}", source, head, None, because, gaps, folded=True)


def _brock(nodule: NoduleFinding, facts: Facts, count: int) -> Bounds | tuple[str, ...]:
    inputs = {
        "age": facts.age, "female": female(facts), "family_history": facts.family_history, "emphysema": facts.emphysema,
        "diameter_mm": nodule.long_mm, "nodule_type": nodule.kind, "upper_lobe": _upper(nodule), "nodule_count": count,
        "spiculated": "spiculation" in nodule.flags,
    }  # fmt: skip
    return computed(brock.malignancy_probability, brock.FLAGS, inputs)


def _mayo(nodule: NoduleFinding, facts: Facts) -> Bounds | tuple[str, ...]:
    inputs = {
        "age": facts.age, "ever_smoker": facts.ever_smoker, "extrathoracic_cancer": facts.extrathoracic_cancer,
        "diameter_mm": nodule.long_mm, "spiculated": "spiculation" in nodule.flags, "upper_lobe": _upper(nodule),
    }  # fmt: skip
    return computed(mayo.malignancy_probability, MAYO_FLAGS, inputs)


def _upper(nodule: NoduleFinding) -> bool | None:
    return nodule.lobe in UPPER if nodule.lobe else None


def _told(nodule: NoduleFinding, found: Bounds | tuple[str, ...]) -> tuple[Sentence, ...]:
    """The probability with what it was asked with, or what is missing."""
    if not isinstance(found, Bounds):
        return (say(N_("Nodule {name}: not computed; missing: {missing}"), name=nodule.name, missing=listed(found)),)
    asked = asked_with(found.inputs)
    if found.known is not None:
        return say(N_("Nodule {name}: probability of malignancy {percent:.1f} %"), name=nodule.name, percent=100 * found.known), asked
    template = N_("Nodule {name}: probability of malignancy between {low:.1f} and {high:.1f} %; missing: {missing}")
    return say(template, name=nodule.name, low=100 * found.low, high=100 * found.high, missing=listed(found.open)), asked
