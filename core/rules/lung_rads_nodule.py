"""Category of one solid or non-solid nodule: the rows of the Lung-RADS v2022 table, and what they share with the other rows.

Bands are half-open: a nodule of exactly 6.0 mm lies in "6–<8".
"""

from dataclasses import dataclass

from core.rules.lung_nodule import CATEGORIES, Gap, Nodule, Status
from core.rules.reason import N_, Reason, say
from core.rules.size import written

Bands = tuple[tuple[int | None, str, str], ...]
"""Upper end in tenths of a millimetre (None: open), category, the band as shown."""

SOLID_BASELINE: Bands = ((60, "2", "<6"), (80, "3", "6–<8"), (150, "4A", "8–<15"), (None, "4B", "≥15"))
SOLID_NEW: Bands = ((40, "2", "<4"), (60, "3", "4–<6"), (80, "4A", "6–<8"), (None, "4B", "≥8"))
SOLID_GROWING: Bands = ((80, "4A", "<8"), (None, "4B", "≥8"))
NON_SOLID: Bands = ((300, "2", "<30"), (None, "3", "≥30"))
JUXTAPLEURAL = 100

SOLID = {
    "baseline": N_("Nodule {name}: solid, {size} mm at baseline, band {band} mm"),
    "new": N_("Nodule {name}: new, solid, {size} mm, band {band} mm"),
    "growing": N_("Nodule {name}: solid, growing, now {size} mm, band {band} mm"),
}
NON_SOLID_SEEN = {
    "baseline": N_("Nodule {name}: non-solid, {size} mm at baseline, band {band} mm"),
    "new": N_("Nodule {name}: new, non-solid, {size} mm, band {band} mm"),
    "growing": N_("Nodule {name}: non-solid, growing, now {size} mm, band {band} mm"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Category of one nodule and why; None when it cannot be told, and then the reason says what is missing."""

    category: str | None
    because: Reason


def band(bands: Bands, size: int) -> tuple[str, str]:
    """Category and name of the half-open band that holds the size."""
    return next((category, name) for upper, category, name in bands if upper is None or size < upper)


def worst(*categories: str) -> str:
    return max(categories, key=CATEGORIES.index)


def size_of(nodule: Nodule) -> int:
    if nodule.mean_tenths is None:
        raise Gap(say("Nodule {name}: the mean diameter is missing", name=nodule.name))
    return nodule.mean_tenths


def solid(nodule: Nodule, status: Status) -> Verdict:
    size = size_of(nodule)
    if nodule.juxtapleural and size < JUXTAPLEURAL and status in ("baseline", "new", "stable"):
        return Verdict("2", say("Nodule {name}: juxtapleural, smooth, {size} mm, less than 10 mm", name=nodule.name, size=written(size)))
    if status == "slow-growing":
        return slow(nodule)
    if status == "stable":
        before = None if nodule.before_tenths is None else band(SOLID_BASELINE, nodule.before_tenths)[0]
        return steady(nodule, band(SOLID_BASELINE, size)[0], before)
    category, name = band({"baseline": SOLID_BASELINE, "new": SOLID_NEW, "growing": SOLID_GROWING}[status], size)
    return Verdict(category, say(SOLID[status], name=nodule.name, size=written(size), band=name))


def non_solid(nodule: Nodule, status: Status) -> Verdict:
    size = size_of(nodule)
    if status in ("stable", "slow-growing"):
        return Verdict("2", say("Nodule {name}: non-solid, {size} mm, stable or slowly growing", name=nodule.name, size=written(size)))
    category, name = band(NON_SOLID, size)
    if status == "growing" and category == "3" and (nodule.before_tenths is None or band(NON_SOLID, nodule.before_tenths)[0] == "3"):
        raise Gap(say("Nodule {name}: the table does not name a non-solid nodule of 30 mm or more that grows quickly", name=nodule.name))
    return Verdict(category, say(NON_SOLID_SEEN[status], name=nodule.name, size=written(size), band=name))


def slow(nodule: Nodule) -> Verdict:
    return Verdict("4B", say("Nodule {name}: growing slowly over several exams", name=nodule.name))


def steady(nodule: Nodule, now: str, before: str | None) -> Verdict:
    """A nodule that did not grow: re-categorised when it crossed a size limit, else stepped down after its interval."""
    prior = None if nodule.prior_category == "0" else nodule.prior_category
    values = {"name": nodule.name, "prior": prior, "months": nodule.months, "category": now}
    if before is not None and worst(now, before) != before:
        return Verdict(worst(now, prior or now), say("Nodule {name}: no growth, but it crossed the limit to category {category}", **values))
    if prior is None:
        return Verdict(now, say("Nodule {name}: no growth; category {category} by size, the earlier category was not given", **values))
    if before is None and worst(now, prior) != prior:
        template = N_("Nodule {name}: stable, but its size is of category {category} after category {prior}; its earlier size is missing")
        raise Gap(say(template, **values))
    if prior in ("1", "2"):
        return Verdict("2", say("Nodule {name}: no growth since category {prior}", **values))
    if prior in ("4B", "4X"):
        return Verdict(prior, say("Nodule {name}: no growth, stays category {prior} until it is proven benign", **values))
    if nodule.months is None:
        raise Gap(say("Nodule {name}: no growth since category {prior}, but the months between the exams are missing", **values))
    lower, wait = {"3": ("2", 6), "4A": ("3", 3)}[prior]
    if nodule.months >= wait:
        return Verdict(lower, say("Nodule {name}: category {prior}, no growth after {months} months", **values))
    return Verdict(prior, say("Nodule {name}: category {prior}, no growth, but only {months} months have passed", **values))
