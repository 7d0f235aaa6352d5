"""One nodule as Lung-RADS looks at it, and how it changed since the earlier exam."""

from dataclasses import dataclass
from typing import Literal

from core.rules.checks import one_of, whole
from core.rules.reason import N_, Reason, say
from core.rules.size import written

Kind = Literal["solid", "part-solid", "non-solid", "airway", "cyst"]
Stated = Literal["new", "stable", "growing", "slow-growing"]
Status = Literal["baseline", "new", "stable", "growing", "slow-growing"]
CystChange = Literal["larger", "thicker wall", "became multilocular", "more loculation", "more opacity"]

GROWTH_TENTHS, GROWTH_MONTHS = 15, 12
"""Growth is an increase of the mean diameter by more than 1.5 mm within 12 months; exactly 1.5 mm is none."""

CATEGORIES = ("0", "1", "2", "3", "4A", "4B", "4X")


class Gap(Exception):
    """The category cannot be determined from what was given, or the table does not name the case; carries the reason."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class Nodule:
    """Sizes are mean diameters in tenths of a millimetre; None means not known, which is never the same as 0 or no.

    `before_tenths`, `solid_before_tenths`, `months` and `prior_category` belong to the earlier exam it is compared with; a non-solid
    nodule that became part-solid has `solid_before_tenths=0`. `status` is what the reader states; with an earlier size it is checked.
    """

    kind: Kind
    name: str = ""
    mean_tenths: int | None = None
    solid_tenths: int | None = None
    status: Stated | None = None
    before_tenths: int | None = None
    solid_before_tenths: int | None = None
    months: int | None = None
    prior_category: str | None = None
    benign_pattern: bool = False  # fat, or complete, central, popcorn or concentric calcification
    proven_benign: bool = False
    juxtapleural: bool = False  # and solid, smooth, oval, lentiform or triangular
    suspicious: tuple[str, ...] = ()  # features beyond size, such as spiculation: make a 4X of a 3 or 4
    airway: Literal["subsegmental", "segmental"] | None = None  # "segmental" means segmental or more proximal
    cyst_wall: Literal["thin", "thick"] | None = None  # thick: 2 mm or more
    multilocular: bool = False
    cyst_changes: frozenset[CystChange] = frozenset()

    def __post_init__(self) -> None:
        one_of("nodule kind", self.kind, ("solid", "part-solid", "non-solid", "airway", "cyst"))
        for what in ("mean_tenths", "solid_tenths", "before_tenths", "solid_before_tenths"):
            if getattr(self, what) is not None:
                whole(what, getattr(self, what), 0 if what.startswith("solid") else 1, 3000)
        for total, part in ((self.mean_tenths, self.solid_tenths), (self.before_tenths, self.solid_before_tenths)):
            if total is not None and part is not None and part > total:
                raise ValueError(f"solid part is {written(part)} mm in a nodule of {written(total)} mm; expected at most its size")
        if self.months is not None:
            whole("months", self.months, 0, 600)
        if self.prior_category is not None:
            one_of("prior_category", self.prior_category, CATEGORIES)
        if self.status == "new" and self.before_tenths is not None:
            raise ValueError(f"nodule is new and was {written(self.before_tenths)} mm before; expected one or the other")
        if self.juxtapleural and self.kind != "solid":
            raise ValueError(f"nodule is juxtapleural and {self.kind}; expected the juxtapleural rule for solid nodules only")


def compared(nodule: Nodule, before: int, now: int) -> Status:
    """Stable (also when smaller), growing, or slow-growing: more than 1.5 mm, but over more than 12 months and less than that a year."""
    increase = now - before
    if increase <= GROWTH_TENTHS:
        return "stable"
    if nodule.months is None:
        raise Gap(
            say(
                "Nodule {name}: it grew from {before} to {size} mm, but the months between the exams are missing",
                name=nodule.name,
                before=written(before),
                size=written(now),
            )
        )
    if nodule.months <= GROWTH_MONTHS or increase * GROWTH_MONTHS > GROWTH_TENTHS * nodule.months:
        return "growing"
    return "slow-growing"


def status_of(nodule: Nodule, *, baseline: bool) -> Status:
    """How the nodule stands to the earlier exam; Gap when nothing was given or the statement contradicts the sizes."""
    earlier = (nodule.status, nodule.before_tenths, nodule.solid_before_tenths, nodule.prior_category)
    if baseline:
        if any(value is not None for value in earlier):
            raise ValueError(f"nodule {nodule.name} has an earlier state at a baseline exam; expected none, or baseline=False")
        return "baseline"
    if nodule.before_tenths is None or nodule.mean_tenths is None:
        if nodule.status is None:
            raise Gap(say("Nodule {name}: it is not stated whether it is new or changed, and a size is missing", name=nodule.name))
        return nodule.status
    measured = compared(nodule, nodule.before_tenths, nodule.mean_tenths)
    if nodule.status in (None, measured) or (nodule.status, measured) == ("slow-growing", "stable"):
        return nodule.status or measured
    before, size = written(nodule.before_tenths), written(nodule.mean_tenths)
    template = N_("Nodule {name}: the stated change contradicts the sizes {before} and {size} mm")
    raise Gap(say(template, name=nodule.name, before=before, size=size))
