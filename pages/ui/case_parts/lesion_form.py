"""The form of one lesion: side, type, level of concern, size, and its place on each view, drawn in the image or typed."""

from dataclasses import replace

import streamlit as st

from core.workflow.opinion import Measurement
from core.workflow.opinion_parts import CONCERN, LESIONS, SIDES, Lesion
from core.workflow.reading import Case
from pages.ui.case_parts.draft import Draft, Edit, free, pointed
from pages.ui.i18n import _

OFFERED = 3  # the newest


def lesion_form(case: Case, kept: Draft, edit: Edit) -> None:
    """Confirming puts the lesion into the reader's list; what is still missing is said beside the button."""
    base = edit.base
    assert isinstance(base, Lesion)
    key = f"lesion-{case.exam_id}-{edit.turn}"
    with st.container(key="case_form", gap="xsmall"):
        _offer(case, kept, edit, key)
        side = _choice(_("Side"), SIDES, base.side, f"{key}-side-{base.side}")
        kinds = list(LESIONS)
        at = kinds.index(base.kind) if base.kind in kinds else None
        kind = st.selectbox(
            _("Type"), kinds, index=at, format_func=lambda one: _(LESIONS[one]), key=f"{key}-kind", placeholder=_("Choose a type")
        )
        concern = st.segmented_control(
            _("Level of concern"), list(CONCERN), default=base.concern or None, key=f"{key}-concern",
            help="  \n".join(f"{level}: {_(word)}" for level, word in CONCERN.items()),
        )  # fmt: skip
        if concern:
            st.caption(_(CONCERN[concern]))
        size, category = _size(case, base, key)
        positions = _positions(case, base, side, key)
        made = replace(
            base, side=side, kind=kind or "", concern=concern or 0, size_mm=size, category=category, positions=positions
        )  # fmt: skip
        edit.now = made
        _end(kept, edit, made, key)


def _choice(label: str, words: dict[str, str], before: str, key: str) -> str:
    said = st.segmented_control(label, list(words), default=before or None, format_func=lambda one: _(words[one]), key=key)
    return str(said or "")


def _size(case: Case, base: Lesion, key: str) -> tuple[float | None, str]:
    left, right = st.columns(2, gap="xsmall")
    with left:
        size = st.number_input(_("Size, mm"), 0.1, 300.0, value=base.size_mm, step=0.5, format="%.1f", key=f"{key}-size", placeholder="–")
    with right:
        codes = [category.code for category in case.card.categories]
        at = codes.index(base.category) if base.category in codes else None
        category = st.selectbox(case.card.scheme, codes, index=at, key=f"{key}-category", placeholder="–")
    return (None if size is None else float(size)), category or ""


def _positions(case: Case, base: Lesion, side: str, key: str) -> dict[str, tuple[float, float]]:
    """Places by click (already in `base`) or typed as column and row, for those who do not use a pointer."""
    views = [view for view in case.card.expected_parts if view.startswith(f"{side}-")] if side else []
    positions = {view: place for view, place in base.positions.items() if view in views}
    if not views:
        return positions
    placed = ", ".join(f"{view} {x:.0f}, {y:.0f}" for view, (x, y) in positions.items())
    said = (
        _("Place: {places}", places=placed)
        if placed
        else _("No place yet: point to it in the image (key E, or Alt and a click), or type it.")
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(said)
        typed = st.checkbox(_("Type it"), key=f"{key}-typed", help=_("Column and row of the place in pixels of the image"))
    if not typed:
        return positions
    for view in views:
        at = _typed(view, positions.get(view), key)
        positions = {**positions, view: at} if at else {name: one for name, one in positions.items() if name != view}
    return positions


def _typed(view: str, before: tuple[float, float] | None, key: str) -> tuple[float, float] | None:
    numbers: list[float | None] = []
    for n, (column, word) in enumerate(zip(st.columns(2, gap="xsmall"), (_("column"), _("row")), strict=True)):
        with column:
            value = int(before[n]) if before else None
            numbers.append(st.number_input(f"{view}, {word}", 0, 20_000, value=value, key=f"{key}-{view}-{n}-{value}", placeholder="–"))
    x, y = numbers
    return (float(x), float(y)) if x is not None and y is not None else None


def _offer(case: Case, kept: Draft, edit: Edit, key: str) -> None:
    """Lengths drawn on a view, to be used as size and place of the open lesion."""
    for one in drawn(case):
        label = _("Use {size:.1f} mm on {view}", size=one.mm[0], view=one.image["view"])
        args = (kept, edit, one)
        st.button(label, key=f"{key}-use-{one.id}", icon=":material/straighten:", type="tertiary", on_click=_use, args=args)


def point_at(case: Case, kept: Draft) -> None:
    """Where the reader pointed: the place of the open lesion on that view, or of a new lesion."""
    place = pointed(case)
    view = str(place.get("view", "")) if place else ""
    if place is None or view not in case.card.expected_parts:
        return
    now = (kept.edit.now or kept.edit.base) if kept.edit else Lesion(side="", kind="", concern=0)
    assert isinstance(now, Lesion)
    x, y = place["point"]
    there = replace(now, side=now.side or view[0], positions={**now.positions, view: (float(x), float(y))})
    if kept.edit:
        kept.refill(there)
    else:
        kept.open(there)


def drawn(case: Case) -> tuple[Measurement, ...]:
    """Measurements on a view of this exam that belong to no lesion yet."""
    views = case.card.expected_parts
    return tuple(one for one in free(case) if one.image.get("view") in views and one.mm and one.points)[:OFFERED]


def of_measurement(base: Lesion, one: Measurement) -> Lesion:
    """The lesion with the middle of what was drawn as its place on that view, and its longest size."""
    view = str(one.image["view"])
    ends = one.points[:2]
    middle = (sum(end[0] for end in ends) / len(ends), sum(end[1] for end in ends) / len(ends))
    size = round(max(one.mm[0], base.size_mm or 0.0), 1)
    return replace(base, side=base.side or view[0], positions={**base.positions, view: middle}, size_mm=size)


def _use(kept: Draft, edit: Edit, one: Measurement) -> None:
    now = edit.now or edit.base
    assert isinstance(now, Lesion)
    kept.refill(of_measurement(now, one))
    kept.attached[one.id] = ""


def _end(kept: Draft, edit: Edit, made: Lesion, key: str) -> None:
    missing = [word for said, word in ((made.side, _("side")), (made.kind, _("type")), (made.concern, _("level of concern"))) if not said]
    if missing:
        st.caption(_("Still missing: {missing}", missing=", ".join(missing)))
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Confirm"), type="primary", shortcut="Alt+Enter", key=f"{key}-confirm", disabled=bool(missing)):
            kept.keep(made)
            st.rerun()
        st.button(_("Cancel"), key=f"{key}-cancel", on_click=kept.close)
        if edit.place is not None:
            st.button(_("Remove"), key=f"{key}-remove", on_click=kept.remove)
