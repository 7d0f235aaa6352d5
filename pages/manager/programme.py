"""The programme's figures: what lies outside first, then the indicators of one theme, the chosen one by time and part, its cases."""

import streamlit as st

from core.access import Act
from core.figures.exceptions import breaches
from core.sites import sites
from core.workflow.programme_figures import figures
from pages.ui import programme_view as view
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_, show
from pages.ui.programme.compare import two_groups
from pages.ui.programme.definitions import definitions
from pages.ui.programme.detail import detail
from pages.ui.programme.exceptions import exceptions
from pages.ui.programme.export import exports
from pages.ui.programme.kept import kept
from pages.ui.programme.overview import overview
from pages.ui.programme_cases import behind
from pages.ui.session import read, require

user = require(Act.see_figures)
places = read(sites, user.sites(Act.see_figures))
top = st.container()
with filters():
    asked = view.asked(places)
    bar = st.container(horizontal=True, width="content")
found = read(figures, user, asked)
where = next((line.name for line in places if line.id == asked.site_id), n_("{n} site", "{n} sites", len(places)))
state = view.state_line(found, where)
with top, head(_("Programme"), state):
    if found.counts.exams:
        exports(found, state, where)
if found.both:
    with bar:
        choice("data", _("Exams"), {key: _(words) for key, words in view.DATA.items()})
if not found.counts.exams:
    nothing_here(
        _("There is no exam of this programme in this period."), _("Choose another period or site; figures begin with the first exam.")
    )
    st.stop()
for line in found.about:
    st.markdown(f":gray[{show(line)}]")
out = breaches(found)
exceptions(found, out)
key = overview(found, out)
detail(found, key, view.source(found, where))
behind(user, found, key)
two_groups(found)
kept(user, found)
definitions(user, found)
