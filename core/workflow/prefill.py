"""An AI mark as a first draft of the reader's own finding. It stays the AI's until the reader takes it over; nothing is added by guess."""

from collections.abc import Mapping
from typing import Any

from core.workflow.ai import FindingLine
from core.workflow.appearance import Appearance, appearance
from core.workflow.follow_up import Change
from core.workflow.opinion_parts import Lesion, NoduleFinding
from core.workflow.slices import Slices


def nodule_of(mark: FindingLine, slices: Slices | None = None, change: Change | None = None) -> NoduleFinding:
    """The mark's sizes, type, solid part, side and place, and its earlier sizes where it was paired with a mark of the earlier exam.

    `before` keeps what the AI said; a type it did not name has to be chosen by the reader. Features such as spiculation or a benign
    calcification are never among them: the form says what the AI saw, and the reader sets them.
    """
    said = {**_said(mark), **_earlier(change)}
    placed: dict[str, Any] = {"slice": _slice(mark, slices), "centre_lps_mm": mark.place.get("center_lps_mm")}
    return NoduleFinding.from_json({"name": str(mark.number), "kind": "", **said, **placed, "from_mark": mark.number, "before": said})


def lesion_of(mark: FindingLine, kind: str, concern: int) -> Lesion:
    """A lesion where the AI marked a region of a mammogram; type and concern are the reader's, because the AI names neither."""
    box: list[float] = list(mark.place.get("box") or ())
    view = f"{mark.laterality}-{mark.view}"
    positions = {view: ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)} if len(box) == 4 else {}
    return Lesion(side=mark.laterality, kind=kind, concern=concern, positions=positions, from_mark=mark.number)


def _said(mark: FindingLine) -> Mapping[str, Any]:
    """What the AI said of a nodule, by the names of our fields. Its own mean stays, so that rounding twice cannot change a category."""
    seen = appearance(mark.detail)
    axes = mark.long_axis_mm is not None and mark.short_axis_mm is not None
    said = {
        "kind": seen.kind,
        "long_mm": mark.long_axis_mm if axes else None,
        "short_mm": mark.short_axis_mm if axes else None,
        "mean_mm": mark.mean_diameter_mm,
        "solid_mm": _core(seen, mark.mean_diameter_mm),
        "volume_mm3": mark.volume_mm3,
        "side": mark.laterality or None,
        "lobe": _lobe(mark, seen),
    }
    return {name: value for name, value in said.items() if value is not None}


def _core(seen: Appearance, mean_mm: float | None) -> float | None:
    """Mean diameter of the solid part to 0.1 mm; measured in a plane of its own, it may not be more than the whole nodule's."""
    if seen.solid_mm is None:
        return None
    return round(min(seen.solid_mm, seen.solid_mm if mean_mm is None else mean_mm), 1)


def _earlier(change: Change | None) -> Mapping[str, Any]:
    """Only what was measured or what a doctor said: a mark without partner is new only when somebody has looked."""
    if change is None:
        return {}
    if change.new:
        return {"change": "new"} if change.by_doctor else {}
    if change.before_mm is None:
        return {}
    part = {} if change.before_solid_mm is None else {"earlier_solid_mm": round(change.before_solid_mm, 1)}
    return {"earlier_mm": round(change.before_mm, 1), "earlier_months": change.months, **part}


def _lobe(mark: FindingLine, seen: Appearance) -> str | None:
    """The left upper lobe is all the AI can name: on the right, "upper" leaves the middle lobe open. A third is no lobe."""
    return "LUL" if mark.laterality == "L" and seen.upper_lobe is True else None


def _slice(mark: FindingLine, slices: Slices | None) -> int | None:
    k = mark.slice_index
    if k is None or slices is None or not 0 <= k < len(slices.planes):
        return None
    return k if slices.planes[k].sop_instance_uid == mark.sop_uid else None
