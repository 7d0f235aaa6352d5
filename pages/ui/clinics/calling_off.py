"""Calling a clinic off: the reason, and what follows from it."""

import streamlit as st

from core.access import Person
from core.clinics import planning
from core.clinics.day import ClinicLine
from pages.ui.i18n import _, n_
from pages.ui.session import did


def dialog(user: Person, line: ClinicLine) -> None:
    @st.dialog(_("Call off"), icon=":material/event_busy:")
    def ask() -> None:
        st.markdown(
            n_("**{n} appointment** becomes cancelled and waits to be rebooked.",
               "**{n} appointments** become cancelled and wait to be rebooked.", line.held)
        )  # fmt: skip
        with st.form(f"call-off-{line.id}", border=False):
            reason = st.text_input(_("Why"), max_chars=500, placeholder=_("For example: the scanner is broken"))
            if st.form_submit_button(_("Call the clinic off"), type="primary") and did(
                planning.call_off, user, line.id, reason, done=_("The clinic is called off.")
            ):
                st.rerun()

    ask()
