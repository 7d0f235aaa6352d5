"""Making clinics: one, or the same one every week."""

from datetime import time, timedelta

import streamlit as st

from core.access import Act, Person
from core.clinics import planning
from core.clinics.planning import Wanted
from core.clock import today
from core.sites import sites
from core.workflow.programmes import cards
from pages.ui.i18n import _, n_
from pages.ui.session import did, read
from pages.ui.words import PROGRAMME


def dialog(user: Person) -> None:
    @st.dialog(_("New clinics"), position="right", width=520)
    def drawer() -> None:
        names = {site.id: site.name for site in read(sites, user.sites(Act.work_queue))}
        with st.form("new-clinics", border=False):
            site = st.selectbox(_("Site"), list(names), format_func=names.__getitem__)
            left, right = st.columns(2)
            card_id = left.selectbox(_("Programme"), sorted(cards(), reverse=True), format_func=lambda one: _(PROGRAMME[one]))
            assessment = right.selectbox(_("For"), [False, True], format_func=lambda one: _("Assessment") if one else _("Screening"))
            name = st.text_input(_("Room or van"), max_chars=120)
            left, middle, right = st.columns(3)
            first = left.date_input(_("First day"), today() + timedelta(days=7), min_value=today(), format="YYYY-MM-DD")
            start = middle.time_input(_("From"), time(9), step=900)
            weeks = right.number_input(_("Weeks"), 1, 52, 1, help=_("The same clinic on the same day of so many weeks"))
            left, middle, right = st.columns(3)
            minutes = left.number_input(_("Minutes each"), 5, 240, 20)
            slots = middle.number_input(_("Slots"), 1, 200, 9)
            places = right.number_input(_("Places each"), 1, 50, 1)
            if st.form_submit_button(_("Make"), type="primary") and site is not None and start is not None:
                wanted = Wanted(site, card_id, name, start, int(minutes), int(slots), int(places), assessment)
                days = planning.every_week(first, int(weeks))
                done = n_("The clinic is made.", "{n} clinics are made.", len(days))
                if did(planning.make, user, wanted, days, done=done):
                    st.rerun()

    drawer()
