"""One participant: who it is, how to reach them, what is known of them, and what is open. The history has a page of its own."""

import streamlit as st

from core.access import Act
from core.cohorts.record import record
from pages.ui.clinics import panel as clinics
from pages.ui.cohorts import record_view
from pages.ui.eligibility import panel as eligibility
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _, literal
from pages.ui.safety_net import panel as safety_net
from pages.ui.session import read, require

user = require(Act.see_participants)
asked = st.query_params.get("participant", "")
if not asked.isdigit():
    head(_("Record"))
    nothing_here(_("A participant's record opens from the list of participants."), _("Search there by name or number."))
    st.page_link("pages/coordinator/participants.py", label=_("Participants"), icon=":material/group:")
    st.stop()
found = read(record, user, int(asked))
with head(literal(found.line.name), record_view.state_line(found)):
    st.page_link("pages/doctor/participant.py", label=_("History"), icon=":material/history:", query_params={"participant": asked})
record_view.merges(found)
safety_net.show(user, found.line.id)
left, right = st.columns(2, gap="large")
with left:
    record_view.identity(found)
    record_view.reach(user, found)
    record_view.standing(user, found)
with right:
    eligibility.show(user, found.line.id)
    record_view.facts(found)
clinics.show(user, found.line.id)
