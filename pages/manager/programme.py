"""The programme's figures: what breaches its band first, then every indicator with counts, interval and the cases behind it."""

import streamlit as st

from core.access import Act
from core.sites import sites
from core.workflow.programme_figures import figures
from pages.ui import programme_view as view
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.programme_cases import behind
from pages.ui.session import read, require

user = require(Act.see_figures)
places = read(sites, user.sites(Act.see_figures))
top = st.container()
with filters():
    asked = view.asked(places)
    bar = st.container(horizontal=True, width="content")
found = read(figures, user, asked)
where = next((line.name for line in places if line.id == asked.site_id), _("{n} sites", n=len(places)))
with top, head(_("Programme"), view.state_line(found, where)):
    st.download_button(_("Export"), view.export(found), "firstlight-figures.csv", "text/csv", icon=":material/download:", on_click="ignore")
if found.both:
    with bar:
        choice("data", _("Exams"), {key: _(words) for key, words in view.DATA.items()})
if not found.counts.exams:
    nothing_here(
        _("There is no exam of this programme in this period."), _("Choose another period or site; figures begin with the first exam.")
    )
    st.stop()
view.exceptions(found)
key = view.overview(found)
view.detail(found, key, view.source(found, where))
behind(found, key)
