"""Cases whose reads do not settle them: the list, and one case with both opinions, its images and the decision."""

from pathlib import Path

import streamlit as st

from core.access import Act
from core.workflow import arbitration
from pages.ui import arbitration_case, arbitration_list, case_parts
from pages.ui.choice import asked, choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.shell import ASSETS
from pages.ui.tables import table

user = require(Act.read_cases)
named = st.query_params.get("exam", "")
if named.isdecimal() and len(named) < 18:
    st.html(Path(case_parts.__file__).with_name("case.css"))
    st.html(ASSETS / "reading.css")
    found, since = arbitration_case.opened(user, int(named))
    with st.container(key="case_body", horizontal=True, gap="small"):
        with st.container(width="stretch", key="case_view"):
            arbitration_case.images(found, user)
        with st.container(width=440, key="case_panel", gap=None):
            arbitration_case.panel(found, user, since)
    st.stop()
waiting = read(arbitration.worklist, user, programme=asked("programme", programmes(), "") or None)
with head(_("Arbitration"), arbitration_list.state_line(waiting)):
    pass
with filters():
    choice("programme", _("Programme"), programmes())
if "settled" in st.session_state:
    st.markdown(f":green[:material/check_circle:] **{st.session_state.pop('settled')}**")
if not waiting:
    nothing_here(_("Cases on which readers disagree wait here for a third opinion."), _("None waits now."))
    st.stop()
rows = arbitration_list.rows(waiting, user)
picked = table("arbitration", arbitration_list.columns(), rows, label=_("Arbitration"), height="calc(100vh - 240px)")
if picked.opened:
    st.switch_page("pages/doctor/arbitration.py", query_params={"exam": picked.opened})
