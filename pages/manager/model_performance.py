"""How the AI did in this programme: its scores against the outcomes that are known, each figure with its n and what it means."""

import streamlit as st

from core.access import Act
from core.sites import sites
from core.workflow.performance import candidates, model_performance
from pages.ui import performance_view as view
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, show
from pages.ui.monitoring import study
from pages.ui.session import read, require

user = require(Act.see_figures)
places = read(sites, user.sites(Act.see_figures))
top = st.container()
with filters():
    card_id = view.programme()
    versions = read(candidates, user, card_id)
    asked = view.asked(versions, places) if versions else {}
    bar = st.container(horizontal=True, width="content")
part = view.part()
if part == "study":
    with top, head(_("AI performance"), _("AI against readers in a published study")):
        pass
    study.show()
    st.stop()
if not versions:
    with top, head(_("AI performance")):
        pass
    nothing_here(_("No exam of this programme has been scored yet."), _("Figures begin when the first scored exam has an outcome."))
    st.stop()
found = read(model_performance, user, card_id=card_id, **asked)
with top, head(_("AI performance"), view.state_line(found)):
    pass
if found.both:
    with bar:
        view.kind()
view.rule(found)
if found.accuracy is None:
    nothing_here(show(found.reason), _("Outcomes come in with time; the card's own figures are below."))
    view.card(found)
else:
    view.show_part(part, found, found.accuracy, user, versions, {"card_id": card_id, **asked}, {line.id: line.name for line in places})
