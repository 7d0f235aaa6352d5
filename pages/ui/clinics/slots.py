"""Choosing a free time: clinics of the same programme and site that come, then a slot of one."""

from datetime import timedelta

import streamlit as st

from core.access import Person
from core.clinics import day as clinic_days
from core.clock import now, today
from pages.ui.i18n import _, moment
from pages.ui.session import read

AHEAD_DAYS = 120


def choose(user: Person, key: str, like_clinic_id: int) -> tuple[int, int] | None:
    """Clinic and slot, None until both are chosen; only times with a free place are offered."""
    like = read(clinic_days.clinic, user, like_clinic_id).line
    asked = {"site_id": like.site_id, "card_id": like.card_id, "assessment": like.assessment}
    found = read(clinic_days.clinics, user, today(), today() + timedelta(days=AHEAD_DAYS), **asked)
    open_ones = {line.id: line for line in found if not line.called_off and line.held < line.places and line.ends_at > now()}
    if not open_ones:
        st.caption(_("No clinic of this site has a free place in the next {days} days.", days=AHEAD_DAYS))
        return None
    names = {one: f"{moment(line.starts_at)} · {line.name} ({line.places - line.held})" for one, line in open_ones.items()}
    clinic_id = st.selectbox(_("Clinic"), list(names), format_func=names.__getitem__, key=f"{key}-clinic")
    free = {slot.number: f"{slot.starts_at.astimezone():%H:%M}" for slot in read(clinic_days.clinic, user, clinic_id).slots
            if slot.free and slot.starts_at > now()}  # fmt: skip
    if not free:
        st.caption(_("No time is free in this clinic."))
        return None
    slot = st.pills(_("Time"), list(free), format_func=free.__getitem__, key=f"{key}-slot-{clinic_id}")
    return (clinic_id, slot) if slot is not None else None
