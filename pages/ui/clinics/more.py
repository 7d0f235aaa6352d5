"""One appointment in a drawer: the steps that need a reason, another day, and an attempt to reach the participant."""

import streamlit as st

from core.access import Person
from core.clinics import booking, steps
from core.clinics.day import AppointmentLine
from core.clinics.steps import NEEDS_NOTE
from db.enums import AppointmentStep
from pages.ui.clinics import contact_form, slots
from pages.ui.clinics.words import STEP, TAKE
from pages.ui.i18n import _, literal, moment
from pages.ui.session import did

S = AppointmentStep


def dialog(user: Person, one: AppointmentLine) -> None:
    @st.dialog(literal(one.name), position="right", width=520)
    def drawer() -> None:
        st.markdown(f"**{_(STEP[one.step])}**, {moment(one.starts_at)}  \n{one.number}")
        _step(user, one)
        if one.step in (S.booked, S.cancelled, S.did_not_attend):
            _other_day(user, one)
        with st.expander(_("Record a contact")):
            contact_form.form(user, one.participant_id)

    drawer()


def _step(user: Person, one: AppointmentLine) -> None:
    with st.form(f"step-{one.id}", border=False):
        step = st.segmented_control(_("Step"), one.next_steps, format_func=lambda step: _(TAKE[S(step)]), label_visibility="collapsed")
        note = st.text_input(_("Note"), max_chars=500, placeholder=_("A reason is needed for: {steps}", steps=_reasons(one)))
        if not st.form_submit_button(_("Record the step"), type="primary"):
            return
        if step is None:
            st.error(_("Choose the step first."))
        elif did(steps.take, user, one.id, S(step), seen=one.seen, note=note, done=_("The step is recorded.")):
            st.rerun()


def _reasons(one: AppointmentLine) -> str:
    return ", ".join(_(TAKE[step]) for step in one.next_steps if step in NEEDS_NOTE) or "–"


def _other_day(user: Person, one: AppointmentLine) -> None:
    st.subheader(_("Another day"), anchor=False)
    chosen = slots.choose(user, f"move-{one.id}", one.clinic_id)
    if chosen is None or not st.button(_("Book this time"), key=f"book-{one.id}"):
        return
    clinic_id, slot = chosen
    if one.step == S.booked:
        moved = did(booking.move, user, one.id, clinic_id, slot, seen=one.seen, done=_("The appointment is moved."))
    else:
        moved = did(booking.again, user, one.id, clinic_id, slot, done=_("The appointment is made."))
    if moved:
        st.rerun()
