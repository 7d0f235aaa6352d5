"""How the readers of a programme read, from their blind reads only: who lies beyond chance first, then everyone on one line."""

import streamlit as st

from core.access import Act
from core.readers.lines import readers
from core.sites import sites
from core.workflow.period import periods
from core.workflow.programme_figures import Question
from core.workflow.programmes import cards
from pages.ui.choice import choice, pick
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_, show
from pages.ui.programme_view import as_of, source
from pages.ui.readers import view
from pages.ui.readers.discordant import discordant
from pages.ui.session import read, require
from pages.ui.words import PROGRAMME

user = require(Act.see_figures)
places = read(sites, user.sites(Act.see_figures))
top = st.container()
with filters():
    card_id = choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(cards())})
    site = pick("site", _("Site"), {"": _("All sites"), **{str(line.id): line.name for line in places}}, width=200)
    known = as_of()
    spans = periods(known, years=6)
    span = pick("period", _("Period"), {key: show(spans[key].name) for key in ("12m", "followed", "all", *list(spans)[3:])}, width=240)
made = read(readers, user, Question(card_id, spans[span], int(site) if site else None, known))
with top, head(_("Readers"), view.state_line(made)):
    pass
if not made.lines:
    nothing_here(_("Nobody has signed a read of this programme in this period."), _("Choose another period or site."))
    st.stop()
view.exceptions(made)
view.lines(made)
where = next((line.name for line in places if str(line.id) == site), n_("{n} site", "{n} sites", len(places)))
left, right = st.columns([3, 2], gap="medium")
with left:
    view.funnel(made, source(made.found, where))
with right:
    discordant(made)
