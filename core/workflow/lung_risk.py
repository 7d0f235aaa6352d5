"""The probability that a nodule is malignant by Brock and by Mayo, where everything they need is known; else what is missing, by name."""

from collections.abc import Sequence

from core.rules import brock, mayo
from core.words import N_, Sentence, say
from core.workflow.opinion_parts import NoduleFinding
from core.workflow.risk_facts import Facts
from core.workflow.rule_line import RuleLine
from db.enums import Sex

MISSING = {
    "age": N_("the age"),
    "sex": N_("the sex"),
    "family_history": N_("family history of lung cancer"),
    "emphysema": N_("emphysema"),
    "ever_smoker": N_("whether ever a smoker"),
    "extrathoracic_cancer": N_("cancer outside the chest more than five years ago"),
    "long_mm": N_("the long diameter"),
    "lobe": N_("the lobe"),
}
OF_BROCK = ("age", "sex", "family_history", "emphysema")
OF_MAYO = ("age", "ever_smoker", "extrathoracic_cancer")
UPPER = ("RUL", "LUL")
KINDS = ("solid", "part-solid", "non-solid")


def risk_lines(nodules: Sequence[NoduleFinding], facts: Facts) -> tuple[RuleLine, ...]:
    """One line for each model; Mayo is for a solitary nodule only. Empty where no nodule of a fitting type is described."""
    fitting = [nodule for nodule in nodules if nodule.kind in KINDS]
    if not fitting:
        return ()
    told = [_brock(nodule, facts, len(fitting)) for nodule in fitting]
    lines = [_line(brock.NAME, brock.VERSION, brock.SOURCE, told)]
    if len(fitting) == 1:
        lines.append(_line(mayo.NAME, mayo.VERSION, mayo.SOURCE, [_mayo(fitting[0], facts)]))
    return tuple(lines)


def _line(name: str, version: str, source: str, told: Sequence[Sentence | float]) -> RuleLine:
    said = tuple(one for one in told if isinstance(one, Sentence))
    head = say("{rule} {version}", rule=name, version=version)
    because = tuple(one for one in said if "missing" not in one.values)
    gaps = tuple(one for one in said if "missing" in one.values)
    return RuleLine(f"{name} {version}", source, head, None, because, gaps, folded=True)


def _brock(nodule: NoduleFinding, facts: Facts, count: int) -> Sentence:
    gap = _gap(nodule, facts, OF_BROCK)
    if gap is not None:
        return gap
    risk = brock.malignancy_probability(
        age=facts.age, female=facts.sex is Sex.female, family_history=facts.family_history, emphysema=facts.emphysema,  # type: ignore[arg-type]
        diameter_mm=nodule.long_mm, nodule_type=nodule.kind, upper_lobe=nodule.lobe in UPPER, nodule_count=count,  # type: ignore[arg-type]
        spiculated="spiculation" in nodule.flags,
    )  # fmt: skip
    return _said(nodule, risk)


def _mayo(nodule: NoduleFinding, facts: Facts) -> Sentence:
    gap = _gap(nodule, facts, OF_MAYO)
    if gap is not None:
        return gap
    risk = mayo.malignancy_probability(
        age=facts.age, ever_smoker=facts.ever_smoker, extrathoracic_cancer=facts.extrathoracic_cancer,  # type: ignore[arg-type]
        diameter_mm=nodule.long_mm, spiculated="spiculation" in nodule.flags, upper_lobe=nodule.lobe in UPPER,  # type: ignore[arg-type]
    )  # fmt: skip
    return _said(nodule, risk)


def _said(nodule: NoduleFinding, risk: float) -> Sentence:
    return say(N_("Nodule {name}: probability of malignancy {percent:.1f} %"), name=nodule.name, percent=100 * risk)


def _gap(nodule: NoduleFinding, facts: Facts, wanted: Sequence[str]) -> Sentence | None:
    """Everything that the model lacks, in one sentence."""
    known = {name: getattr(facts, name) for name in wanted} | {"long_mm": nodule.long_mm, "lobe": nodule.lobe or None}
    if "sex" in known:
        known["sex"] = facts.sex if facts.sex in (Sex.female, Sex.male) else None
    lacking = [name for name, value in known.items() if value is None]
    if not lacking:
        return None
    template = ", ".join(f"{{part{place}}}" for place in range(len(lacking)))
    listed = say(template, **{f"part{place}": say(MISSING[name]) for place, name in enumerate(lacking)})
    return say(N_("Nodule {name}: not computed; missing: {missing}"), name=nodule.name, missing=listed)
