"""Eligibility: who is to be screened now, who soon, and of whom it cannot be said and what is missing."""

from typing import cast

import streamlit as st

from core.access import Act
from core.clock import today
from core.eligibility.lists import View, counts, lines
from pages.ui.eligibility import lists as view
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
place = st.container()
with filters():
    card_id, shown, site = view.programme(), view.view(), view.site(user)
view.begins_anew(card_id, shown, site)
with place:
    head(_("Eligibility"), view.state_line(read(counts, user, card_id, today(), site_id=site), card_id))
found = read(lines, user, card_id, cast(View, shown), today(), site_id=site, after=view.after())
if shown == "soon":
    st.caption(view.soon_line())
if not found.rows and found.after is None:
    nothing_here(_(view.EMPTY[shown]), _(view.NEXT) if card_id == "lung" and shown != "unknown" else "")
else:
    rows = view.rows(found.rows, user, card_id)
    table("eligibility", view.columns(card_id, shown), rows, label=_("Eligibility"), height="calc(100vh - 320px)")
view.pages(found)
