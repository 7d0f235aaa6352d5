"""Cohorts: saved selections of participants, in versions that can be compared, frozen and exported."""

import streamlit as st

from core.access import Act
from core.cohorts.cohorts import cohort, cohorts
from core.sites import sites
from pages.ui.cohorts import cohort_detail, cohort_form, cohorts_view
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.session import read, require

user = require(Act.work_queue)
known = read(cohorts, user)
places = {site.id: site.name for site in read(sites, user.sites(Act.work_queue))}
with head(_("Cohorts"), n_("**{n} cohort** is saved.", "**{n} cohorts** are saved.", len(known))):
    if st.button(_("New cohort"), type="primary", icon=":material/add:"):
        cohort_form.new(user, places)
if not known:
    nothing_here(
        _("A cohort is a selection of participants that is saved by name: by programme, site, age, risk, round or last result."),
        _("Press “New cohort”. Each change is a version of its own, and the people of a day can be frozen."),
    )
    st.stop()
left, right = st.columns([1, 3], gap="medium")
with left:
    cohorts_view.choose(known)
with right:
    cohort_detail.show(user, read(cohort, user, cohorts_view.asked(known)), places)
