"""The record page's part about appointments and every attempt to reach a participant."""

import streamlit as st

from core.access import Act, Person
from core.clinics import day as clinic_days
from core.clinics.day import AppointmentLine
from core.messages import contacts
from core.messages.contacts import ContactLine
from pages.ui.clinics import contact_form, more
from pages.ui.clinics.words import step_chip
from pages.ui.i18n import _, moment
from pages.ui.messages.words import TEMPLATE
from pages.ui.session import read
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import word


def show(user: Person, participant_id: int) -> None:
    """Appointments with their next step, then the contact log with a form for one more."""
    _appointments(user, participant_id)
    st.subheader(_("Contacts"), anchor=False)
    found = read(contacts.log, user, participant_id)
    if found:
        columns = [Column("at", _("When"), "text", "170px", "nowrap"), Column("how", _("How"), "text", "150px"), Column("note", _("Note"))]
        table(f"contacts-{participant_id}", columns, [_contact(one) for one in found], label=_("Contacts"), height="260px")
    else:
        st.caption(_("Nobody has tried to reach this participant yet."))
    if user.may(Act.work_queue):
        with st.expander(_("Record a contact")):
            contact_form.form(user, participant_id)


def _appointments(user: Person, participant_id: int) -> None:
    st.subheader(_("Appointments"), anchor=False)
    found = read(clinic_days.of_participant, user, participant_id)
    if not found:
        st.caption(_("No appointment yet."))
        return
    columns = [
        Column("when", _("When"), "text", "170px", "nowrap"), Column("step", _("State"), "chip", "190px"), Column("note", _("Note")),
        Column("actions", "", "actions", "100px"),
    ]  # fmt: skip
    works = user.may(Act.work_queue)
    rows = [_appointment(one, works) for one in found]
    picked = table(f"appointments-{participant_id}", columns, rows, label=_("Appointments"))
    if picked.action:
        more.dialog(user, next(one for one in found if str(one.id) == picked.action[0]))


def _appointment(one: AppointmentLine, works: bool) -> Row:
    note = two(one.note or "–", f"{one.by or _('the program')}, {moment(one.at)}")
    more_of_it = [{"id": "more", "text": _("More")}] if works and one.next_steps else []
    return Row(str(one.id), {"when": moment(one.starts_at), "step": step_chip(one.step), "note": note, "actions": more_of_it})


def _contact(one: ContactLine) -> Row:
    how = _(contact_form.CHANNEL[one.channel])
    reached = "" if one.reached is None else _(contact_form.REACHED[one.reached])
    what = word(TEMPLATE, one.template) if one.template else one.note or "–"
    tried = two(how, reached, "orange" if one.reached is False else "")
    return Row(str(one.id), {"at": moment(one.at), "how": tried, "note": two(what, one.by or _("the program"))})
