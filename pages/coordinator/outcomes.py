"""Outcomes: what is missing, what waits for a second person, what is still provisional, and what came back."""

import streamlit as st

from core.access import Act
from core.outcomes import waiting
from pages.ui import people
from pages.ui.choice import asked, choice, remember
from pages.ui.frame import filters, head
from pages.ui.i18n import _
from pages.ui.outcomes import listed, registry
from pages.ui.outcomes.drawer import drawer, exam_asked
from pages.ui.queue import programmes
from pages.ui.session import read, require

user = require(Act.record_outcome)
programme, text = asked("programme", programmes(), ""), st.query_params.get("search", "")
counts = read(waiting.counts, user, programme=programme, text=text)
with head(_("Outcomes"), listed.state_line(counts)):
    if user.may(Act.upload) and st.button(_("Hand in a registry list"), icon=":material/upload_file:"):
        registry.ask(user)
with filters():
    choice("programme", _("Programme"), programmes())
    chosen = choice("list", _("List"), listed.names(), counts=counts, default=listed.first(counts))
    st.text_input(_("Search"), key="search", placeholder=_("Name or number"), label_visibility="collapsed", width=200, bind="query-params")
if chosen == "registry":
    registry.view(user)
else:
    found = read(waiting.lines, user, chosen, programme=programme, text=text, page=people.page(), total=counts[chosen])
    opened = listed.show_lines(user, chosen, found)
    people.pages(found.total)
    remember("exam", opened or st.query_params.get("exam"))
if (wanted := exam_asked()) is not None:
    drawer(user, wanted)
