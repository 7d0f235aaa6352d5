"""Settling a case: by one doctor or by several, with the consequence before the click."""

from datetime import datetime

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow import arbitration
from core.workflow.arbitration import ArbitrationCase, Colleague
from core.workflow.opinion_check import problems
from core.workflow.reading import Opinion, consequence
from pages.ui.case_parts.draft import draft, forget
from pages.ui.i18n import _, show
from pages.ui.session import act
from pages.ui.viewer import prior
from pages.ui.words import DECISION


def authors(found: ArbitrationCase) -> list[int]:
    """Those who settle the case together with this person; empty alone."""
    exam_id = found.case.exam_id
    ways = ["alone", "panel"] if found.alone else ["panel"]
    words = {"alone": _("I settle it alone"), "panel": _("Together with others")}
    way = st.segmented_control(
        _("Who settles it"), ways, default=ways[0], format_func=words.__getitem__, key=f"way-{exam_id}", required=True
    )
    if way != "panel":
        return []
    known = {one.user_id: _named(one) for one in found.colleagues}
    chosen = st.multiselect(
        _("The others"), list(known), format_func=known.__getitem__, key=f"authors-{exam_id}", placeholder=_("Choose colleagues")
    )
    if not found.alone:
        st.caption(_("You read this case yourself, so at least one more doctor has to settle it with you."))
    return list(chosen)


def settle(found: ArbitrationCase, user: Person, chosen: Opinion | None, others: list[int], opened_at: datetime) -> None:
    """The button that is always in sight; every author's name stands with the decision."""
    case = found.case
    wrong = _against(found, chosen, others)
    with st.container(key="case_sign", gap="xsmall"):
        if chosen is None:
            st.caption(_("Choose {scheme} and the decision to settle the case.", scheme=case.card.scheme))
        else:
            effect = consequence(case.card, chosen.decision, today(), chosen.category, exam_date=case.exam_date)
            st.caption(_("Final at once. {consequence}", consequence=effect))
        if wrong:
            st.markdown(f":red[:material/error:] {wrong}")
        label = _("Settle")
        if chosen is not None:
            label = _("Settle: {category}, {decision}", category=chosen.category, decision=_(DECISION[chosen.decision]))
        off = chosen is None or bool(wrong)
        if st.button(label, type="primary", width="stretch", disabled=off, shortcut="Ctrl+Enter", key=f"settle-{case.exam_id}") and chosen:
            done = act(arbitration.submit, user, case.exam_id, chosen, authors=others, opened_at=opened_at, priors=prior.seen(case.exam_id))
            if done is not None:
                forget(case.exam_id)
                st.session_state["settled"] = show(done.sentence)
                st.switch_page("pages/doctor/arbitration.py")


def _against(found: ArbitrationCase, chosen: Opinion | None, others: list[int]) -> str:
    """What has to be put right first; "" where nothing is wrong."""
    if draft(found.case.exam_id).edit is not None:
        return _("A finding is still open in the form: confirm it or cancel it.")
    if st.session_state.get(f"way-{found.case.exam_id}", "") == "panel" and not others:
        return _("Choose who settles it with you.")
    return show(next(problems(chosen, found.case.card), None), empty="") if chosen is not None else ""


def _named(one: Colleague) -> str:
    return _("{name} (read this case)", name=one.name) if one.read_it else one.name
