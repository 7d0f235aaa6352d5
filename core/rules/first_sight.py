"""One nodule at the first exam under four protocols side by side; each gets what it measures by, and nothing is converted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.rules import bts2015, eups2017, lung_rads, nelson
from core.rules.checks import MissingInput
from core.rules.growth_error import DIAMETER_ERROR_MM, VOLUME_ERROR
from core.rules.lung_nodule import Kind, Nodule
from core.rules.reason import N_, Reason, say
from core.rules.side_by_side import OF_CATEGORY, STEPS, Action, Lacking, Said, told
from core.rules.size import tenths

OF_NELSON: dict[int, Action] = {1: "routine", 2: "routine", 3: "sooner", 4: "work-up"}
OF_BTS: dict[str, Action] = {
    bts2015.DISCHARGE: "routine", bts2015.CT_3_MONTHS: "sooner", bts2015.SURVEILLANCE: "sooner", bts2015.PET: "work-up",
}  # fmt: skip
OF_EUPS: dict[str, Action] = {eups2017.NEXT_ROUND: "routine", eups2017.CT_3_MONTHS: "sooner", eups2017.TEAM: "work-up"}
CATEGORY = N_("NELSON category {category}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A nodule seen for the first time: mean diameter and longest diameter in mm, volume in mm³; None is "not measured".

    `solid_mm`, `solid_mm3`: mean diameter and volume of the solid part of a part-solid one. `brock`: probability 0–1.
    """

    kind: Kind
    mean_mm: float | None = None
    long_mm: float | None = None
    solid_mm: float | None = None
    volume_mm3: float | None = None
    solid_mm3: float | None = None
    brock: float | None = None
    suspicious: tuple[str, ...] = ()
    name: str = "1"


Verdict = tuple[str, Reason, Action]


def first_sight(seen: Seen) -> tuple[Said, ...]:
    """Lung-RADS, NELSON, BTS and the European statement on one nodule of a first exam, each with what an error of measurement would say."""
    by_mm, by_mm3 = tuple(_other_diameters(seen)), tuple(_other_volumes(seen))
    return (
        told(lung_rads, seen, _lung_rads, by_mm, ("kind", "mean_mm", "solid_mm", "suspicious")),
        told(nelson, seen, _nelson, by_mm if seen.kind == "non-solid" else (*by_mm, *by_mm3), _of_nelson(seen)),
        told(bts2015, seen, _bts, by_mm if seen.volume_mm3 is None else by_mm3, _of_bts(seen)),
        told(eups2017, seen, _eups, by_mm3, ("kind", "volume_mm3")),
    )


def _of_nelson(seen: Seen) -> tuple[str, ...]:
    """What NELSON measures of a nodule of this type."""
    return ("kind", *{"solid": ("volume_mm3",), "part-solid": ("solid_mm3", "mean_mm")}.get(seen.kind, ("mean_mm",)))


def _of_bts(seen: Seen) -> tuple[str, ...]:
    return ("kind", "long_mm" if seen.volume_mm3 is None else "volume_mm3", "brock")


def _other_diameters(seen: Seen) -> Iterator[Seen]:
    """As large as it may be within half a millimetre; whole, longest diameter and solid part each by themselves."""
    for name in ("mean_mm", "long_mm", "solid_mm"):
        size = getattr(seen, name)
        if size is not None:
            reach, middle = tenths(DIAMETER_ERROR_MM), tenths(size)
            for other in range(max(0 if name == "solid_mm" else 1, middle - reach), middle + reach + 1):
                changed: dict[str, Any] = {name: other / 10}
                yield replace(seen, **changed)


def _other_volumes(seen: Seen) -> Iterator[Seen]:
    """As large as it may be within a quarter of its volume."""
    for name in ("volume_mm3", "solid_mm3"):
        size = getattr(seen, name)
        if size is not None:
            for step in range(-STEPS, STEPS + 1):
                changed: dict[str, Any] = {name: size * (1 + VOLUME_ERROR * step / STEPS)}
                yield replace(seen, **changed)


def _lung_rads(seen: Seen) -> Verdict:
    if seen.mean_mm is None:
        raise Lacking(say(N_("A mean diameter is missing")))
    if seen.kind == "part-solid" and seen.solid_mm is None:
        raise Lacking(say(N_("The sizes of the solid part are missing")))
    mean = max(1, tenths(seen.mean_mm))
    solid = min(tenths(seen.solid_mm), mean) if seen.kind == "part-solid" and seen.solid_mm is not None else None
    nodule = Nodule(kind=seen.kind, name=seen.name, mean_tenths=mean, solid_tenths=solid, suspicious=seen.suspicious)
    found = lung_rads.categorise([nodule], baseline=True)
    if found.category is None or found.category not in OF_CATEGORY:
        raise Lacking(found.gaps[0] if found.gaps else say(N_("It gives no category")))
    return found.category, found.because[0], OF_CATEGORY[found.category]


def _nelson(seen: Seen) -> Verdict:
    part = seen.kind == "part-solid"
    if part and seen.solid_mm3 is None:
        raise Lacking(say(N_("The volume of the solid part is missing")))
    try:
        found = nelson.category(seen.kind, volume_mm3=seen.solid_mm3 if part else seen.volume_mm3, diameter_mm=seen.mean_mm)
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
