"""Duplicates: entries that may be one person, side by side; a person says whether they are."""

import streamlit as st

from core.access import Act
from core.cohorts import duplicates
from pages.ui.cohorts import pairs_view
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
found = read(duplicates.found, user, page=pairs_view.page(), size=pairs_view.SIZE)
head(_("Duplicates"), pairs_view.state_line(found))
if not found.pairs:
    nothing_here(
        _("Entries that may be one person are shown here side by side, found by number, name and date of birth."),
        _("There are none now. Participants who come in are compared with all others."),
    )
    st.stop()
picked = table("pairs", pairs_view.columns(), pairs_view.rows(found.pairs), label=_("Duplicates"), height="calc(100vh - 240px)")
pairs_view.pages(found)
if picked.opened:
    pairs_view.settle(user, next(pair for pair in found.pairs if pairs_view.key(pair) == picked.opened))
