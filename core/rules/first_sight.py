"""One nodule at the first exam under four protocols side by side; each gets what it measures by, and nothing is converted."""

from collections.abc import Callable
from dataclasses import dataclass

from core.rules import bts2015, eups2017, lung_rads, nelson
from core.rules.checks import MissingInput
from core.rules.conformance import unsound
from core.rules.lung_nodule import Kind, Nodule
from core.rules.reason import N_, Reason, say
from core.rules.side_by_side import OF_CATEGORY, Action, Lacking, Said
from core.rules.size import tenths

OF_NELSON: dict[int, Action] = {1: "routine", 2: "routine", 3: "sooner", 4: "work-up"}
OF_BTS: dict[str, Action] = {
    bts2015.DISCHARGE: "routine", bts2015.CT_3_MONTHS: "sooner", bts2015.SURVEILLANCE: "sooner", bts2015.PET: "work-up",
}  # fmt: skip
OF_EUPS: dict[str, Action] = {eups2017.NEXT_ROUND: "routine", eups2017.CT_3_MONTHS: "sooner", eups2017.TEAM: "work-up"}
CATEGORY = N_("NELSON category {category}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A nodule seen for the first time: mean diameter and longest diameter in mm, volume in mm³; None is "not measured"."""

    kind: Kind
    mean_mm: float | None = None
    long_mm: float | None = None
    solid_mm: float | None = None
    volume_mm3: float | None = None
    brock: float | None = None
    suspicious: tuple[str, ...] = ()


Verdict = tuple[str, Reason, Action]


def first_sight(seen: Seen) -> tuple[Said, ...]:
    """Lung-RADS, NELSON, BTS and the European statement on one nodule of a first exam."""
    return (
        _said(f"{lung_rads.NAME} {lung_rads.VERSION}", lung_rads.SOURCE, seen, _lung_rads),
        _said(f"{nelson.NAME} {nelson.VERSION}", nelson.SOURCE, seen, _nelson),
        _said(f"{bts2015.NAME} {bts2015.VERSION}", bts2015.SOURCE, seen, _bts),
        _said(f"{eups2017.NAME} {eups2017.VERSION}", eups2017.SOURCE, seen, _eups),
    )


def _said(protocol: str, source: str, seen: Seen, tell: Callable[[Seen], Verdict]) -> Said:
    problem = unsound(protocol)
    if problem is not None:
        return Said(protocol, source, "", None, None, problem)
    try:
        label, words, action = tell(seen)
    except Lacking as lacking:
        return Said(protocol, source, "", None, None, lacking.reason)
    return Said(protocol, source, label, words, action, None, (label,))


def _lung_rads(seen: Seen) -> Verdict:
    if seen.mean_mm is None:
        raise Lacking(say(N_("A mean diameter is missing")))
    if seen.kind == "part-solid" and seen.solid_mm is None:
        raise Lacking(say(N_("The sizes of the solid part are missing")))
    solid = tenths(seen.solid_mm) if seen.kind == "part-solid" and seen.solid_mm is not None else None
    mean = max(1, tenths(seen.mean_mm))
    nodule = Nodule(kind=seen.kind, name="1", mean_tenths=mean, solid_tenths=solid, suspicious=seen.suspicious)
    found = lung_rads.categorise([nodule], baseline=True)
    if found.category is None or found.category not in OF_CATEGORY:
        raise Lacking(found.gaps[0] if found.gaps else say(N_("It gives no category")))
    return found.category, found.because[0], OF_CATEGORY[found.category]


def _nelson(seen: Seen) -> Verdict:
    if seen.kind == "part-solid":
        raise Lacking(say(N_("The volume of the solid part is missing")))
    try:
        found = nelson.category(seen.kind, volume_mm3=seen.volume_mm3, diameter_mm=seen.mean_mm)
    except MissingInput as missing:
        raise Lacking(say(N_("A volume is missing") if missing.name == "volume_mm3" else N_("A mean diameter is missing"))) from missing
    return str(found), say(CATEGORY, category=found), OF_NELSON[found]


def _bts(seen: Seen) -> Verdict:
    if seen.kind != "solid":
        raise Lacking(say(N_("Its limits are for solid nodules")))
    try:
        found = bts2015.first_step(volume_mm3=seen.volume_mm3, diameter_mm=seen.long_mm, brock=seen.brock)
    except MissingInput as missing:
        lacks = N_("As large as this, the Brock probability decides") if missing.name == "brock" else N_("A volume is missing")
        raise Lacking(say(lacks)) from missing
    return found.template, found, OF_BTS[found.template]


def _eups(seen: Seen) -> Verdict:
    if seen.kind != "solid":
        raise Lacking(say(N_("Its limits are for solid nodules")))
    if seen.volume_mm3 is None:
        raise Lacking(say(N_("A volume is missing")))
    found = eups2017.next_step(seen.volume_mm3, new=False)
    return found.words.template, found.words, OF_EUPS[found.words.template]
