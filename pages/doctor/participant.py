"""One participant through all rounds: what happened, how nodules, density and scores went, two exams side by side, the documents."""

import streamlit as st

from core.access import Act
from core.workflow.missed import missed
from core.workflow.participants import line, timeline
from core.workflow.trajectories import trajectories
from pages.ui import history_charts, history_compare, history_documents, history_events, history_missed, history_top
from pages.ui.session import read, require

user = require(Act.see_participants)
who = read(line, user, history_top.asked())
history_top.top(who, user)
events = read(timeline, user, who.id)
history_missed.cards(read(missed, user, who.id), user)
history_events.axis_of(events)
left, right = st.columns([5, 7], gap="large")
with left:
    history_events.events(events)
with right:
    history_charts.charts(read(trajectories, user, who.id))
    history_compare.compare(user, events)
    history_documents.documents(user, events)
