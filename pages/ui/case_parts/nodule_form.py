"""The form of one nodule: what Lung-RADS asks for and nothing else. Values that the AI filled in carry its name until confirmed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.workflow.appearance import appearance, to_confirm
from core.workflow.nodule_check import CYST_CHANGES
from core.workflow.opinion_parts import CHANGES, FLAGS, LOBES, NoduleFinding
from core.workflow.reading import Case
from core.workflow.slices import Slices
from pages.ui.case_parts.draft import Draft, Edit, marks
from pages.ui.case_parts.nodule_measure import offer_sizes
from pages.ui.case_parts.nodule_words import place, traits
from pages.ui.i18n import N_, _, show

TYPES = {"solid": N_("Solid"), "part-solid": N_("Part"), "non-solid": N_("Non-s."), "airway": N_("Airway"), "cyst": N_("Cyst")}
AIRWAYS = {"subsegmental": N_("Subsegmental"), "segmental": N_("Segmental or larger")}
WALLS = {"thin": N_("Wall thin"), "thick": N_("Wall 2 mm or more")}
CYSTS = {
    "larger": N_("Larger"),
    "thicker wall": N_("Thicker wall"),
    "became multilocular": N_("Now multilocular"),
    "more loculation": N_("More chambers"),
    "more opacity": N_("More opacity"),
}
SAME = 0.05
Values = dict[str, Any]


def nodule_form(case: Case, kept: Draft, edit: Edit, slices: Slices | None) -> None:
    """Fields that the type needs, top to bottom; confirming puts the nodule into the reader's list."""
    base = edit.base
    assert isinstance(base, NoduleFinding)
    key = f"nodule-{case.exam_id}-{edit.turn}"
    with st.container(key="case_form", gap="xsmall"):
        offer_sizes(case, kept, edit, key, slices)
        said: Values = {"kind": _one(_("Type"), TYPES, base, "kind", key)}
        if said["kind"] not in ("airway", "cyst"):
            said |= _sizes(base, key, said["kind"] or "")
        else:
            said |= _special(base, key, said["kind"])
        said["lobe"] = _one(_("Lobe"), {name: name for name in LOBES}, base, "lobe", key)
        if not case.baseline:
            said |= _change(base, key, said["kind"] or "", case)
        _told(case, base)
        flags = [name for name in FLAGS if name != "juxtapleural" or said["kind"] == "solid"]
        given = [flag for flag in base.flags if flag in flags]
        said["flags"] = tuple(st.pills(_("Features"), flags, default=given, selection_mode="multi", format_func=_flag, key=f"{key}-flags"))
        _where(base, slices)
        edit.now = made = _made(base, said)
        _end(kept, edit, made, key)


def _told(case: Case, base: NoduleFinding) -> None:
    """What the AI saw of the features below: they are set by the reader alone."""
    mark = next((one for one in marks(case) if one.number == base.from_mark), None)
    if mark is None:
        return
    seen = appearance(mark.detail)
    said = [*traits(seen), *([place(mark, seen)] if seen.third else [])]
    hints = [show(one) for one in to_confirm(mark.number, seen, mark.mean_diameter_mm)]
    lines = [f":orange[{_('AI')}] {', '.join(said)}"] if said else []
    if lines or hints:
        st.caption("  \n".join([*lines, *hints]))


def _flag(name: str) -> str:
    return _(FLAGS[name])


def _one(label: str, options: Mapping[str, str], base: NoduleFinding, name: str, key: str) -> str:
    """One of a few words; none is chosen where nothing is known."""
    before = getattr(base, name) or None
    shown = _tag(label, base, name, st.session_state.get(f"{key}-{name}", before))
    said = st.segmented_control(
        shown, list(options), default=before if before in options else None, format_func=lambda one: _(options[one]), key=f"{key}-{name}"
    )
    return str(said or "")


def _sizes(base: NoduleFinding, key: str, kind: str) -> Values:
    """Long and short diameter, solid core where there is one, volume; a measurement fills the diameters."""
    names = [("long_mm", _("Long")), ("short_mm", _("Short"))]
    names += [("solid_mm", _("Core"))] if kind == "part-solid" else []
    names += [("volume_mm3", _("mm³"))]
    said: Values = {"mean_mm": base.mean_mm, "solid_mm": None}
    for column, (name, label) in zip(st.columns(len(names), gap="xsmall"), names, strict=True):
        with column:
            said[name] = _number(label, base, name, key)
    if base.mean_mm is not None and said["long_mm"] is None:
        said["mean_mm"] = _number(_("Mean, mm"), base, "mean_mm", key)
    elif not (_same(said["long_mm"], base.before.get("long_mm")) and _same(said["short_mm"], base.before.get("short_mm"))):
        said["mean_mm"] = None  # the AI's mean belongs to the AI's axes
    return said


def _number(label: str, base: NoduleFinding, name: str, key: str) -> float | None:
    now = st.session_state.get(f"{key}-{name}", getattr(base, name))
    low, most, step = (0.0, 300.0, 0.1) if name != "volume_mm3" else (0.0, 5_000_000.0, 1.0)
    form = "%.1f" if name != "volume_mm3" else "%.0f"
    found = st.number_input(
        _tag(label, base, name, now), low, most, value=getattr(base, name), step=step, format=form, key=f"{key}-{name}", placeholder="–"
    )
    return None if found is None else float(found)


def _tag(label: str, base: NoduleFinding, name: str, now: object) -> str:
    """The label, with "AI" while the value is the AI's."""
    said = base.before.get(name)
    return f"{label} :orange[{_('AI')}]" if said is not None and (said == now or _same(said, now)) else label


def _same(one: object, other: object) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and abs(one - other) < SAME


def _special(base: NoduleFinding, key: str, kind: str) -> Values:
    """What the rule asks of a nodule in an airway or of a cyst instead of a size."""
    if kind == "airway":
        return {"airway": _one(_("Airway"), AIRWAYS, base, "airway", key)}
    said: Values = {"cyst_wall": _one(_("Wall"), WALLS, base, "cyst_wall", key)}
    said["multilocular"] = st.checkbox(_("Multilocular"), base.multilocular, key=f"{key}-multilocular")
    changes = st.pills(
        _("Since the earlier exam"), list(CYST_CHANGES), default=list(base.cyst_changes), selection_mode="multi",
        format_func=lambda one: _(CYSTS[one]), key=f"{key}-cyst",
    )  # fmt: skip
    return {**said, "cyst_changes": tuple(changes)}


def _change(base: NoduleFinding, key: str, kind: str, case: Case) -> Values:
    """How it stands to the earlier exam: stated, or from the earlier size and the months between."""
    said: Values = {"change": _one(_("Since the earlier exam"), CHANGES, base, "change", key)}
    names = [("earlier_mm", _("Earlier, mm"))] + ([("earlier_solid_mm", _("Earlier core"))] if kind == "part-solid" else [])
    columns = st.columns(len(names) + 2, gap="xsmall")
    for column, (name, label) in zip(columns, names, strict=False):
        with column:
            said[name] = _number(label, base, name, key)
    with columns[-2]:
        months = st.number_input(_("Months"), 0, 600, value=base.earlier_months, key=f"{key}-months", placeholder="–")
    with columns[-1]:
        codes = [category.code for category in case.card.categories]
        earlier = st.selectbox(_("Was"), codes, index=_index(codes, base.earlier_category), key=f"{key}-was", placeholder="–")
    return {**said, "earlier_months": months, "earlier_category": earlier or ""}


def _index(codes: list[str], code: str) -> int | None:
    return codes.index(code) if code in codes else None


def _where(base: NoduleFinding, slices: Slices | None) -> None:
    if base.slice is not None and slices is not None:
        st.caption(_("On slice {n}", n=slices.number(base.slice)))
    elif slices is not None:
        st.caption(_("No place yet: measure its diameters in the image (key B), or point to it (key E)."))


def _made(base: NoduleFinding, said: Values) -> NoduleFinding:
    """The nodule as the form stands. Its side follows the lobe; fields of another type are emptied."""
    empty: Values = {"airway": "", "cyst_wall": "", "multilocular": False, "cyst_changes": ()}
    if said["kind"] in ("airway", "cyst"):
        empty |= {"long_mm": None, "short_mm": None, "mean_mm": None, "solid_mm": None, "volume_mm3": None}
    side = said["lobe"][0] if said["lobe"] else base.side
    return replace(base, **{**empty, **said, "side": side})


def _end(kept: Draft, edit: Edit, made: NoduleFinding, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Confirm"), type="primary", shortcut="Alt+Enter", key=f"{key}-confirm"):
            kept.keep(made)
            st.rerun()
        st.button(_("Cancel"), key=f"{key}-cancel", on_click=kept.close)
        if edit.place is not None:
            st.button(_("Remove"), key=f"{key}-remove", on_click=kept.remove)
