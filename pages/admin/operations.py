"""Operations: what the machine does, what failed, and whether every process is alive."""

import streamlit as st

from core.access import Act
from core.operations import operations
from pages.ui import jobs_view
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.administer)


@st.fragment(run_every="5s")
def live() -> None:
    found = read(operations, user)
    head(_("Operations"), jobs_view.state_line(found))
    jobs_view.processes(found)
    with filters():
        state = choice("state", _("State"), jobs_view.states(), counts=found.counts)
    rows = jobs_view.rows(found.jobs, state)
    if not rows:
        nothing_here(_("No job is in this state."), _("Jobs begin when images are uploaded or received."))
        return
    picked = table("jobs", jobs_view.columns(), rows, label=_("Jobs"), height="calc(100vh - 400px)")
    if picked.action:
        jobs_view.try_again(user, picked.action[0])


live()
