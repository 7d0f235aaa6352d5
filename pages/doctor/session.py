"""A reading session: one case after the other, its images filling the screen, the opinion beside them."""

from pathlib import Path

import streamlit as st

from core.access import Act
from core.workflow import sessions
from pages.ui import case_parts, reading_aside, reading_panel, reading_slots, reading_start, reading_summary
from pages.ui.case_parts.opened import keep_claim
from pages.ui.reading_room import next_ahead, room, take
from pages.ui.session import read, require
from pages.ui.shell import ASSETS

user = require(Act.read_cases)
st.html(Path(case_parts.__file__).with_name("case.css"))
st.html(ASSETS / "reading.css")
sitting = reading_start.asked(user)
if sitting is None:
    reading_start.begin(user)
    st.stop()
here = room(sitting)
case = None if sitting.ended_at else take(here, sitting, user)
if case is None:
    reading_summary.summary(read(sessions.sitting, user, sitting.sitting_id), here, user)
    st.stop()
reading_slots.choose(here, case.exam_id)
with st.container(key="case_body", horizontal=True, gap="small"):
    with st.container(width="stretch", key="case_view"):
        places = reading_slots.places()
    panel = st.container(width=324, key="case_panel", gap=None)
reading_slots.in_sight(here, places[here.front], case, user)
with panel:
    reading_panel.panel(here, read(sessions.sitting, user, sitting.sitting_id), case, user)
keep_claim(user, case.exam_id)
reading_aside.ask(here, user)
reading_slots.behind(here, places[1 - here.front], next_ahead(here, user), user)
