"""Booking a free place: somebody who was invited, who waits to be rebooked, who is recalled, or anybody who is found by name."""

import streamlit as st

from core.access import Person
from core.clinics import booking, rebooking
from core.clinics.day import ClinicLine
from core.clinics.due import Ask, Kind, named_due
from core.workflow.participants import line as line_of
from core.workflow.participants import search
from core.workflow.recalls import open_recalls
from pages.ui.clinics.words import STEP
from pages.ui.i18n import N_, _, day, moment
from pages.ui.session import did, read
from pages.ui.words import DECISION

SOURCES = {"search": N_("Search"), "invited": N_("Invited, no day yet"), "rebook": N_("To rebook"), "recalls": N_("Recalls")}
ASKED = {"asked": N_("Asked for")}
SHOWN = 12


def dialog(user: Person, line: ClinicLine, slot: int) -> None:
    @st.dialog(_("Book a place"), position="right", width=520)
    def drawer() -> None:
        minutes = (line.ends_at - line.starts_at) / line.slots
        st.markdown(f"**{moment(line.starts_at + minutes * slot)}** · {line.name}, {line.site_name}")
        offered = {**(ASKED if asked_for(user) else {}), **SOURCES}
        first = next(iter(ASKED)) if asked_for(user) else "recalls" if line.assessment else "search"
        source = st.segmented_control(
            _("From"), list(offered), default=first, format_func=lambda one: _(offered[one]), key=f"from-{line.id}-{slot}",
            label_visibility="collapsed",
        )  # fmt: skip
        found = _found(user, line, source or first)
        if not found:
            st.caption(_("Nobody is here."))
            return
        chosen = st.radio(_("Participant"), list(found), format_func=found.__getitem__, index=None, key=f"who-{source}-{line.id}-{slot}")
        if st.button(_("Book"), type="primary", disabled=chosen is None) and chosen is not None:
            participant, recall = chosen
            if did(booking.book, user, line.id, slot, participant, recall_id=recall, done=_("The appointment is made.")):
                st.rerun()

    drawer()


def _found(user: Person, line: ClinicLine, source: str) -> dict[tuple[int, int | None], str]:
    """(participant, recall) → the line to choose by."""
    if source in ASKED:
        return asked_for(user)
    if source == "search":
        text = st.text_input(_("Search"), placeholder=_("Name, hospital number or FL number"), key=f"search-{line.id}")
        rows = read(search, user, text, size=SHOWN).rows if text.strip() else ()
        return {(one.id, None): f"{one.name} · {one.number} · {day(one.birth_date)}" for one in rows if one.site_id == line.site_id}
    if source == "recalls":
        recalls = [one for one in read(open_recalls, user) if one.programme == line.card_id and one.site_id == line.site_id]
        return {
            (one.participant_id, one.recall_id): f"{one.participant_name} · {_(DECISION[one.kind])}, {_('due {day}', day=one.due)}"
            for one in recalls[:SHOWN]
        }
    if source == "rebook":
        waiting = read(rebooking.to_rebook, user, line.card_id, site_id=line.site_id, size=SHOWN).rows
        return {
            (one.participant_id, one.recall_id): f"{one.name} · {moment(one.starts_at)} · {one.note or _(STEP[one.step])}"
            for one in waiting
        }
    asked = Ask(line.card_id, Kind.reminder, site_id=line.site_id, answer_days=0)
    invited = read(named_due, user, asked, size=SHOWN).rows
    return {(one.participant_id, None): f"{one.name} · {_('invited {day}', day=one.since)}" for one in invited}


def asked_for(user: Person) -> dict[tuple[int, int | None], str]:
    """Whom another page sent here to be booked, by the address: the participant, and the recall that the appointment answers."""
    who, recall = (st.query_params.get(name, "") for name in ("participant", "recall"))
    if not who.isdigit():
        return {}
    one = read(line_of, user, int(who))
    return {(one.id, int(recall) if recall.isdigit() else None): f"{one.name} · {one.number} · {day(one.birth_date)}"}
