"""Protocols: nodules of concluded exams after which published protocols ask for different next steps."""

import streamlit as st

from core.access import Act
from core.protocols.queue import queue
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.protocols import view
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.read_cases)
place = st.container()
with filters():
    origin = view.origin()
view.begins_anew(origin)
found = read(queue, user, origin=origin, before=view.before())
with place:
    head(_("Where protocols disagree"), view.state_line(found))
if found.rows:
    table("protocols", view.columns(), view.rows(found.rows, user), label=_("Where protocols disagree"), height="calc(100vh - 320px)")
    st.caption(_("Each protocol is asked with what it measures by; millimetres and cubic millimetres are never converted."))
else:
    nothing_here(
        _("No nodule here is judged differently by Lung-RADS, NELSON, BTS and the European statement."),
        _("Nodules appear when an exam with measured nodules is concluded."),
    )
view.pages(found)
