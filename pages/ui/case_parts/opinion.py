"""The doctor's opinion and the programme's decision, with what signing sets in motion said before the click."""

from dataclasses import replace

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow.differences import against_ai
from core.workflow.opinion_check import problems
from core.workflow.reading import Case, Opinion, consequence, submit, suggestion
from core.workflow.slices import Slices
from db.enums import ExamKind, ProgrammeDecision
from pages.ui.case_parts import rules
from pages.ui.case_parts.draft import draft, forget, marks, measured, own
from pages.ui.case_parts.keys import key
from pages.ui.case_parts.lesions import assessments, lesions, per_side
from pages.ui.case_parts.nodules import nodules
from pages.ui.case_parts.note import note
from pages.ui.case_parts.opened import opened_at
from pages.ui.case_parts.technical import technical
from pages.ui.i18n import N_, _, show
from pages.ui.session import act
from pages.ui.viewer.prior import seen
from pages.ui.words import DECISION

DENSITIES = ("A", "B", "C", "D")
SHORT = {
    ProgrammeDecision.routine_recall: N_("Routine"),
    ProgrammeDecision.short_term_recall: N_("Short-term"),
    ProgrammeDecision.assessment: N_("Assess"),
    ProgrammeDecision.technical_recall: N_("Technical"),
}


def described(case: Case, user: Person, slices: Slices | None) -> None:
    """The part of the form that stands among the evidence: nodules or lesions, and what the rules say of them."""
    if case.kind is ExamKind.lung_ct:
        nodules(case, slices)
    else:
        lesions(case)
    rules.rules(case, user)


def opinion(case: Case) -> Opinion | None:
    """The part that is always in sight; the opinion once category and decision are chosen."""
    card = case.card
    codes = [category.code for category in card.categories]
    code = st.segmented_control(
        _("Your opinion: {scheme}", scheme=card.scheme), codes, key=key(case, "category"), on_change=_usual, args=(case,)
    )
    density = None
    if case.kind is ExamKind.mammography:
        density = st.segmented_control(_("Breast density"), DENSITIES, key=key(case, "density"))
    words = {decision: _(SHORT[decision]) for decision in card.decisions}
    decision = st.segmented_control(_("Programme decision"), list(words), format_func=words.__getitem__, key=key(case, "decision"))
    views = technical(case) if decision is ProgrammeDecision.technical_recall else ()
    text = note(case)
    if not code or not decision:
        return None
    return _with_details(case, Opinion(code, decision, note=text, density=density, views=views))


def _with_details(case: Case, said: Opinion) -> Opinion:
    """With everything described, what the rule said beside it, and what became of the AI's marks where they were in sight."""
    kept, found = draft(case.exam_id), own(case)
    differences = against_ai(found, [one.number for one in marks(case)], kept.dismissed, kept.lesions) if case.ai else ()
    whole = replace(
        said, assessments=assessments(case), per_side=per_side(case), lesions=tuple(kept.lesions), nodules=found,
        measurements=measured(case), differences=differences,
    )  # fmt: skip
    by_rule = next((line.said for line in rules.said_now(case, None, whole) if line.category), suggestion(case).text)
    return replace(whole, suggestion=by_rule.to_json())


def sign(case: Case, user: Person, chosen: Opinion | None) -> None:
    """The button that is always in sight, and above it the consequence and everything that speaks against it."""
    with st.container(key="case_sign", gap="xsmall"):
        wrong = _against(case, chosen)
        if chosen is None:
            st.caption(_("Choose {scheme} and the decision to sign.", scheme=case.card.scheme))
        else:
            rules.warnings(rules.said_now(case, None, chosen))
            known = case.card.category(chosen.category)
            effect = consequence(case.card, chosen.decision, today(), chosen.category, exam_date=case.exam_date)
            st.caption(f"{_(known.name)}. {show(effect)}" if known else show(effect))
        if wrong:
            st.markdown(f":red[:material/error:] {wrong}")
        label = _("Sign")
        if chosen is not None:
            label = _("Sign: {category}, {decision}", category=chosen.category, decision=_(DECISION[chosen.decision]))
        off = chosen is None or bool(wrong)
        pressed = st.button(label, type="primary", width="stretch", disabled=off, shortcut="Ctrl+Enter", key=key(case, "sign"))
        if pressed and chosen is not None:
            _sign(case, user, chosen)


def _against(case: Case, chosen: Opinion | None) -> str:
    """What has to be put right before the opinion can be signed, the first of it; "" where nothing is wrong."""
    if draft(case.exam_id).edit is not None:
        return _("A finding is still open in the form: confirm it or cancel it.")
    found = next(problems(chosen, case.card), None) if chosen is not None else None
    return show(found, empty="")


def _sign(case: Case, user: Person, chosen: Opinion) -> None:
    run_id = case.ai.run_id if case.ai else None
    signed = act(
        submit, user, case.exam_id, chosen, saw_ai=case.ai is not None, run_id=run_id, opened_at=opened_at(case.exam_id),
        priors=seen(case.exam_id),
    )  # fmt: skip
    if signed is not None:
        forget(case.exam_id)
        st.session_state[key(case, "signed")] = signed.sentence
        st.rerun()


def _usual(case: Case) -> None:
    """The decision that usually follows the chosen category is offered; the reader may change it."""
    code = st.session_state.get(key(case, "category"))
    known = case.card.category(code) if code else None
    if known is not None:
        st.session_state[key(case, "decision")] = ProgrammeDecision(known.usual)
