"""What Lung-RADS, NELSON, BTS and the European statement say of the reader's own nodules, each with its reasons and gaps.

The protocols disagree on the same nodule and are shown beside one another: nothing is converted between their tables of mm and mm³.
"""

from collections.abc import Callable, Iterator, Sequence

from core.rules import bts2015, eups2017, lung_rads, lung_rads_error, nelson
from core.rules.checks import MissingInput
from core.words import N_, Sentence, say
from core.workflow.nodule_check import nodule_problems
from core.workflow.opinion_parts import NODULES, NoduleFinding
from core.workflow.rule_line import RuleLine, worded
from core.workflow.rule_nodules import as_rule

LUNG_RADS = f"{lung_rads.NAME} {lung_rads.VERSION}"
SIZED = ("solid", "part-solid", "non-solid")
VOLUME_ERROR = 0.25
"""Two volumetries of one nodule differ by up to a quarter (core.rules.growth)."""


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


def other_protocols(nodules: Sequence[NoduleFinding], *, baseline: bool) -> tuple[RuleLine, ...]:
    """NELSON, BTS and the European statement, nodule by nodule; empty where no nodule is described or one contradicts itself."""
    sized = [nodule for nodule in nodules if nodule.kind in SIZED]
    if not sized or _before_rules(nodules):
        return ()
    return (
        _line(nelson.NAME, nelson.VERSION, nelson.SOURCE, sized, lambda one: _nelson(one, baseline=baseline)),
        _line(bts2015.NAME, bts2015.VERSION, bts2015.SOURCE, sized, lambda one: _bts(one, baseline=baseline)),
        _line(eups2017.NAME, eups2017.VERSION, eups2017.SOURCE, sized, lambda one: _eups(one, baseline=baseline)),
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


Told = tuple[Sentence | None, Sentence | None, Sentence | None]
"""What a protocol says of one nodule, what it lacks, and what an error of measurement would change."""


def _line(name: str, version: str, source: str, nodules: Sequence[NoduleFinding], tell: Callable[[NoduleFinding], Told]) -> RuleLine:
    told = [tell(nodule) for nodule in nodules]
    because = tuple(said for said, _, _ in told if said is not None)
    gaps = tuple(gap for _, gap, _ in told if gap is not None)
    warnings = tuple(flip for _, _, flip in told if flip is not None)
    head = say("{rule} {version}", rule=name, version=version)
    return RuleLine(f"{name} {version}", source, head, None, because, gaps, warnings, folded=True)


def _nelson(one: NoduleFinding, *, baseline: bool) -> Told:
    """Categories of the first sight. At follow-up NELSON asks for the doubling time, which belongs to matched volumes."""
    if not baseline and one.change != "new":
        return None, say(N_("Nodule {name}: at follow-up the doubling time decides, from two volumes"), name=one.name), None
    if one.kind == "part-solid":
        return None, say(N_("Nodule {name}: the volume of its solid part is missing"), name=one.name), None
    benign = bool({"benign_calcification", "fat", "proven_benign"} & set(one.flags))
    try:
        found = nelson.category(one.kind, volume_mm3=one.volume_mm3, diameter_mm=one.mean_diameter_mm, benign=benign)
    except MissingInput:
        return None, _missing(one), None
    said = say(N_("Nodule {name}: NELSON category {category}"), name=one.name, category=str(found))
    if one.kind == "non-solid" or benign or one.volume_mm3 is None:
        return said, None, None
    ends = {nelson.category(one.kind, volume_mm3=one.volume_mm3 * factor) for factor in (1 - VOLUME_ERROR, 1, 1 + VOLUME_ERROR)}
    template = N_("Nodule {name}: within ±{error} % of its volume the category may be {possible}")
    flip = say(template, name=one.name, error=round(100 * VOLUME_ERROR), possible=" / ".join(map(str, sorted(ends))))
    return said, None, flip if len(ends) > 1 else None


def _bts(one: NoduleFinding, *, baseline: bool) -> Told:
    if one.kind != "solid" or not baseline:
        return None, say(N_("Nodule {name}: this table is for solid nodules at first sight"), name=one.name), None
    try:
        step = bts2015.first_step(volume_mm3=one.volume_mm3, diameter_mm=one.long_mm)
    except MissingInput as missing:
        gap = say(N_("Nodule {name}: as large as this, the Brock probability decides"), name=one.name)
        return None, gap if missing.name == "brock" else _missing(one), None
    return say(N_("Nodule {name}: {step}"), name=one.name, step=worded(step)), None, None


def _eups(one: NoduleFinding, *, baseline: bool) -> Told:
    if one.kind != "solid" or (not baseline and one.change != "new"):
        return None, say(N_("Nodule {name}: this table is for solid nodules, at the first exam or new"), name=one.name), None
    if one.volume_mm3 is None:
        return None, _missing(one), None
    step = eups2017.next_step(one.volume_mm3, new=not baseline)
    template = N_("Nodule {name}: {step}") if step.verified else N_("Nodule {name}: {step} (unverified limit)")
    return say(template, name=one.name, step=worded(step.words)), None, None


def _missing(one: NoduleFinding) -> Sentence:
    needed = N_("Nodule {name}: its diameter is missing") if one.kind == "non-solid" else N_("Nodule {name}: its volume is missing")
    return say(needed, name=one.name)
