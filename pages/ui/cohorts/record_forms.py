"""Forms of a participant's record: contact details, opt-out, death and moving away, each with the day from which it holds."""

from typing import Any

import streamlit as st

from core.access import Person
from core.clock import today
from core.cohorts import contact_details, facts
from core.cohorts.contact_details import ContactDetails
from core.cohorts.record import Record
from core.workflow.programmes import cards
from pages.ui.cohorts.words import LANGUAGE
from pages.ui.i18n import _
from pages.ui.session import did
from pages.ui.words import PROGRAMME


def reach(user: Person, found: Record) -> None:
    """New contact details; the old ones stay in the history."""
    known = found.details
    with st.expander(_("Change contact details"), icon=":material/edit:"), st.form("reach-form", border=False):
        address = st.text_area(_("Address"), "\n".join(known.address), height=96)
        email = st.text_input(_("E-mail"), known.email)
        phone = st.text_input(_("Phone"), known.phone)
        languages = list(LANGUAGE)
        spoken = st.selectbox(
            _("Language of letters"), languages, languages.index(known.language), format_func=lambda one: _(LANGUAGE[one])
        )
        if st.form_submit_button(_("Save"), type="primary"):
            lines = tuple(line.strip() for line in address.splitlines() if line.strip())
            details = ContactDetails(lines, email.strip(), phone.strip(), spoken)
            if did(contact_details.enter, user, found.line.id, details, done=_("The contact details are saved.")):
                st.rerun()


def standing(user: Person, found: Record) -> None:
    """Opt-out, death and moving away; each can be taken back by entering the opposite."""
    with st.expander(_("Enter an opt-out, a death or a move"), icon=":material/edit:"):
        _opt_out(user, found)
        _died(user, found)
        _moved(user, found)


def _opt_out(user: Person, found: Record) -> None:
    names = {"": _("All programmes"), **{card_id: _(PROGRAMME[card_id]) for card_id in sorted(cards())}}
    with st.form("opt-out", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            programme = st.selectbox(_("Opt-out of"), list(names), format_func=names.__getitem__, width=180)
            since = st.date_input(_("From"), today(), max_value=today(), format="YYYY-MM-DD", width=150)
            out = st.form_submit_button(_("Opts out"))
            back = st.form_submit_button(_("Takes part again"))
        done = _("They opted out.") if out else _("They take part again.")
        wanted: dict[str, Any] = {"said": out, "programme": programme, "valid_from": since, "done": done}
        if (out or back) and did(facts.opt_out, user, found.line.id, **wanted):
            st.rerun()


def _died(user: Person, found: Record) -> None:
    with st.form("died", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.date_input(_("Day of death"), today(), min_value=found.line.birth_date, max_value=today(), format="YYYY-MM-DD", width=150)
        dead, back = st.form_submit_button(_("Died")), st.form_submit_button(_("Was entered in error"), disabled=not found.standing.died)
        if dead and did(facts.died, user, found.line.id, on, done=_("The death is recorded.")):
            st.rerun()
        if back and did(facts.died, user, found.line.id, None, done=_("The entry is taken back.")):
            st.rerun()


def _moved(user: Person, found: Record) -> None:
    with st.form("moved", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        to = st.text_input(_("Moved to"), max_chars=200, width=180)
        since = st.date_input(_("Since"), today(), max_value=today(), format="YYYY-MM-DD", width=150)
        away, back = st.form_submit_button(_("Moved away")), st.form_submit_button(_("Is back"), disabled=not found.standing.moved_away)
        done = _("The move is recorded.") if away else _("They are back.")
        if (away or back) and did(facts.moved_away, user, found.line.id, said=away, to=to, valid_from=since, done=done):
            st.rerun()
