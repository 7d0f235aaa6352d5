"""Whether anything has changed that an AI model should be doubted for, and how versions in shadow compare with the one in force."""

import streamlit as st

from core.access import Act
from core.clock import today
from core.monitoring.shadow import shadows
from core.monitoring.two_versions import two_versions
from core.monitoring.watch import watch
from core.sites import sites
from core.workflow.performance import candidates
from core.workflow.period import EARLIEST
from pages.ui import performance_view as view
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, day
from pages.ui.monitoring import versions as compared
from pages.ui.monitoring import watched
from pages.ui.monitoring.groups import called
from pages.ui.monitoring.written import meaning
from pages.ui.session import read, require

user = require(Act.see_figures)
places = read(sites, user.sites(Act.see_figures))
top = st.container()
with filters():
    card_id = view.programme()
    versions = read(candidates, user, card_id)
    picked = view.picked(versions, places) if versions else {}
    bar = st.container(horizontal=True, width="content")
if not versions:
    with top, head(_("AI monitoring")):
        pass
    nothing_here(_("No exam of this programme has been scored yet."), _("The watch begins with the first scores."))
    st.stop()
with filters():
    recent, before = watched.windows()
    share = called()
found = read(watch, user, card_id=card_id, **picked, recent_days=recent, reference_days=before, share=share)
with top, head(_("AI monitoring"), watched.state_line(found)):
    pass
if found.both:
    with bar:
        view.kind()
names = {line.id: line.name for line in places}
watched.alarms(found, names)
st.subheader(_("What comes in"), anchor=False)
watched.quantities(found, names)
st.subheader(_("What is made of it"), anchor=False)
watched.streams(found)
st.subheader(_("Expected without waiting for outcomes"), anchor=False)
watched.expected(found)
st.subheader(_("Versions in shadow"), anchor=False)
waiting = read(shadows, user, versions)
if not waiting:
    meaning(_("No version runs in shadow. An administrator can put one there; readers never see its results."))
for shadow in waiting:
    since = _(
        "**{version}** has run in shadow since {day}; readers never see its results.", version=shadow.key, day=day(shadow.since.date())
    )
    st.markdown(since)
    if shadow.beside is None:
        meaning(_("There is no other version to compare it with."))
        continue
    asked = {"site_id": picked["site_id"], "synthetic": picked["synthetic"], "share": share, "start": EARLIEST, "end": today()}
    pair = read(two_versions, user, card_id=card_id, first=shadow.beside, second=shadow.key, **asked)
    st.markdown(compared.change(pair))
    compared.beside(pair)
