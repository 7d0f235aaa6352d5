"""The cases that wait for this doctor: what is in hand first, then the most urgent and the oldest."""

import streamlit as st

from core.access import Act
from core.workflow import arbitration, triage
from pages.ui import waiting
from pages.ui.case_actions import one
from pages.ui.choice import asked, choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.read_cases)


@st.fragment(run_every="10s")
def live() -> None:
    programme = asked("programme", programmes(), "") or None
    mine, others = waiting.lists(read(triage.worklist, user, triage.Filters(programme=programme, state="all")), user)
    with head(_("Reading list"), waiting.state_line(mine, others)):
        words = _("Read on") if mine else _("Start reading")
        if (mine or others) and st.button(words, type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter"):
            waiting.read_on(user, programme, mine)
    waiting.arbitrations(len(read(arbitration.worklist, user, programme=programme)))
    with filters():
        choice("programme", _("Programme"), programmes())
    if not (mine or others):
        nothing_here(_("No case waits for you."), _("New cases appear here by themselves when their images are complete."))
        return
    rows = waiting.rows(mine, others, user)
    picked = table("reading", waiting.columns(), rows, label=_("Reading list"), height="calc(100vh - 240px)")
    if picked.action:
        one(user, *picked.action)
    if picked.opened:
        st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})


live()
