"""Questions that a reader's key asks before it acts: why a case is put off, which earlier images are needed, what the AI said."""

from datetime import date, datetime, time, timedelta
from functools import partial

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow import sessions
from core.workflow.reading import case, reveal_ai
from pages.ui.case_parts.findings import findings
from pages.ui.i18n import _, day
from pages.ui.reading_room import Room
from pages.ui.session import act, did, read
from pages.ui.words import DECISION

PUT_OFF_DAYS = 2


def ask(here: Room, user: Person) -> None:
    """Open the question that was asked for by the last press; it stays, whatever else the page does, until it is answered or closed."""
    if here.asks == "defer" and here.exam_id is not None:
        _defer(here, user, here.exam_id)
    elif here.asks == "priors" and here.exam_id is not None:
        _priors(here, user, here.exam_id)
    elif here.asks in ("reveal", "revealed") and here.last is not None:
        _reveal(here, user, here.last)


def _defer(here: Room, user: Person, exam_id: int) -> None:
    @st.dialog(_("Put the case off"), on_dismiss=partial(_close, here))
    def question() -> None:
        reason = st.text_input(_("Why?"), max_chars=500, placeholder=_("For example: the report of the biopsy is awaited"))
        first, usual = today() + timedelta(days=1), today() + timedelta(days=PUT_OFF_DAYS)
        until = st.date_input(_("Until"), usual, min_value=first, format="YYYY-MM-DD")
        st.caption(_("The case leaves everybody's list and comes back by itself on that day."))
        if st.button(_("Put off"), type="primary", shortcut="Ctrl+Enter"):
            come_back = _("The case comes back on {day}", day=day(until))
            if did(sessions.deferred, user, here.sitting_id, exam_id, reason, _morning(until), done=come_back):
                _close(here)
                st.rerun()

    question()


def _priors(here: Room, user: Person, exam_id: int) -> None:
    @st.dialog(_("Ask for earlier images"), on_dismiss=partial(_close, here))
    def question() -> None:
        note = st.text_area(_("Which images, and where may they be?"), max_chars=500, height=96)
        st.caption(_("The coordinator gets a task. Until there is an answer nobody reads this case."))
        if st.button(_("Ask"), type="primary", shortcut="Ctrl+Enter"):
            asked = _("Earlier images were asked for; the case waits for them")
            if did(sessions.priors_requested, user, here.sitting_id, exam_id, note, done=asked):
                _close(here)
                st.rerun()

    question()


def _reveal(here: Room, user: Person, exam_id: int) -> None:
    """The AI result beside the own read; that it was shown is written, once, before it is handed out."""
    if here.asks == "reveal":
        act(reveal_ai, user, exam_id, aside=True)
        here.asks = "revealed"
    last = read(case, user, exam_id)

    @st.dialog(_("Your read and the AI result"), width="large", on_dismiss=partial(_close, here))
    def answer() -> None:
        left, right = st.columns(2, gap="medium")
        with left:
            st.header(_("Your read"), anchor=False)
            if last.my_read is not None:
                mine = last.my_read
                st.markdown(f"**{last.card.scheme} {mine.category} · {_(DECISION[mine.decision])}**")
                st.caption(_("Signed without the AI result in sight. Both are kept as they are."))
        with right:
            findings(last, None, said_already=())
        st.page_link("pages/doctor/case.py", label=_("Open this case with its images"), query_params={"exam": str(last.exam_id)})

    answer()


def _close(here: Room) -> None:
    here.asks = None


def _morning(until: date) -> datetime:
    return datetime.combine(until, time()).astimezone()
