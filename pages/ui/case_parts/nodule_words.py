"""How a nodule is written in a cell or a line: type, place, solid part, and what else the AI told of it."""

from core.workflow.ai import FindingLine
from core.workflow.appearance import THIRDS, Appearance
from core.workflow.opinion_parts import NODULES, SIDES
from pages.ui.i18n import _, show


def kind(seen: Appearance) -> str:
    """The type, or that it was not told."""
    return _(NODULES[seen.kind]) if seen.kind in NODULES else _("type not told")


def place(mark: FindingLine, seen: Appearance) -> str:
    """ "right, upper third"; a side that is not known is said."""
    side = _(SIDES[mark.laterality]) if mark.laterality in SIDES else _("side unknown")
    return f"{side}, {_(THIRDS[seen.third])}" if seen.third in THIRDS else side


def core(seen: Appearance) -> str:
    """ "solid part 6.5 mm" of a part-solid nodule, or that it was not measured; else nothing."""
    if seen.kind != "part-solid":
        return ""
    return _("solid part not measured") if seen.solid_mm is None else _("solid part {size:.1f} mm", size=seen.solid_mm)


def traits(seen: Appearance) -> list[str]:
    """What else was told and is more than ordinary."""
    found = [_("at the pleura")] if seen.touches else []
    found += [show(seen.calcium)] if seen.calcium is not None and seen.calcification != "none" else []
    found += [_("fat inside")] if seen.fat else []
    return found + ([_("spiculation {value:.2f}", value=seen.spiculation)] if seen.spiculation is not None else [])


def pleura(seen: Appearance) -> str:
    if seen.pleural_mm is None:
        return "–"
    return _("touches") if seen.touches else f"{seen.pleural_mm:.0f} mm"
