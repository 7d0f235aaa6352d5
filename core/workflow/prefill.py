"""An AI mark as a first draft of the reader's own finding. It stays the AI's until the reader takes it over; nothing is added by guess."""

from collections.abc import Mapping
from typing import Any

from core.workflow.ai import FindingLine
from core.workflow.follow_up import Change
from core.workflow.opinion_parts import NODULES, Lesion, NoduleFinding
from core.workflow.slices import Slices


def nodule_of(mark: FindingLine, slices: Slices | None = None, change: Change | None = None) -> NoduleFinding:
    """The mark's sizes, type, side and place, and its earlier size where it was paired with a mark of the earlier exam.

    `before` keeps what the AI said; a type it did not name has to be chosen by the reader.
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
    kind = mark.detail.get("type")
    axes = mark.long_axis_mm is not None and mark.short_axis_mm is not None
    said = {
        "kind": kind if kind in NODULES else None,
        "long_mm": mark.long_axis_mm if axes else None,
        "short_mm": mark.short_axis_mm if axes else None,
        "mean_mm": mark.mean_diameter_mm,
        "volume_mm3": mark.volume_mm3,
        "side": mark.laterality or None,
        "lobe": _lobe(mark),
    }
    return {name: value for name, value in said.items() if value is not None}


def _earlier(change: Change | None) -> Mapping[str, Any]:
    """Only what was measured or what a doctor said: a mark without partner is new only when somebody has looked."""
    if change is None:
        return {}
    if change.new:
        return {"change": "new"} if change.by_doctor else {}
    return {"earlier_mm": round(change.before_mm, 1), "earlier_months": change.months} if change.before_mm is not None else {}


def _lobe(mark: FindingLine) -> str | None:
    """The left upper lobe is all the AI can name: on the right, "upper" leaves the middle lobe open."""
    upper = mark.detail.get("upper_lobe")
    return "LUL" if mark.laterality == "L" and upper is True else None


def _slice(mark: FindingLine, slices: Slices | None) -> int | None:
    k = mark.slice_index
    if k is None or slices is None or not 0 <= k < len(slices.planes):
        return None
    return k if slices.planes[k].sop_instance_uid == mark.sop_uid else None
