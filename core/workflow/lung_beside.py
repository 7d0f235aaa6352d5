"""What Lung-RADS, NELSON, BTS and the European statement say of the reader's own nodules, each with its reasons and gaps.

The protocols disagree on the same nodule and are shown beside one another: nothing is converted between their tables of mm and mm³.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.rules import bts2015, eups2017, lung_rads, lung_rads_error, nelson
from core.rules.growth_error import DIAMETER_ERROR_MM, VOLUME_ERROR
from core.rules.reason import Reason
from core.rules.stated import Rule, Stated, stated
from core.words import N_, Sentence, say
from core.workflow.nodule_check import nodule_problems
from core.workflow.opinion_parts import NODULES, NoduleFinding
from core.workflow.rule_inputs import asked_with
from core.workflow.rule_line import RuleLine, worded
from core.workflow.rule_nodules import as_rule

LUNG_RADS = f"{lung_rads.NAME} {lung_rads.VERSION}"
SIZED = ("solid", "part-solid", "non-solid")
STEPS = 20  # between no error and the largest error, to both sides


def lung_rads_line(nodules: Sequence[NoduleFinding], *, baseline: bool, chosen: str = "") -> RuleLine:
    """Category of the exam by the reader's nodules; `chosen` is the reader's category, "" while there is none."""
    gaps = _before_rules(nodules)
    if gaps:
        return RuleLine(LUNG_RADS, lung_rads.SOURCE, say(N_("{rule} gives no category yet"), rule=LUNG_RADS), gaps=gaps)
    ruled = [as_rule(nodule, baseline=baseline) for nodule in nodules]
    found = lung_rads.categorise(ruled, baseline=baseline)
    template = N_("{rule} suggests category {category}: {management}")
    said = say(template, rule=found.rule, category=found.label, management=worded(found.management))
    if found.category is None:
        said = say(N_("{rule} gives no category yet; at least {category} by what is known"), rule=found.rule, category=found.at_least)
    warnings = (*_differs(found.category, chosen), *_flips(lung_rads_error.possible(ruled, baseline=baseline)))
    because, lacking = tuple(map(worded, found.because)), tuple(map(worded, found.gaps))
    return RuleLine(LUNG_RADS, lung_rads.SOURCE, said, found.label, because, lacking, warnings)


def other_protocols(
    nodules: Sequence[NoduleFinding], *, baseline: bool, brock: Mapping[str, float] = MappingProxyType({})
) -> tuple[RuleLine, ...]:
    """NELSON, BTS and the European statement, nodule by nodule; empty where no nodule is described or one contradicts itself.

    `brock`: nodule name → probability where it could be computed.
    """
    sized = [nodule for nodule in nodules if nodule.kind in SIZED]
    if not sized or _before_rules(nodules):
        return ()
    return (
        _line(nelson, sized, lambda one: _nelson(one, baseline=baseline)),
        _line(bts2015, sized, lambda one: _bts(one, brock.get(one.name), baseline=baseline)),
        _line(eups2017, sized, lambda one: _eups(one, baseline=baseline)),
    )


def _before_rules(nodules: Sequence[NoduleFinding]) -> tuple[Sentence, ...]:
    """What has to be put right or said before any rule can begin."""
    open_kinds = [say(N_("Nodule {name}: its type is not chosen"), name=one.name) for one in nodules if one.kind not in NODULES]
    return tuple(open_kinds) or tuple(nodule_problems(nodules, None))


def _differs(ruled: str | None, chosen: str) -> Iterator[Sentence]:
    if ruled is not None and chosen and ruled != chosen:
        yield say(N_("The rule says {ruled}, you chose {chosen}"), ruled=ruled, chosen=chosen)


def _flips(possible: Sequence[str]) -> Iterator[Sentence]:
    if len(possible) > 1:
        template = N_("Within an error of ±{error:.1f} mm the category may be {possible}: measure again before you sign")
        yield say(template, error=lung_rads_error.ERROR_TENTHS / 10, possible=" / ".join(possible))


@dataclass(frozen=True)
class Told:
    """What a protocol says of one nodule and was asked with, or the gap; `flip`: what an error of measurement would make of it."""

    said: Sentence | None = None
    gap: Sentence | None = None
    flip: Sentence | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)


def _line(rule: Rule, nodules: Sequence[NoduleFinding], tell: Callable[[NoduleFinding], Told]) -> RuleLine:
    told = [tell(nodule) for nodule in nodules]
    because = [(one.said, asked_with(one.inputs)) for one in told if one.said is not None]
    gaps = tuple(one.gap for one in told if one.gap is not None)
    warnings = tuple(one.flip for one in told if one.flip is not None)
    head = say("{rule} {version}", rule=rule.NAME, version=rule.VERSION)
    both = tuple(sentence for pair in because for sentence in pair)
    return RuleLine(f"{rule.NAME} {rule.VERSION}", rule.SOURCE, head, None, both, gaps, warnings, folded=True)


def _nelson(one: NoduleFinding, *, baseline: bool) -> Told:
    """Categories of the first sight. At follow-up NELSON asks for the doubling time, which belongs to matched volumes."""
    if not baseline and one.change != "new":
        return Told(gap=say(N_("Nodule {name}: at follow-up the doubling time decides, from two volumes"), name=one.name))
    if one.kind == "part-solid":
        return Told(gap=say(N_("Nodule {name}: the volume of its solid part is missing"), name=one.name))
    benign = bool({"benign_calcification", "fat", "proven_benign"} & set(one.flags))

    def ask(other: NoduleFinding) -> Stated[int]:
        by = {"diameter_mm": other.mean_diameter_mm} if other.kind == "non-solid" else {"volume_mm3": other.volume_mm3}
        return stated(nelson, nelson.category, kind=other.kind, **({"benign": True} if benign else by))

    found = ask(one)
    if found.value is None:
        return Told(gap=_missing(one))
    said = say(N_("Nodule {name}: NELSON category {category}"), name=one.name, category=str(found.value))
    around = () if benign else _around(one, by_volume=one.kind != "non-solid")
    ends = sorted({value for other in around if (value := ask(other).value) is not None})
    return Told(said, None, _flip(one, [say("{category}", category=str(end)) for end in ends]), found.inputs)


def _bts(one: NoduleFinding, brock: float | None, *, baseline: bool) -> Told:
    if one.kind != "solid" or not baseline:
        return Told(gap=say(N_("Nodule {name}: this table is for solid nodules at first sight"), name=one.name))

    def ask(other: NoduleFinding) -> Stated[Reason]:
        by = {"diameter_mm": other.long_mm} if other.volume_mm3 is None else {"volume_mm3": other.volume_mm3}
        return stated(bts2015, bts2015.first_step, **by, brock=brock)

    found = ask(one)
    if found.value is None:
        gap = say(N_("Nodule {name}: as large as this, the Brock probability decides"), name=one.name)
        return Told(gap=gap if found.missing == "brock" else _missing(one))
    others = [ask(other) for other in _around(one, by_volume=one.volume_mm3 is not None)]
    steps = [worded(other.value) if other.value is not None else say(N_("the Brock probability would decide")) for other in others]
    said = say(N_("Nodule {name}: {step}"), name=one.name, step=worded(found.value))
    return Told(said, None, _flip(one, steps), found.inputs)


def _eups(one: NoduleFinding, *, baseline: bool) -> Told:
    if one.kind != "solid" or (not baseline and one.change != "new"):
        return Told(gap=say(N_("Nodule {name}: this table is for solid nodules, at the first exam or new"), name=one.name))
    if one.volume_mm3 is None:
        return Told(gap=_missing(one))
    step = eups2017.next_step(one.volume_mm3, new=not baseline)
    template = N_("Nodule {name}: {step}") if step.verified else N_("Nodule {name}: {step} (unverified limit)")
    around = [eups2017.next_step(other.volume_mm3 or 0.0, new=not baseline) for other in _around(one, by_volume=True)]
    flip = _flip(one, [worded(other.words) for other in around])
    inputs = {"kind": one.kind, "volume_mm3": one.volume_mm3, "new": not baseline}
    return Told(say(template, name=one.name, step=worded(step.words)), None, flip, inputs)


def _around(one: NoduleFinding, *, by_volume: bool) -> Iterator[NoduleFinding]:
    """The nodule as large as it may be: within a quarter of its volume, or within half a millimetre."""
    for step in range(-STEPS, STEPS + 1):
        if by_volume and one.volume_mm3 is not None:
            yield replace(one, volume_mm3=one.volume_mm3 * (1 + VOLUME_ERROR * step / STEPS))
        elif not by_volume:
            more = DIAMETER_ERROR_MM * step / STEPS
            sizes = {name: max(0.1, size + more) for name in ("long_mm", "short_mm", "mean_mm") if (size := getattr(one, name)) is not None}
            yield replace(one, **sizes)


def _flip(one: NoduleFinding, possible: Sequence[Sentence]) -> Sentence | None:
    """The warning where the error of measurement leaves more than one answer."""
    answers = list({str(answer): answer for answer in possible}.values())
    if len(answers) < 2:
        return None
    listed = say(" / ".join(f"{{part{n}}}" for n in range(len(answers))), **{f"part{n}": answer for n, answer in enumerate(answers)})
    if one.volume_mm3 is None or one.kind == "non-solid":
        template = N_("Nodule {name}: within ±{error:.1f} mm it may be {possible}")
        return say(template, name=one.name, error=DIAMETER_ERROR_MM, possible=listed)
    template = N_("Nodule {name}: within ±{error} % of its volume it may be {possible}")
    return say(template, name=one.name, error=round(100 * VOLUME_ERROR), possible=listed)


def _missing(one: NoduleFinding) -> Sentence:
    needed = N_("Nodule {name}: its diameter is missing") if one.kind == "non-solid" else N_("Nodule {name}: its volume is missing")
    return say(needed, name=one.name)
