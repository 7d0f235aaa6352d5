"""Participants: found by name or number, each with where they stand; a row opens the whole history."""

import streamlit as st

from core.access import Act
from core.workflow.participants import search
from pages.ui import people
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.see_participants)
place = st.container()
with filters():
    text = st.text_input(_("Search"), key="search", placeholder=_("Name, hospital number or FL number"), label_visibility="collapsed",
                         width=320, bind="query-params")  # fmt: skip
    programme = choice("programme", _("Programme"), programmes()) or None
page = people.page()
found = read(search, user, text, page=page, size=people.SIZE, programme=programme)
with place:
    head(_("Participants"), n_("**{n} participant** fits.", "**{n} participants** fit.", found.total))
if not found.rows:
    nothing_here(
        _("No participant fits."), _("Search by the beginning of a name or number; participants are registered when their images come in.")
    )
    st.stop()
picked = table("participants", people.columns(), people.rows(found.rows, user), label=_("Participants"), height="calc(100vh - 300px)")
people.pages(found.total)
if picked.opened:
    st.switch_page("pages/doctor/participant.py", query_params={"participant": picked.opened})
