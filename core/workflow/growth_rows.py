"""Two exams' nodules beside each other, row by row: sizes, change, doubling time with its error, and what four protocols say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from core.rules import growth
from core.rules.growth_error import DoublingTime, of_diameters, of_volumes
from core.rules.lung_nodule import Kind
from core.rules.side_by_side import Pair, Said, disagree, side_by_side
from core.words import N_, Sentence, say
from core.workflow.appearance import KINDS
from core.workflow.growth_words import told
from core.workflow.matching import Matched

Status = Literal["paired", "not marked earlier", "not marked now", "not compared"]


@dataclass(frozen=True)
class Size:
    """One nodule of one exam as the AI measured it; `number` is its mark, `slice` counts from foot to head from 0.

    `solid_…`: mean diameter and volume of the solid part of a part-solid one.
    """

    number: int
    kind: str | None
    laterality: str
    slice: int | None
    mean_mm: float | None
    long_mm: float | None
    short_mm: float | None
    volume_mm3: float | None
    solid_mm: float | None = None
    solid_mm3: float | None = None


@dataclass(frozen=True)
class GrowthRow:
    """One nodule. `change_percent` of its volume; `doubling` by volumes, or by diameters where a volume is missing (`by_diameter`).

    `protocols` is empty where nothing can be compared; `assumed_solid`: they are asked as for a solid nodule, as no type is known.
    `before_solid_mm` of a nodule that is part-solid now: 0 where it was non-solid; `solid_told`: how its solid part changed.
    """

    status: Status
    now: Size | None
    before: Size | None
    told: Sentence
    paired_by: str | None = None
    distance_mm: float | None = None
    change_percent: float | None = None
    doubling: DoublingTime | None = None
    by_diameter: bool = False
    protocols: tuple[Said, ...] = ()
    assumed_solid: bool = False
    before_solid_mm: float | None = None
    solid_told: Sentence | None = None
    prior_category: str | None = None

    @property
    def type_changed(self) -> bool:
        """Whether the AI gave the nodule another type than before, which may be the measurement and not the nodule."""
        kinds = [one.kind for one in (self.before, self.now) if one is not None and one.kind in KINDS]
        return len(set(kinds)) > 1

    @property
    def disagree(self) -> bool:
        return disagree(self.protocols)

    @property
    def beyond_error(self) -> bool:
        """Whether the nodule became larger by more than an error of measurement."""
        by_volume = self.change_percent is not None and self.change_percent >= growth.MEASUREMENT_ERROR_PERCENT
        return by_volume or (self.by_diameter and self.doubling is not None and self.doubling.slowest is not None)

    @property
    def flips(self) -> bool:
        """Whether an error of measurement would make a protocol say something else."""
        return any(one.flips for one in self.protocols)


@dataclass(frozen=True)
class Between:
    """What lies between the exams, and what Lung-RADS said of the earlier marks (finding id → category), where their type was told."""

    days: int
    months: int
    categories: Mapping[int, str]


def rows(now: Mapping[int, Size], earlier: Mapping[int, Size], known: Mapping[int, Matched], between: Between) -> tuple[GrowthRow, ...]:
    """Finding id → nodule, now and earlier; `known` says which is which. Nothing is called new or gone before anything was compared."""
    found, seen = [], set()
    for finding_id, size in now.items():
        match = known.get(finding_id)
        partner = match.earlier_finding_id if match else None
        before = earlier.get(partner) if partner is not None else None
        if partner is not None and before is not None:
            seen.add(partner)
        found.append(_row(size, before, match, between, between.categories.get(partner) if partner is not None else None))
    if not known and now:
        return tuple(found)
    gone = [size for finding_id, size in earlier.items() if finding_id not in seen]
    return (*found, *(GrowthRow("not marked now", None, size, say(N_("Marked in the earlier exam only"))) for size in gone))


def _row(now: Size, before: Size | None, match: Matched | None, between: Between, prior: str | None) -> GrowthRow:
    if match is None:
        return GrowthRow("not compared", now, None, say(N_("Not compared with the earlier exam yet")))
    kind = next((one.kind for one in (now, before) if one is not None and one.kind in KINDS), None)
    pair = _pair(now, before, kind, between, prior)
    said = side_by_side(pair)
    if before is None:
        looked = say(N_("New: {name} did not find it in the earlier exam"), name=match.author)
        alone = say(N_("Not marked in the earlier exam: look there whether it is new"))
        told_ = looked if match.author else alone
        return GrowthRow("not marked earlier", now, None, told_, match.author, protocols=said, assumed_solid=kind is None)
    percent, doubling, by_diameter = _change(now, before, between.days)
    return GrowthRow(
        "paired", now, before, told(percent, doubling, between.days, by_diameter=by_diameter), match.author, match.distance_mm, percent,
        doubling, by_diameter, said, kind is None, pair.before_solid_mm, _solid_told(now, before, kind, between.days), pair.prior_category,
    )  # fmt: skip


def _pair(now: Size, before: Size | None, kind: str | None, between: Between, prior: str | None) -> Pair:
    return Pair(
        kind=cast(Kind, kind or "solid"), days=between.days, months=between.months, new=before is None, now_mm=now.mean_mm,
        now_mm3=now.volume_mm3, before_mm=before.mean_mm if before else None, before_mm3=before.volume_mm3 if before else None,
        now_solid_mm=now.solid_mm, before_solid_mm=_solid_before(before) if kind == "part-solid" else None, name=str(now.number),
        prior_category=prior if before else None,
    )  # fmt: skip


def _solid_before(before: Size | None) -> float | None:
    """A non-solid nodule had no solid part; of one called solid then, it is not known."""
    if before is None:
        return None
    return 0.0 if before.kind == "non-solid" else before.solid_mm


def _solid_told(now: Size, before: Size, kind: str | None, days: int) -> Sentence | None:
    """How the solid part of a part-solid nodule changed; None for other types."""
    if kind != "part-solid":
        return None
    if before.kind == "non-solid":
        return say(N_("Solid part: new, {size}"), size=_size(now.solid_mm))
    if now.solid_mm3 is None or before.solid_mm3 is None:
        return say(N_("Solid part: its sizes were not measured in both exams"))
    if not now.solid_mm3 or not before.solid_mm3:
        return say(N_("Solid part: {before} → {size}"), before=_size(before.solid_mm), size=_size(now.solid_mm))
    percent = growth.percent_volume_change(before.solid_mm3, now.solid_mm3)
    doubling = of_volumes(before.solid_mm3, now.solid_mm3, days) if days > 0 else None
    return say(N_("Solid part: {change}"), change=told(percent, doubling, days, by_diameter=False))


def _size(mm: float | None) -> Sentence:
    return say(N_("not measured")) if mm is None else say(N_("{size:.1f} mm"), size=mm)


def _change(now: Size, before: Size, days: int) -> tuple[float | None, DoublingTime | None, bool]:
    """Percent of volume, doubling time, and whether it was taken from diameters; nothing where a size is missing."""
    if now.volume_mm3 and before.volume_mm3:
        percent = growth.percent_volume_change(before.volume_mm3, now.volume_mm3)
        return percent, of_volumes(before.volume_mm3, now.volume_mm3, days) if days > 0 else None, False
    if now.mean_mm and before.mean_mm:
        return None, of_diameters(before.mean_mm, now.mean_mm, days) if days > 0 else None, True
    return None, None, False
