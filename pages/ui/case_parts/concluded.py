"""After signing, or for a case that cannot be signed now: what was decided, by whom, and the way on."""

import streamlit as st

from core.access import Act, Person
from core.workflow.reading import Case
from pages.ui import waiting
from pages.ui.case_parts.taking_back import open_steps
from pages.ui.history_documents import for_case
from pages.ui.i18n import _, moment, show
from pages.ui.words import DECISION


def concluded(case: Case, user: Person) -> None:
    """What stands in the place of the form."""
    signed = st.session_state.get(f"signed-{case.exam_id}")
    if signed is not None:
        st.markdown(f":green[:material/check_circle:] **{show(signed)}**")
    elif case.why_not is not None:
        st.markdown(f":material/info: {show(case.why_not)}")
    open_steps(case, user)
    if user.may(Act.read_cases):
        with st.container(horizontal=True):
            if st.button(_("Next case"), type="primary", icon=":material/arrow_forward:", shortcut="Ctrl+Enter"):
                waiting.next_case(user)
            if st.button(_("Reading list")):
                st.switch_page("pages/doctor/reading_list.py")
    if case.decision is not None:
        st.header(_("Decision"), anchor=False)
        decision = _(DECISION[case.decision.decision])
        st.markdown(f"**{case.card.scheme} {case.decision.category} · {decision}**")
        st.caption(_("{name}, {at}", name=case.decision.author, at=moment(case.decision.at)))
        for_case(user, case.exam_id)
