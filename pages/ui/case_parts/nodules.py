"""The reader's own nodules: a line each, and the AI's marks to be taken over, changed or dismissed one by one where AI may be seen."""

from dataclasses import replace

import streamlit as st

from core.workflow.ai import FindingLine
from core.workflow.appearance import appearance
from core.workflow.differences import DISMISSED
from core.workflow.lung_beside import lung_rads_line
from core.workflow.opinion_parts import NODULES, SIDES, NoduleFinding
from core.workflow.prefill import nodule_of
from core.workflow.reading import Case
from core.workflow.slices import Slices
from pages.ui.case_parts.draft import Draft, draft, marks
from pages.ui.case_parts.nodule_form import nodule_form
from pages.ui.case_parts.nodule_measure import diameters, of_measurement, point_at
from pages.ui.case_parts.nodule_words import core, traits
from pages.ui.i18n import _, n_, number, show


def nodules(case: Case, slices: Slices | None) -> None:
    """Everything about nodules that is not the AI's table: quiet while nothing is described."""
    kept = draft(case.exam_id)
    point_at(case, kept, slices)
    with st.container(key="case_nodules", gap=None):
        _head(case, kept)
        for place, nodule in enumerate(kept.nodules):
            _line(case, kept, place, nodule)
        if kept.edit is not None and isinstance(kept.edit.base, NoduleFinding):
            nodule_form(case, kept, kept.edit, slices)
            return
        _drawn(case, kept, slices)
        if marks(case):
            _marks(case, kept, slices)


def _head(case: Case, kept: Draft) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="case_nodules_head"):
        title = n_("Your nodule", "Your nodules", len(kept.nodules)) if kept.nodules else _("Your nodules")
        st.header(title, anchor=False)
        new = NoduleFinding(name=kept.next_name(), kind="")
        st.button(
            _("Add a nodule"), icon=":material/add:", type="tertiary", shortcut="Alt+N", key=f"add-nodule-{case.exam_id}",
            on_click=kept.open, args=(new,),
        )  # fmt: skip


def _line(case: Case, kept: Draft, place: int, nodule: NoduleFinding) -> None:
    """One nodule with the category that the rule gives it alone; opens its form."""
    alone = lung_rads_line([nodule], baseline=case.baseline)
    category = alone.category or "–"
    why = "  \n".join(map(show, (*alone.because, *alone.gaps)))
    label = _("{nodule} → {category}", nodule=words(nodule), category=category)
    with st.container(key=f"case_nodule_{place}"):
        st.button(
            label,
            key=f"nodule-{case.exam_id}-{place}",
            type="tertiary",
            width="stretch",
            help=why,
            on_click=kept.open,
            args=(nodule, place),
        )


def _drawn(case: Case, kept: Draft, slices: Slices | None) -> None:
    """Diameters that were drawn and belong to nothing yet become a nodule with one click."""
    for one in diameters(case):
        label = _("Nodule of {long:.1f} × {short:.1f} mm as measured", long=one.mm[0], short=one.mm[1])
        new = of_measurement(kept.next_name(), one, slices)
        st.button(
            label,
            key=f"drawn-{case.exam_id}-{one.id}",
            icon=":material/straighten:",
            type="tertiary",
            on_click=_take,
            args=(kept, new, one.id),
        )


def _take(kept: Draft, new: NoduleFinding, measurement: str) -> None:
    kept.open(new)
    kept.attached[measurement] = new.name


def words(nodule: NoduleFinding) -> str:
    """ "1 · Solid 7.0 mm · RUL"; a size that is missing is said."""
    size = nodule.mean_diameter_mm
    kind = _(NODULES[nodule.kind]) if nodule.kind in NODULES else _("type not chosen")
    parts = [nodule.name, f"{kind} {size:.1f} mm" if size is not None else kind]
    parts += [nodule.lobe or _(SIDES.get(nodule.side, ""))] if nodule.lobe or nodule.side else []
    return " · ".join(parts)


def _marks(case: Case, kept: Draft, slices: Slices | None) -> None:
    """The AI's marks as drafts; each stays the AI's until the reader takes it over."""
    found = {one.number: one for one in marks(case)}
    taken = {nodule.from_mark for nodule in kept.nodules}
    names = {n: f"{n} ✓" if n in taken else f"{n} ✕" if n in kept.dismissed else str(n) for n in found}
    key = f"mark-{case.exam_id}"
    chosen = st.pills(_("AI marks to judge"), list(found), format_func=names.__getitem__, key=key, on_change=_jump, args=(case, key))
    if chosen is None:
        return
    mark = found[chosen]
    draft_of = nodule_of(mark, slices, case.changes.get(chosen))
    if chosen in taken:
        st.caption(_("Taken over into your nodules."))
    elif chosen in kept.dismissed:
        _dismissed(case, kept, chosen)
    else:
        seen = appearance(mark.detail)
        said = [words(draft_of), *filter(None, (core(seen),)), *traits(seen)]
        st.caption(f":orange[{_('AI')}] {', '.join(said)}{_volume(draft_of)}")
        _judge(case, kept, mark, draft_of)


def _jump(case: Case, key: str) -> None:
    """The viewer goes to the mark that is being judged."""
    number_ = st.session_state.get(key)
    if number_ is not None:
        st.session_state[f"goto-{case.exam_id}"] = (number_, st.session_state.get(f"goto-{case.exam_id}", (None, 0))[1] + 1)


def _judge(case: Case, kept: Draft, mark: FindingLine, drafted: NoduleFinding) -> None:
    with st.container(horizontal=True, gap="small"):
        about = _("Opens the form with the AI's values, which you confirm or change")
        st.button(_("Take over"), key=f"take-{case.exam_id}", help=about, on_click=kept.open, args=(_named(kept, drafted),))
        key = f"dismiss-{case.exam_id}-{mark.number}"
        st.selectbox(
            _("Not a nodule"), [*DISMISSED], index=None, format_func=lambda one: _(DISMISSED[one]), key=key, width=150,
            placeholder=_("Not a nodule …"), label_visibility="collapsed", on_change=_dismiss, args=(kept, mark.number, key),
        )  # fmt: skip


def _dismiss(kept: Draft, number_: int, key: str) -> None:
    why = st.session_state.get(key)
    if why is not None:
        kept.dismissed[number_] = why


def _dismissed(case: Case, kept: Draft, number_: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("Not a nodule: {reason}.", reason=_(DISMISSED[kept.dismissed[number_]])))
        st.button(_("Undo"), key=f"undismiss-{case.exam_id}", type="tertiary", on_click=kept.reconsider, args=(number_,))


def _named(kept: Draft, nodule: NoduleFinding) -> NoduleFinding:
    return replace(nodule, name=kept.next_name(nodule.name))


def _volume(nodule: NoduleFinding) -> str:
    return "" if nodule.volume_mm3 is None else f", {number(round(nodule.volume_mm3))} mm³"
