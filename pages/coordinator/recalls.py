"""Recalls: every one stays here until it is closed; what is overdue comes first."""

import streamlit as st

from core.access import Act
from core.workflow.recalls import counts, open_recalls
from pages.ui import people, recall_view
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.queue import programmes
from pages.ui.recall_drawer import drawer
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
every, asked = read(counts, user), recall_view.wanted()
of_programme = read(counts, user, recall_view.of_programme(asked))
found = read(open_recalls, user, wanted=asked, page=people.page(), size=people.SIZE)
head(_("Recalls"), recall_view.state_line(every))
with filters():
    choice("programme", _("Programme"), programmes())
    choice("kind", _("Kind"), recall_view.kinds(), counts=recall_view.by_kind(of_programme))
    st.text_input(_("Search"), key="search", placeholder=_("Name or number"), label_visibility="collapsed", width=200, bind="query-params")
if not every.total:
    nothing_here(_("No recall is open."), _("A recall opens when a reader decides on assessment, short-term or technical recall."))
elif not found:
    nothing_here(_("No recall fits these filters."), _("Choose another kind above."))
else:
    picked = table("recalls", recall_view.columns(), recall_view.rows(found, user), label=_("Recalls"), height="calc(100vh - 290px)")
    people.pages(recall_view.fitting(of_programme, asked))
    if picked.opened:
        drawer(user, next(row for row in found if str(row.recall_id) == picked.opened))
