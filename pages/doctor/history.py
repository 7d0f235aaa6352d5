"""What this doctor has signed, and what is known of it since."""

import streamlit as st

from core.access import Act
from core.workflow.own_reads import own_reads
from pages.ui import signed
from pages.ui.choice import asked, choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.read_cases)
found = read(own_reads, user, programme=asked("programme", programmes(), "") or None)
head(_("My reads"), signed.state_line(found))
with filters():
    choice("programme", _("Programme"), programmes())
if not found:
    nothing_here(_("You have signed no case yet."), _("Start with the reading list."))
    st.stop()
picked = table("signed", signed.columns(), signed.rows(found, user), label=_("My reads"), height="calc(100vh - 240px)")
if picked.opened:
    st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})
