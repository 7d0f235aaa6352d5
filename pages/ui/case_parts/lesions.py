"""What a reader describes of breasts: an assessment and category of each, lesions with their places; a normal case needs none of it."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.comparison import lesion_words
from core.workflow.opinion_parts import ASSESSMENTS, SIDES, Lesion
from core.workflow.prefill import lesion_of
from core.workflow.reading import Case
from pages.ui.case_parts.draft import Draft, draft, marks
from pages.ui.case_parts.keys import key
from pages.ui.case_parts.lesion_form import drawn, lesion_form, of_measurement, point_at
from pages.ui.i18n import _, n_, show

WEIGHT = ("1", "2", "3", "0", "6", "4A", "4B", "4C", "5")
"""From least to most for the category offered for the whole exam; the reader may choose another."""


def lesions(case: Case) -> None:
    """Breasts and lesions in the panel: one quiet line while nothing is described."""
    kept = draft(case.exam_id)
    point_at(case, kept)
    with st.container(key="case_lesions", gap=None):
        _head(case, kept)
        if st.session_state.get(key(case, "by-breast")) or assessments(case) or per_side(case):
            _breasts(case)
        for place, lesion in enumerate(kept.lesions):
            _line(case, kept, place, lesion)
        if kept.edit is not None and isinstance(kept.edit.base, Lesion):
            lesion_form(case, kept, kept.edit)
            return
        for one in drawn(case):
            label = _("Lesion of {size:.1f} mm on {view} as measured", size=one.mm[0], view=one.image["view"])
            new = of_measurement(Lesion(side="", kind="", concern=0), one)
            st.button(
                label, key=f"drawn-{case.exam_id}-{one.id}", icon=":material/straighten:", type="tertiary", on_click=_take,
                args=(kept, new, one.id),
            )  # fmt: skip
        if marks(case):
            _marks(case, kept)


def _take(kept: Draft, new: Lesion, measurement: str) -> None:
    kept.open(new)
    kept.attached[measurement] = ""


def assessments(case: Case) -> dict[str, str]:
    """What was said of each breast: normal, clinical or abnormal."""
    said = {side: st.session_state.get(key(case, f"assessed-{side}")) for side in SIDES}
    return {side: str(one) for side, one in said.items() if one}


def per_side(case: Case) -> dict[str, str]:
    """The category of each breast where one was chosen."""
    said = {side: st.session_state.get(key(case, f"category-{side}")) for side in SIDES}
    return {side: str(one) for side, one in said.items() if one}


def _head(case: Case, kept: Draft) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="xsmall", key="case_lesions_head"
    ):
        st.header(n_("Your lesion", "Your lesions", len(kept.lesions)) if kept.lesions else _("Your lesions"), anchor=False)
        st.checkbox(_("Each breast"), key=key(case, "by-breast"), width="content")
        st.button(
            _("Add"), icon=":material/add:", type="tertiary", shortcut="Alt+N", key=key(case, "add-lesion"), help=_("Add a lesion"),
            on_click=kept.open, args=(Lesion(side="", kind="", concern=0),),
        )  # fmt: skip


def _breasts(case: Case) -> None:
    """Right and left in one row each; the heavier category is offered for the whole exam."""
    codes = [category.code for category in case.card.categories]
    for side, word in SIDES.items():
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"case_breast_{side}"):
            st.segmented_control(
                _("{side} breast", side=_(word)).capitalize(), list(ASSESSMENTS), format_func=lambda one: _(ASSESSMENTS[one]),
                key=key(case, f"assessed-{side}"), width="content",
            )  # fmt: skip
            st.selectbox(
                _("Category"), codes, index=None, placeholder="–", key=key(case, f"category-{side}"), width=76, on_change=_whole,
                args=(case,), label_visibility="collapsed",
            )  # fmt: skip


def _whole(case: Case) -> None:
    codes = per_side(case).values()
    if codes:
        heaviest = max(codes, key=lambda code: WEIGHT.index(code) if code in WEIGHT else 0)
        st.session_state[key(case, "category")] = heaviest
        known = case.card.category(heaviest)
        if known is not None:
            st.session_state[key(case, "decision")] = known.usual


def _line(case: Case, kept: Draft, place: int, lesion: Lesion) -> None:
    label = f"{_(SIDES[lesion.side])} · {show(lesion_words(lesion))}"
    views = ", ".join(lesion.positions) or _("no place")
    with st.container(key=f"case_lesion_{place}"):
        st.button(
            label,
            key=f"lesion-{case.exam_id}-{place}",
            type="tertiary",
            width="stretch",
            help=views,
            on_click=kept.open,
            args=(lesion, place),
        )


def _marks(case: Case, kept: Draft) -> None:
    """The AI's regions, each of which may become a lesion; the AI names no type and no level of concern."""
    found = {one.number: one for one in marks(case)}
    taken = {lesion.from_mark for lesion in kept.lesions}
    if set(found) <= taken:
        return
    names = {n: f"{n} {mark.laterality}-{mark.view}" for n, mark in found.items()}
    left: Sequence[int] = [n for n in found if n not in taken]
    chosen = st.pills(_("Make a lesion of an AI mark"), left, format_func=names.__getitem__, key=f"lesion-mark-{case.exam_id}-{kept.turn}")
    if chosen is not None:
        kept.open(lesion_of(found[chosen], "", 0))
        st.rerun()
