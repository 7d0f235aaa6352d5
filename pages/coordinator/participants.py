"""Participants: found by name or number, each with where they stand; a row opens the record."""

import streamlit as st

from core.access import Act
from core.cohorts.cohorts import cohorts
from core.cohorts.people import people as listed
from core.sites import sites
from pages.ui import people
from pages.ui.choice import choice, pick
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.see_participants)
places = {"": _("Every site"), **{str(site.id): site.name for site in read(sites, user.sites(Act.see_participants))}}
groups = {"": _("No cohort"), **{str(one.id): one.name for one in read(cohorts, user)}}
top = st.container()
with filters():
    text = st.text_input(_("Search"), key="search", placeholder=_("Name, hospital number or FL number"), label_visibility="collapsed",
                         width=260, bind="query-params")  # fmt: skip
    programme = choice("programme", _("Programme"), programmes())
    stands = pick("stands", _("Where they stand"), people.stands(), width=170)
    site = pick("site", _("Site"), places, width=170) if len(places) > 2 else ""
    group = pick("cohort", _("Cohort"), groups, width=170) if len(groups) > 1 else ""
    order = pick("order", _("Order"), people.orders(), width=160)
found = read(
    listed, user, text, page=people.page(), size=people.SIZE, programme=programme, stands=stands, order=order,
    site_id=int(site) if site else None, cohort_id=int(group) if group else None,
)  # fmt: skip
with top, head(_("Participants"), n_("**{n} participant** fits.", "**{n} participants** fit.", found.total)):
    if user.may(Act.upload):
        st.page_link("pages/coordinator/lists.py", label=_("Take in a list"), icon=":material/upload_file:")
if not found.rows:
    nothing_here(
        _("No participant fits."),
        _("Search by the beginning of a name or number; participants are registered when their images come in, or by a list."),
    )
    st.stop()
picked = table("participants", people.columns(), people.rows(found.rows, user), label=_("Participants"), height="calc(100vh - 300px)")
people.pages(found.total)
if picked.opened:
    page = "pages/coordinator/record.py" if people.page_of(user) == "record" else "pages/doctor/participant.py"
    st.switch_page(page, query_params={"participant": picked.opened})
