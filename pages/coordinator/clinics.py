"""Clinics: what is to be settled first, then today's and the coming ones; a row opens its slots."""

import streamlit as st

from core.access import Act
from core.clinics import rebooking, settling
from core.clinics.day import clinics
from pages.ui.choice import choice, pick
from pages.ui.clinics import booking, calendar, day_sheet, exceptions, plan
from pages.ui.clinics.places import places
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, literal
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
if st.query_params.get("clinic", "").isdigit():
    day_sheet.show(user, int(st.query_params["clinic"]))
    st.stop()
place = st.container()
with filters():
    programme = choice("programme", _("Programme"), programmes())
    period = choice("period", _("Period"), calendar.periods())
    site = pick("site", _("Site"), places(user))
shown = read(clinics, user, *calendar.span(period), site_id=int(site) if site else None, card_id=programme or None)
unsettled = read(settling.unsettled, user)
rebook = read(rebooking.every_programme, user)
with place, head(_("Clinics"), calendar.state_line(shown, len(unsettled), rebook.total)):
    if st.button(_("New clinics"), icon=":material/add:", type="primary"):
        plan.dialog(user)
for name in booking.asked_for(user).values():
    st.info(_("To be booked: {name}. Open a clinic and choose a free place.", name=literal(name)), icon=":material/event:")
if unsettled:
    exceptions.unsettled(user, unsettled)
if shown:
    picked = table("clinics", calendar.columns(), calendar.rows(shown), label=_("Clinics"), height="calc(100vh - 300px)")
    if picked.opened:
        st.query_params["clinic"] = picked.opened
        st.rerun()
else:
    nothing_here(_("No clinic in this period."), _("Make clinics with slots, then fill them from the invitation lists."))
if rebook.rows:
    exceptions.to_rebook(user, rebook.rows)
