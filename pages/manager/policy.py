"""How the cases of a programme are read: the policy in force, every version before it, and a new one for the cases to come."""

import streamlit as st

from core.access import Act
from core.workflow.policies import history
from core.workflow.programmes import cards
from pages.ui import policy_form, policy_view
from pages.ui.choice import asked, choice
from pages.ui.frame import filters, head
from pages.ui.i18n import _
from pages.ui.session import read, require
from pages.ui.words import PROGRAMME

user = require(Act.set_policy)
known = {card_id: _(PROGRAMME[card_id]) for card_id in sorted(cards(), reverse=True)}
lines = read(history, user, asked("programme", known, "breast"))
with head(_("Reading policy"), policy_view.state_line(lines)):
    pass
with filters():
    programme = choice("programme", _("Programme"), known, default="breast")
present = policy_view.in_force(lines)
policy_view.history(lines)
with st.container(border=True):
    policy_form.form(programme, present, user)
