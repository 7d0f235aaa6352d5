"""An attempt to reach a participant, entered in a moment."""

import streamlit as st

from core.access import Person
from core.messages import contacts
from db.enums import Channel
from pages.ui.i18n import N_, _
from pages.ui.session import did

CHANNEL = {
    Channel.letter: N_("Letter"),
    Channel.email: N_("E-mail"),
    Channel.text: N_("Text message"),
    Channel.phone: N_("Phone"),
    Channel.in_person: N_("In person"),
}
REACHED = {True: N_("Reached"), False: N_("Not reached")}


def form(user: Person, participant_id: int) -> None:
    """Channel, whether it worked, a note."""
    with st.form(f"contact-{participant_id}", border=False, clear_on_submit=True):
        channel = st.segmented_control(_("How"), list(Channel), default=Channel.phone, format_func=lambda one: _(CHANNEL[Channel(one)]))
        reached = st.segmented_control(_("Did it work"), [True, False], format_func=lambda one: _(REACHED[one]))
        note = st.text_input(_("Note"), max_chars=500, placeholder=_("For example: will call back on Monday"))
        if st.form_submit_button(_("Record the contact")) and did(
            contacts.record, user, participant_id, Channel(channel or Channel.phone), reached=reached, note=note,
            done=_("The contact is recorded."),
        ):  # fmt: skip
            st.rerun()
