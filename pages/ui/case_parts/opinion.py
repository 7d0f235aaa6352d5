"""The doctor's opinion and the programme's decision, with what signing sets in motion said before the click."""

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow.reading import Case, Opinion, consequence, submit, suggestion
from db.enums import ExamKind, ProgrammeDecision
from pages.ui.case_parts.opened import opened_at
from pages.ui.i18n import N_, _, show
from pages.ui.session import act
from pages.ui.words import DECISION

DENSITIES = ("A", "B", "C", "D")
SHORT = {
    ProgrammeDecision.routine_recall: N_("Routine"),
    ProgrammeDecision.short_term_recall: N_("Short-term"),
    ProgrammeDecision.assessment: N_("Assess"),
    ProgrammeDecision.technical_recall: N_("Technical"),
}


def opinion(case: Case) -> Opinion | None:
    """The form; the opinion once category and decision are chosen."""
    card = case.card
    codes = [category.code for category in card.categories]
    code = st.segmented_control(
        _("Your opinion: {scheme}", scheme=card.scheme), codes, key=_key(case, "category"), on_change=_usual, args=(case,)
    )
    density = None
    if case.kind is ExamKind.mammography:
        density = st.segmented_control(_("Breast density"), DENSITIES, key=_key(case, "density"))
    words = {decision: _(SHORT[decision]) for decision in card.decisions}
    decision = st.segmented_control(_("Programme decision"), list(words), format_func=words.__getitem__, key=_key(case, "decision"))
    note = st.text_area(
        _("Note"), key=_key(case, "note"), max_chars=2000, height=68, placeholder=_("Note (optional)"), label_visibility="collapsed"
    )
    if not code or not decision:
        return None
    said = suggestion(case)
    return Opinion(code, decision, note=note, density=density, suggestion=str(said.text))


def sign(case: Case, user: Person, chosen: Opinion | None) -> None:
    """The button that is always in sight, and the consequence above it."""
    with st.container(key="case_sign", gap="xsmall"):
        if chosen is None:
            st.caption(_("Choose {scheme} and the decision to sign.", scheme=case.card.scheme))
        else:
            known = case.card.category(chosen.category)
            effect = consequence(case.card, chosen.decision, today(), chosen.category, exam_date=case.exam_date)
            st.caption(f"{_(known.name)}. {show(effect)}" if known else show(effect))
        label = _("Sign")
        if chosen is not None:
            label = _("Sign: {category}, {decision}", category=chosen.category, decision=_(DECISION[chosen.decision]))
        pressed = st.button(label, type="primary", width="stretch", disabled=chosen is None, shortcut="Ctrl+Enter", key=_key(case, "sign"))
        if pressed and chosen is not None:
            _sign(case, user, chosen)


def _sign(case: Case, user: Person, chosen: Opinion) -> None:
    run_id = case.ai.run_id if case.ai else None
    signed = act(
        submit, user, case.exam_id, chosen, saw_ai=case.ai is not None, run_id=run_id, opened_at=opened_at(case.exam_id)
    )  # fmt: skip
    if signed is not None:
        st.session_state[_key(case, "signed")] = signed.sentence
        st.rerun()


def _usual(case: Case) -> None:
    """The decision that usually follows the chosen category is offered; the reader may change it."""
    code = st.session_state.get(_key(case, "category"))
    known = case.card.category(code) if code else None
    if known is not None:
        st.session_state[_key(case, "decision")] = ProgrammeDecision(known.usual)


def _key(case: Case, name: str) -> str:
    return f"{name}-{case.exam_id}"
