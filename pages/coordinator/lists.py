"""Lists of participants: handed in, their columns named, looked through row by row, and taken in whole or not at all."""

import streamlit as st

from core.access import Act
from core.roster import lists
from core.sites import sites
from pages.ui.cohorts import list_detail, lists_view
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _
from pages.ui.session import read, require

user = require(Act.upload)
places = read(sites, user.sites(Act.upload))
known = read(lists.lines, user)
with head(_("Lists"), lists_view.state_line(known)):
    if st.button(_("Hand in a list"), type="primary", icon=":material/upload_file:"):
        lists_view.ask(user, places)
if not known:
    nothing_here(
        _("Participants of a registry or an office come in as a list, CSV or XLSX, and each row is looked at before anything is written."),
        _("Press “Hand in a list”. The same list again changes nothing."),
    )
    st.stop()
left, right = st.columns([1, 3], gap="medium")
with left:
    lists_view.choose(known)
with right:
    list_detail.show_detail(user, read(lists.line, user, lists_view.asked(known)))
