"""The audit trail: who did or saw what, in a chain that shows every break."""

from functools import partial

import streamlit as st

from core.access import Act
from core.trail import trail
from pages.ui import events
from pages.ui.choice import choice, pick
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.session import read, require
from pages.ui.tables import table
from pages.ui.words import ACTION, word

user = require(Act.administer)
wanted = events.wanted()
found = read(trail, user, wanted, page=events.page(), size=events.SIZE)
with head(_("Audit trail"), events.chain_line(user)):
    file = partial(events.export, user, wanted)
    st.download_button(_("Export"), file, "audit.csv", "text/csv", icon=":material/download:", on_click="ignore")
with filters():
    choice("span", _("Period"), {key: _(text) for key, text in events.SPANS.items()}, default="30")
    pick("act", _("Act"), {"": _("Every act"), **{name: word(ACTION, name) for name in found.actions}}, width=220)
    st.text_input(_("Who"), key="who", placeholder=_("Name or account"), label_visibility="collapsed", width=180, bind="query-params")
    place = _("Number of the object")
    st.text_input(_("On what"), key="object", placeholder=place, label_visibility="collapsed", width=180, bind="query-params")
    st.markdown(f":gray[{n_('{n} event', '{n} events', found.total)}]", width="content")
if not found.rows:
    nothing_here(_("No event fits these filters."))
    st.stop()
table("audit", events.columns(), events.rows(found.rows), label=_("Audit trail"), height="calc(100vh - 310px)")
if found.total > events.SIZE:
    st.pagination(-(-found.total // events.SIZE), key="page", bind="query-params")
