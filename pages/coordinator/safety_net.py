"""The safety net: everything that somebody must do for a participant, the longest overdue first."""

import streamlit as st

from core.access import Act
from core.safety_net.overview import overview
from core.sites import sites
from pages.ui import people
from pages.ui.choice import choice, pick
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.safety_net import rounds_view, view
from pages.ui.safety_net.drawer import drawer
from pages.ui.safety_net.words import LISTS
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
places = view.places(user, {site.id: site.name for site in read(sites, user.sites(Act.work_queue))})
found = read(overview, user, view.wanted(places), page=people.page())
head(_("Safety net"), view.state_line(found))
with filters():
    name = choice("list", _("List"), {key: _(word) for key, word in LISTS.items()}, counts=found.counts)
    programme = choice("programme", _("Programme"), rounds_view.programmes_of(name))
with filters():
    if name != "rounds":
        pick("kind", _("Kind"), view.kinds(found), width=280)
    site = pick("site", _("Site"), places, width=240) if len(places) > 2 else ""
    if name != "rounds":
        st.text_input(
            _("Search"), key="search", placeholder=_("Name or number"), label_visibility="collapsed", width=240, bind="query-params"
        )
if name == "rounds":
    rounds_view.show(user, programme, site)
elif not found.rows:
    nothing_here(*view.empty(found, name))
else:
    picked = table("tasks", view.columns(), view.rows(found.rows, user), label=_("Safety net"), height="calc(100vh - 340px)")
    people.pages(found.total)
    if picked.opened:
        drawer(user, next(row for row in found.rows if str(row.task_id) == picked.opened))
