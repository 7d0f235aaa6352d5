"""What cannot be true of a nodule or a measurement, found before a rule turns it into a believable category."""

from collections.abc import Iterator, Sequence
from math import isfinite

from core.words import N_, Sentence, say
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


def nodule_problems(nodules: Sequence[NoduleFinding], extent: Extent | None) -> Iterator[Sentence]:
    """Each with the nodule's name, the value and what was expected."""
    names = [nodule.name for nodule in nodules]
    for name in names:
        if not name.strip() or names.count(name) > 1:
            yield say(N_("Nodule name “{name}” is empty or used twice; give each nodule its own"), name=name)
    for nodule in nodules:
        yield from _words(nodule)
        yield from _sizes(nodule)
        yield from _place(nodule, extent)


def _words(nodule: NoduleFinding) -> Iterator[Sentence]:
    said = [(value, known) for name, known in WORDS.items() if (value := getattr(nodule, name)) not in known]
    said += [(flag, tuple(FLAGS)) for flag in nodule.flags if flag not in FLAGS]
    said += [(change, CYST_CHANGES) for change in nodule.cyst_changes if change not in CYST_CHANGES]
    for value, known in said:
        template = N_("Nodule {name}: “{value}” is not known; choose one of {known}")
        yield say(template, name=nodule.name, value=value, known=", ".join(one for one in known if one))
    if "juxtapleural" in nodule.flags and nodule.kind != "solid":
        yield say(N_("Nodule {name}: juxtapleural counts for solid nodules only; change the type or take it away"), name=nodule.name)
    if nodule.change == "new" and nodule.earlier_mm is not None:
        yield say(N_("Nodule {name}: it is new and has an earlier size; change one of them"), name=nodule.name)


def _sizes(nodule: NoduleFinding) -> Iterator[Sentence]:
    for size in (getattr(nodule, name) for name in SIZES):
        yield from _within(nodule, size, LARGEST_MM, "mm")
    yield from _within(nodule, nodule.volume_mm3, LARGEST_MM3, "mm³")
    for part in (nodule.solid_mm, nodule.earlier_solid_mm):
        if part is not None and not (isfinite(part) and 0 <= part <= LARGEST_MM):
            yield say(N_("Nodule {name}: solid part of {size} mm; expected 0 to {most:g} mm"), name=nodule.name, size=part, most=300)
    if nodule.long_mm is not None and nodule.short_mm is not None:
        yield from _axes(nodule, nodule.long_mm, nodule.short_mm)
    for part, whole in ((nodule.solid_mm, nodule.mean_diameter_mm), (nodule.earlier_solid_mm, nodule.earlier_mm)):
        if part is not None and whole is not None and part > whole:
            template = N_("Nodule {name}: solid part {part} mm is more than the whole nodule, {whole:.1f} mm")
            yield say(template, name=nodule.name, part=part, whole=whole)


def _axes(nodule: NoduleFinding, long_mm: float, short_mm: float) -> Iterator[Sentence]:
    if short_mm > long_mm:
        template = N_("Nodule {name}: short diameter {short} mm is more than long diameter {long} mm; exchange them")
        yield say(template, name=nodule.name, short=short_mm, long=long_mm)
    if nodule.mean_mm is not None and not short_mm - ROUNDING_MM <= nodule.mean_mm <= long_mm + ROUNDING_MM:
        template = N_("Nodule {name}: mean diameter {mean} mm does not lie between {short} and {long} mm")
        yield say(template, name=nodule.name, mean=nodule.mean_mm, short=short_mm, long=long_mm)


def _within(nodule: NoduleFinding, size: float | None, most: float, unit: str) -> Iterator[Sentence]:
    if size is not None and not (isfinite(size) and 0 < size <= most):
        template = N_("Nodule {name}: size {size} {unit}; expected more than 0, at most {most:g} {unit}")
        yield say(template, name=nodule.name, size=size, unit=unit, most=most)


def _place(nodule: NoduleFinding, extent: Extent | None) -> Iterator[Sentence]:
    if nodule.lobe and nodule.side and nodule.lobe[0] != nodule.side:
        yield say(
            N_("Nodule {name}: lobe {lobe} does not lie on side {side}; change one of them"),
            name=nodule.name, lobe=nodule.lobe, side=nodule.side,
        )  # fmt: skip
    if extent is not None and nodule.slice is not None and not 0 <= nodule.slice < extent.slices:
        template = N_("Nodule {name}: it lies on slice {slice}, but the exam has {slices} slices; place it again")
        yield say(template, name=nodule.name, slice=nodule.slice, slices=extent.slices)


def measurement_problems(measurement: Measurement, nodules: Sequence[NoduleFinding]) -> Iterator[Sentence]:
    """Known kind, as many lengths as it has axes, possible values, and a nodule that is there."""
    expected = AXES.get(measurement.kind)
    if expected is None:
        yield say(N_("Measurement of kind {kind} is not known; expected length or two_diameters"), kind=measurement.kind)
    elif len(measurement.mm) != expected or not all(isfinite(one) and 0 <= one <= 1000 for one in measurement.mm):
        values = ", ".join(f"{one:g}" for one in measurement.mm) or "–"
        yield say(N_("Measurement is {values} mm; expected {n} lengths of 0 to 1000 mm; draw it again"), values=values, n=expected)
    elif expected == 2 and measurement.mm[1] > measurement.mm[0]:
        yield say(
            N_("Measurement is {long:g} × {short:g} mm; expected the long diameter first"), long=measurement.mm[0], short=measurement.mm[1]
        )
    if measurement.nodule and measurement.nodule not in {nodule.name for nodule in nodules}:
        yield say(N_("A measurement belongs to nodule {name}, which is not in the opinion"), name=measurement.nodule)
