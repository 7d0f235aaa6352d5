"""Today: what needs the coordinator now; everything that is fine is a quiet line below."""

import streamlit as st

from core.access import Act
from core.workflow.prior_requests import open_requests
from core.workflow.today import overview
from pages.ui import prior_requests, today_view
from pages.ui.frame import head
from pages.ui.i18n import _
from pages.ui.session import read, require

user = require(Act.work_queue)


@st.fragment(run_every="20s")
def live() -> None:
    found = read(overview, user)
    with head(_("Today"), today_view.state_line(found)):
        st.page_link("pages/coordinator/upload.py", label=_("Upload images"), icon=":material/upload:")
    left, middle, right = st.columns(3, gap="medium")
    with left:
        today_view.recalls(found)
    with middle:
        today_view.cases(found)
    with right:
        today_view.failures(found)
    today_view.net(found)
    prior_requests.line(read(open_requests, user))
    today_view.pulse(found)


live()
