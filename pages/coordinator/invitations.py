"""Invitations: who is due, who is late, and one act that invites many."""

import streamlit as st

from core.access import Act
from core.clinics.due import Kind, named_due
from core.clinics.round_length import round_length
from core.clock import today
from core.eligibility.standing import verdicts
from pages.ui import people
from pages.ui.clinics import due_list, invite
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _, n_
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
place = st.container()
with filters():
    ask = due_list.wanted(user)
found = read(named_due, user, ask, page=people.page(), size=people.SIZE)
length = read(round_length, user, ask.card_id, site_id=ask.site_id)
said = read(verdicts, [row.participant_id for row in found.rows], ask.card_id, today()) if ask.kind == Kind.first else {}
with place:
    actions = head(_("Invitations"), due_list.state_line(ask, found.total, length))
    invite.summary()
if not found.rows:
    nothing_here(_("Nobody is on this list."), _("Choose another list above. Rounds appear here 4 weeks before they are due."))
    st.stop()
rows = due_list.rows(found.rows, ask.kind, said)
picked = table("due", due_list.columns(ask.kind), rows, label=_("Invitations"), selectable=True, height="calc(100vh - 330px)")
people.pages(found.total)
chosen = [int(row) for row in picked.selected]
with actions:
    label = n_("Invite {n} person", "Invite {n} people", len(chosen)) if chosen else _("Invite from this list")
    if st.button(label, icon=":material/mail:", type="primary"):
        invite.dialog(user, ask, chosen, found.rows[0].participant_id, found.total)
if picked.opened:
    st.switch_page("pages/coordinator/record.py", query_params={"participant": picked.opened})
