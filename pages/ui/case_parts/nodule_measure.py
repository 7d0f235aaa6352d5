"""Diameters drawn in the viewer, offered to the nodule that is being described; a size and a place come with one click."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.workflow.opinion import Measurement, NoduleFinding
from core.workflow.opinion_parts import Place
from core.workflow.reading import Case
from core.workflow.slices import Slices
from pages.ui.case_parts.draft import Draft, Edit, free, pointed
from pages.ui.i18n import _

OFFERED = 3  # the newest


def diameters(case: Case, *, earlier: bool = False) -> tuple[Measurement, ...]:
    """Pairs of diameters that belong to no nodule yet."""
    return tuple(one for one in free(case, earlier=earlier) if one.kind == "two_diameters" and len(one.mm) == 2)[:OFFERED]


def offer_sizes(case: Case, kept: Draft, edit: Edit, key: str, slices: Slices | None) -> None:
    """Buttons above the open form: of this exam for the size and the place, of the earlier exam beside it for the earlier size."""
    for one in diameters(case):
        label = _("Use the measurement {long:.1f} × {short:.1f} mm", long=one.mm[0], short=one.mm[1])
        args = (kept, edit, one, slices)
        st.button(label, key=f"{key}-use-{one.id}", icon=":material/straighten:", type="tertiary", on_click=_use, args=args)
    for one in () if case.baseline else diameters(case, earlier=True):
        label = _("As the earlier size: {long:.1f} × {short:.1f} mm", long=one.mm[0], short=one.mm[1])
        args_earlier = (kept, edit, one)
        st.button(label, key=f"{key}-was-{one.id}", icon=":material/history:", type="tertiary", on_click=_use_earlier, args=args_earlier)


def point_at(case: Case, kept: Draft, slices: Slices | None) -> None:
    """Where the reader pointed: the place of the open nodule, or of a new one."""
    place = pointed(case)
    if place is None or not place.get("lps"):
        return
    x, y, z = (float(part) for part in place["lps"])
    now = (kept.edit.now or kept.edit.base) if kept.edit else NoduleFinding(name=kept.next_name(), kind="")
    assert isinstance(now, NoduleFinding)
    there = at(now, (x, y, z), slices)
    if kept.edit:
        kept.refill(there)
    else:
        kept.open(there)


def of_measurement(name: str, one: Measurement, slices: Slices | None) -> NoduleFinding:
    """A new nodule where a pair of diameters was drawn."""
    return placed(NoduleFinding(name=name, kind="", long_mm=round(one.mm[0], 1), short_mm=round(one.mm[1], 1)), one, slices)


def placed(nodule: NoduleFinding, one: Measurement, slices: Slices | None) -> NoduleFinding:
    """The nodule at the middle of the measurement; its slice is the one that lies there."""
    if not one.points or any(len(point) != 3 for point in one.points):
        return nodule
    x, y, z = np.mean(np.asarray(one.points, np.float64), axis=0)
    return at(nodule, (float(x), float(y), float(z)), slices)


def at(nodule: NoduleFinding, lps_mm: Place, slices: Slices | None) -> NoduleFinding:
    """The nodule at a place of the patient, and on the slice that lies there."""
    found = None if slices is None else round(float(slices.voxel(lps_mm)[0]))
    inside = found is not None and slices is not None and 0 <= found < len(slices.planes)
    return replace(nodule, centre_lps_mm=lps_mm, slice=found if inside else None)


def _use(kept: Draft, edit: Edit, one: Measurement, slices: Slices | None) -> None:
    now = edit.now or edit.base
    assert isinstance(now, NoduleFinding)
    sized = replace(now, long_mm=round(one.mm[0], 1), short_mm=round(one.mm[1], 1), mean_mm=None)
    kept.refill(placed(sized, one, slices))
    kept.attached[one.id] = now.name


def _use_earlier(kept: Draft, edit: Edit, one: Measurement) -> None:
    now = edit.now or edit.base
    assert isinstance(now, NoduleFinding)
    kept.refill(replace(now, earlier_mm=round(sum(one.mm) / 2, 1)))
    kept.attached[one.id] = now.name
