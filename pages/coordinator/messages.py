"""Messages: what failed and why, every mailing with its states, and the words of the templates."""

import streamlit as st

from core.access import Act
from core.messages import sending, state
from pages.ui import people
from pages.ui.choice import choice
from pages.ui.frame import head, nothing_here
from pages.ui.i18n import _
from pages.ui.messages import listing, one, results, words_shown
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
if st.query_params.get("mailing", "").isdigit():
    one.show(user, int(st.query_params["mailing"]))
    st.stop()
found = read(state.mailings, user, page=people.page(), size=people.SIZE)
head(_("Messages"), listing.state_line(found.rows, found.total, sending.is_on()))
view = choice("view", _("View"), {"mailings": _("Mailings"), "results": _("Results to tell"), "templates": _("Templates")})
if view == "templates":
    words_shown.show()
elif view == "results":
    results.show(user)
elif not found.rows:
    nothing_here(_("Mailings appear here with what became of each message."), _("They are made on the page of invitations."))
else:
    picked = table("mailings", listing.columns(), listing.rows(found.rows), label=_("Mailings"), height="calc(100vh - 260px)")
    people.pages(found.total)
    if picked.opened:
        st.query_params["mailing"] = picked.opened
        st.rerun()
