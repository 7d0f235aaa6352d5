"""Category of one part-solid nodule after Lung-RADS v2022.

The rows overlap for a new nodule of less than 6 mm with a solid part of 4 mm or more: the more suspicious one (4B) is taken.
"""

from core.rules.lung_nodule import Gap, Nodule, Status, compared
from core.rules.lung_rads_nodule import Bands, Verdict, band, size_of, slow, steady
from core.rules.reason import N_, say
from core.rules.size import written

BASELINE: Bands = ((60, "3", "<6"), (80, "4A", "6–<8"), (None, "4B", "≥8"))
NEW: Bands = ((40, "4A", "<4"), (None, "4B", "≥4"))
"""Bands of the solid part."""

SMALL, SMALL_SOLID = 60, 40


def part_solid(nodule: Nodule, status: Status) -> Verdict:
    """Follow-up turns on the solid part: new or growing ones weigh more than the size of the whole."""
    size = size_of(nodule)
    if status == "slow-growing":
        return slow(nodule)
    if status in ("baseline", "new"):
        return _first_seen(nodule, size, status)
    part, change = _solid_of(nodule), _solid_change(nodule)
    if change == "slow-growing":
        return slow(nodule)
    if change in ("new", "growing"):
        category, name = band(NEW, part)
        template = N_("Nodule {name}: part-solid, its solid part is new or growing, {part} mm, band {band} mm")
        return Verdict(category, say(template, name=nodule.name, part=written(part), band=name))
    if status == "growing":
        template = N_("Nodule {name}: the table does not name a part-solid nodule that grows while its solid part does not")
        raise Gap(say(template, name=nodule.name))
    known = nodule.before_tenths is not None and nodule.solid_before_tenths is not None
    before = _by_size(nodule.before_tenths or 0, nodule.solid_before_tenths or 0) if known else None
    return steady(nodule, _by_size(size, part), before)


def _by_size(total: int, part: int) -> str:
    return "2" if total < SMALL else band(BASELINE, part)[0]


def _first_seen(nodule: Nodule, size: int, status: Status) -> Verdict:
    values = {"name": nodule.name, "size": written(size)}
    small = size < SMALL
    if small and status == "baseline":
        return Verdict("2", say("Nodule {name}: part-solid, {size} mm at baseline, less than 6 mm", **values))
    if small and (size < SMALL_SOLID or _solid_of(nodule) < SMALL_SOLID):
        return Verdict("3", say("Nodule {name}: new, part-solid, {size} mm, less than 6 mm", **values))
    part = _solid_of(nodule)
    category, name = band(BASELINE if status == "baseline" else NEW, part)
    values |= {"part": written(part), "band": name}
    if status == "baseline":
        return Verdict(category, say("Nodule {name}: part-solid, {size} mm at baseline, solid part {part} mm, band {band} mm", **values))
    return Verdict(category, say("Nodule {name}: new, part-solid, {size} mm, solid part {part} mm, band {band} mm", **values))


def _solid_of(nodule: Nodule) -> int:
    if nodule.solid_tenths is None:
        raise Gap(say("Nodule {name}: part-solid, but the size of its solid part is missing", name=nodule.name))
    return nodule.solid_tenths


def _solid_change(nodule: Nodule) -> Status:
    now, before = _solid_of(nodule), nodule.solid_before_tenths
    if before is None:
        if nodule.status == "stable":
            return "stable"
        raise Gap(say("Nodule {name}: part-solid, but the earlier size of its solid part is missing", name=nodule.name))
    return "new" if before == 0 and now > 0 else compared(nodule, before, now)
