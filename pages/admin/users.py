"""Accounts: who may come in, with which role, at which site."""

import streamlit as st

from core.access import Act
from core.people import users
from core.sites import sites
from pages.ui import accounts
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.administer)
everyone = read(users, user)
places = read(sites)
opened = [line for line in everyone if line.active]
with head(_("Users"), n_("**{n} open account**", "**{n} open accounts**", len(opened))):
    if st.button(_("New account"), type="primary", icon=":material/person_add:"):
        accounts.ask_new(user, places)
with filters():
    state = choice(
        "state", _("State"), {"open": _("Open"), "closed": _("Closed")}, counts={"open": len(opened), "closed": len(everyone) - len(opened)}
    )
    text = st.text_input(
        _("Search"), key="search", placeholder=_("Name or account"), label_visibility="collapsed", width=220, bind="query-params"
    )
shown = [line for line in everyone if line.active == (state == "open") and text.casefold() in f"{line.name} {line.login}".casefold()]
if not shown:
    nothing_here(_("No account fits these filters."))
    st.stop()
picked = table("users", accounts.columns(), accounts.rows(shown), label=_("Users"), height="calc(100vh - 250px)")
if picked.opened:
    accounts.show_one(user, next(line for line in shown if str(line.id) == picked.opened), places)
