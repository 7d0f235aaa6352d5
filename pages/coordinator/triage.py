"""The triage queue: every case that waits, the most urgent first, each with the reason for its rank."""

import streamlit as st

from core.access import Act
from core.workflow import triage
from pages.ui import queue
from pages.ui.case_actions import claim_next, for_ticked, one
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.see_queue)
works = user.may(Act.work_queue) or user.may(Act.read_cases)


@st.fragment(run_every="5s")
def live() -> None:
    wanted = queue.wanted()
    found = read(triage.worklist, user, wanted)
    with head(_("Triage queue"), queue.state_line(found)):
        if user.may(Act.read_cases) and st.button(_("Claim next"), type="primary", icon=":material/play_arrow:"):
            claim_next(user, wanted.programme)
    with filters():
        choice("programme", _("Programme"), queue.programmes())
        choice("state", _("State"), queue.states(found, wanted.state), counts=found.counts_by_state)
        st.text_input(
            _("Search"), key="search", placeholder=_("Name or number"), label_visibility="collapsed", width=200, bind="query-params"
        )
        bar = st.container(horizontal=True, width="content")
    if not found.rows:
        nothing_here(*queue.empty(found))
        return
    rows = queue.rows(queue.distribution(found), user)
    picked = table("queue", queue.columns(works), rows, label=_("Triage queue"), selectable=works, height="calc(100vh - 360px)")
    if picked.opened:
        st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})
    if picked.action:
        one(user, *picked.action)
    if picked.selected:
        with bar:
            for_ticked(user, picked.selected)


live()
