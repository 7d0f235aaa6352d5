"""Refuses a nodule or a measurement that cannot be true, before a rule turns it into a believable category."""

from collections.abc import Sequence
from math import isfinite

from core.errors import Rejected
from core.words import N_
from core.workflow.opinion_extent import Extent
from core.workflow.opinion_parts import CHANGES, FLAGS, LOBES, NODULES, SIDES, Measurement, NoduleFinding

LARGEST_MM, LARGEST_MM3 = 300.0, 5_000_000.0
ROUNDING_MM = 0.1
SIZES = ("long_mm", "short_mm", "mean_mm", "earlier_mm")
CYST_CHANGES = ("larger", "thicker wall", "became multilocular", "more loculation", "more opacity")
WORDS = {
    "kind": (*NODULES,),
    "change": ("", *CHANGES),
    "side": ("", *SIDES),
    "lobe": ("", *LOBES),
    "airway": ("", "subsegmental", "segmental"),
    "cyst_wall": ("", "thin", "thick"),
}
AXES = {"length": 1, "two_diameters": 2}


def check_nodules(nodules: Sequence[NoduleFinding], extent: Extent | None) -> None:
    """Rejected with the nodule's name, the value and what was expected."""
    names = [nodule.name for nodule in nodules]
    for name in names:
        if not name.strip() or names.count(name) > 1:
            raise Rejected(N_("Nodule name “{name}” is empty or used twice; give each nodule its own"), name=name)
    for nodule in nodules:
        _words(nodule)
        _sizes(nodule)
        _place(nodule, extent)


def _words(nodule: NoduleFinding) -> None:
    said = [(value, known) for name, known in WORDS.items() if (value := getattr(nodule, name)) not in known]
    said += [(flag, tuple(FLAGS)) for flag in nodule.flags if flag not in FLAGS]
    said += [(change, CYST_CHANGES) for change in nodule.cyst_changes if change not in CYST_CHANGES]
    for value, known in said:
        template = N_("Nodule {name}: “{value}” is not known; choose one of {known}")
        raise Rejected(template, name=nodule.name, value=value, known=", ".join(one for one in known if one))
    if "juxtapleural" in nodule.flags and nodule.kind != "solid":
        raise Rejected(N_("Nodule {name}: juxtapleural counts for solid nodules only; change the type or take it away"), name=nodule.name)
    if nodule.change == "new" and nodule.earlier_mm is not None:
        raise Rejected(N_("Nodule {name}: it is new and has an earlier size; change one of them"), name=nodule.name)


def _sizes(nodule: NoduleFinding) -> None:
    for size in (getattr(nodule, name) for name in SIZES):
        _within(nodule, size, LARGEST_MM, "mm")
    _within(nodule, nodule.volume_mm3, LARGEST_MM3, "mm³")
    for part in (nodule.solid_mm, nodule.earlier_solid_mm):
        if part is not None and not (isfinite(part) and 0 <= part <= LARGEST_MM):
            raise Rejected(N_("Nodule {name}: solid part of {size} mm; expected 0 to {most:g} mm"), name=nodule.name, size=part, most=300)
    if nodule.long_mm is not None and nodule.short_mm is not None:
        _axes(nodule, nodule.long_mm, nodule.short_mm)
    for part, whole in ((nodule.solid_mm, nodule.mean_diameter_mm), (nodule.earlier_solid_mm, nodule.earlier_mm)):
        if part is not None and whole is not None and part > whole:
            template = N_("Nodule {name}: solid part {part} mm is more than the whole nodule, {whole:.1f} mm")
            raise Rejected(template, name=nodule.name, part=part, whole=whole)


def _axes(nodule: NoduleFinding, long_mm: float, short_mm: float) -> None:
    if short_mm > long_mm:
        template = N_("Nodule {name}: short diameter {short} mm is more than long diameter {long} mm; exchange them")
        raise Rejected(template, name=nodule.name, short=short_mm, long=long_mm)
    if nodule.mean_mm is not None and not short_mm - ROUNDING_MM <= nodule.mean_mm <= long_mm + ROUNDING_MM:
        template = N_("Nodule {name}: mean diameter {mean} mm does not lie between {short} and {long} mm")
        raise Rejected(template, name=nodule.name, mean=nodule.mean_mm, short=short_mm, long=long_mm)


def _within(nodule: NoduleFinding, size: float | None, most: float, unit: str) -> None:
    if size is not None and not (isfinite(size) and 0 < size <= most):
        template = N_("Nodule {name}: size {size} {unit}; expected more than 0, at most {most:g} {unit}")
        raise Rejected(template, name=nodule.name, size=size, unit=unit, most=most)


def _place(nodule: NoduleFinding, extent: Extent | None) -> None:
    if nodule.lobe and nodule.side and nodule.lobe[0] != nodule.side:
        raise Rejected(
            N_("Nodule {name}: lobe {lobe} does not lie on side {side}; change one of them"),
            name=nodule.name, lobe=nodule.lobe, side=nodule.side,
        )  # fmt: skip
    if extent is not None and nodule.slice is not None and not 0 <= nodule.slice < extent.slices:
        template = N_("Nodule {name}: it lies on slice {slice}, but the exam has {slices} slices; place it again")
        raise Rejected(template, name=nodule.name, slice=nodule.slice, slices=extent.slices)


def check_measurement(measurement: Measurement, nodules: Sequence[NoduleFinding]) -> None:
    """Known kind, as many lengths as it has axes, possible values, and a nodule that is there."""
    expected = AXES.get(measurement.kind)
    if expected is None:
        raise Rejected(N_("Measurement of kind {kind} is not known; expected length or two_diameters"), kind=measurement.kind)
    if len(measurement.mm) != expected or not all(isfinite(one) and 0 <= one <= 1000 for one in measurement.mm):
        values = ", ".join(f"{one:g}" for one in measurement.mm) or "–"
        raise Rejected(N_("Measurement is {values} mm; expected {n} lengths of 0 to 1000 mm; draw it again"), values=values, n=expected)
    if expected == 2 and measurement.mm[1] > measurement.mm[0]:
        raise Rejected(
            N_("Measurement is {long:g} × {short:g} mm; expected the long diameter first"), long=measurement.mm[0], short=measurement.mm[1]
        )
    if measurement.nodule and measurement.nodule not in {nodule.name for nodule in nodules}:
        raise Rejected(N_("A measurement belongs to nodule {name}, which is not in the opinion"), name=measurement.nodule)
