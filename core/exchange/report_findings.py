"""What a reader said, as blocks of a report: exactly the fields of the signed opinion, nothing derived, nothing left out."""

from collections.abc import Iterator

from core.exchange.content import Block, Facts, Table, Text
from core.tongue import Tongue
from core.words import N_
from core.workflow.differences import in_words
from core.workflow.opinion import Lesion, Measurement, NoduleFinding, Opinion
from core.workflow.opinion_parts import ASSESSMENTS, CHANGES, CONCERN, FLAGS, LESIONS, LOBES, NODULES, REASONS, SIDES

KINDS = {"length": N_("Length"), "two_diameters": N_("Long and short diameter")}
NOTHING = N_("The reader recorded no single finding.")


def findings(said: Opinion, scheme: str, tongue: Tongue) -> list[Block]:
    """Breasts or nodules, views to repeat, measurements, the note, what became of the AI's marks and what the rule had said."""
    blocks: list[Block] = list(_breasts(said, scheme, tongue))
    if said.lesions:
        blocks.append(_lesions(said.lesions, scheme, tongue))
        blocks += [Text(f"{number}: {one.note}") for number, one in enumerate(said.lesions, start=1) if one.note]
    if said.nodules:
        blocks.append(_nodules(said.nodules, tongue))
        blocks += [Text(line) for nodule in said.nodules if (line := _features(nodule, tongue))]
    if said.views:
        rows = [(_view(one.view, tongue), tongue.say(REASONS.get(one.reason, one.reason)), one.note) for one in said.views]
        blocks.append(Table((tongue.say(N_("View to repeat")), tongue.say(N_("Reason")), tongue.say(N_("Note"))), rows, (20, 30, 50)))
    if said.measurements:
        blocks.append(_measured(said.measurements, tongue))
    if not (said.lesions or said.nodules or said.views or said.measurements):
        blocks.append(Text(tongue.say(NOTHING)))
    if said.note:
        blocks.append(Text(f"{tongue.say(N_('Note'))}: {said.note}"))
    blocks += [Text(tongue.show(in_words(one)), quiet=True) for one in said.differences]
    return blocks


def rule(said: Opinion, tongue: Tongue) -> str:
    """What the rule had said when this opinion was signed."""
    return tongue.show(said.rule_said, empty=tongue.say(N_("no reading of a rule was kept with this read")))


def _breasts(said: Opinion, scheme: str, tongue: Tongue) -> Iterator[Block]:
    pairs = [(tongue.say(N_("Breast density")), said.density)] if said.density else []
    for side in ("R", "L"):
        parts = [tongue.say(ASSESSMENTS.get(said.assessments[side], said.assessments[side]))] if side in said.assessments else []
        parts += [f"{scheme} {said.per_side[side]}"] if side in said.per_side else []
        if parts:
            pairs.append((tongue.say(N_("Right breast") if side == "R" else N_("Left breast")), ", ".join(parts)))
    if pairs:
        yield Facts(pairs)


def _lesions(lesions: tuple[Lesion, ...], scheme: str, tongue: Tongue) -> Table:
    head = ("#", tongue.say(N_("Side")), tongue.say(N_("Type")), tongue.say(N_("Views")), tongue.say(N_("Size")),
            tongue.say(N_("Level of concern")), scheme)  # fmt: skip
    rows = [
        (
            str(number),
            tongue.say(SIDES.get(one.side, one.side)),
            tongue.say(LESIONS.get(one.kind, one.kind)),
            ", ".join(view.replace("-", " ") for view in one.positions) or "–",
            "–" if one.size_mm is None else f"{one.size_mm:.1f} mm",
            f"{one.concern} {tongue.say(CONCERN.get(one.concern, ''))}".strip(),
            one.category or "–",
        )
        for number, one in enumerate(lesions, start=1)
    ]
    return Table(head, rows, (6, 11, 26, 18, 13, 28, 14))


def _nodules(nodules: tuple[NoduleFinding, ...], tongue: Tongue) -> Table:
    head = (tongue.say(N_("Nodule")), tongue.say(N_("Where")), tongue.say(N_("Type")), tongue.say(N_("Diameters")),
            tongue.say(N_("Solid part")), tongue.say(N_("Volume")), tongue.say(N_("Change")))  # fmt: skip
    return Table(head, [_nodule(one, tongue) for one in nodules], (12, 24, 16, 26, 14, 15, 17))


def _nodule(one: NoduleFinding, tongue: Tongue) -> tuple[str, ...]:
    where = tongue.say(LOBES[one.lobe]) if one.lobe in LOBES else tongue.say(SIDES[one.side]) if one.side in SIDES else "–"
    mean = one.mean_diameter_mm
    diameters = f"{one.long_mm:.1f} × {one.short_mm:.1f} mm" if one.long_mm is not None and one.short_mm is not None else ""
    size = tongue.say(N_("mean {mm} mm"), mm=f"{mean:.1f}") if mean is not None else ""
    earlier = tongue.say(N_("earlier {mm} mm"), mm=f"{one.earlier_mm:.1f}") if one.earlier_mm is not None else ""
    change = tongue.say(CHANGES.get(one.change, one.change)) if one.change else ""
    return (
        one.name or "–", where, tongue.say(NODULES.get(one.kind, one.kind)), ", ".join(filter(None, (diameters, size))) or "–",
        _mm(one.solid_mm), "–" if one.volume_mm3 is None else f"{tongue.number(round(one.volume_mm3))} mm³",
        ", ".join(filter(None, (change, earlier))) or "–",
    )  # fmt: skip


def _features(one: NoduleFinding, tongue: Tongue) -> str:
    """What else was said of a nodule."""
    parts = [tongue.say(FLAGS.get(flag, flag)) for flag in one.flags]
    parts += [tongue.say(N_("from AI mark {n}"), n=one.from_mark)] if one.from_mark is not None else []
    return f"{one.name}: {', '.join(parts)}" if parts else ""


def _measured(measured: tuple[Measurement, ...], tongue: Tongue) -> Table:
    head = (tongue.say(N_("Measurement")), tongue.say(N_("Millimetres")), tongue.say(N_("Belongs to")))
    rows = [
        (tongue.say(KINDS.get(one.kind, one.kind)), " × ".join(f"{mm:.1f}" for mm in one.mm) or "–", one.nodule or "–") for one in measured
    ]
    return Table(head, rows, (40, 30, 30))


def _view(view: str, tongue: Tongue) -> str:
    return tongue.say(N_("whole scan")) if view == "volume" else view.replace("-", " ")


def _mm(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} mm"
