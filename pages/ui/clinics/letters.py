"""Letters to the participants of a clinic: confirmation of those who are booked, a word to those who were missed."""

import streamlit as st

from core.access import Person
from core.messages import of_clinic
from db.enums import Channel
from pages.ui.clinics.contact_form import CHANNEL
from pages.ui.i18n import N_, _, language, n_
from pages.ui.session import did, read

ABOUT = {
    "confirmation": (N_("Confirm {n} appointment"), N_("Confirm {n} appointments")),
    "missed": (N_("Write to {n} who did not attend"), N_("Write to {n} who did not attend")),
}
CHANNELS = (Channel.letter, Channel.email, Channel.text)


def popover(user: Person, clinic_id: int) -> None:
    """One button for each kind of message that somebody of this clinic has not got yet."""
    waiting = {template: len(read(of_clinic.unwritten, user, clinic_id, template)) for template in ABOUT}
    if not any(waiting.values()):
        return
    with st.popover(_("Write"), icon=":material/mail:"):
        channel = st.segmented_control(
            _("As"), CHANNELS, default=Channel.letter, format_func=lambda one: _(CHANNEL[Channel(one)]), key=f"write-as-{clinic_id}"
        )
        for template, n in waiting.items():
            one, many = ABOUT[template]
            if n and st.button(n_(one, many, n), key=f"write-{template}") and did(
                of_clinic.write, user, clinic_id, template, Channel(channel or Channel.letter), language(),
                done=_("The mailing is made; you find it under Messages."),
            ):  # fmt: skip
                st.rerun()
