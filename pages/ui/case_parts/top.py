"""The head of a case: who, which exam, how it stands, what came before, and what can be done besides signing."""

from datetime import datetime, time, timedelta

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow import triage
from core.workflow.reading import Case
from core.workflow.state import WORDS
from pages.ui.case_parts.timeline import timeline
from pages.ui.i18n import _, day, days
from pages.ui.session import did
from pages.ui.words import PROGRAMME, SEX

PUT_OFF_DAYS = 2


def top(case: Case, user: Person) -> None:
    """One row: name and state at the left, the time axis in the middle, actions at the right."""
    with st.container(key="case_top", horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(width="content", gap=None, key="case_who"):
            st.title(_who(case), anchor=False)
            st.markdown(_state(case, user))
        opened = timeline(case)
        with st.container(horizontal=True, width="content", gap="small"):
            if st.button(_("History"), icon=":material/history:"):
                st.switch_page("pages/doctor/participant.py", query_params={"participant": str(case.participant.id)})
            if case.can_read:
                _put_off(case, user)
    if opened is not None and opened != case.exam_id:
        st.switch_page("pages/doctor/case.py", query_params={"exam": str(opened)})


def _who(case: Case) -> str:
    who = case.participant
    age = [str(who.age)] if who.age is not None else []
    sex = [_(SEX[who.sex])] if who.sex.value != "unknown" else []
    return " · ".join([_plain(who.name), *age, *sex])


def _state(case: Case, user: Person) -> str:
    """The exam, the round, how long it waits, and what everyone has to know about these images."""
    exam = _("{kind} of {date}", kind=_(PROGRAMME[case.kind.value]), date=day(case.exam_date))
    parts = [f"**{exam}**", _("round {n}", n=case.round), case.participant.number]
    if case.decision is None:
        parts.append(_("{age} in the queue", age=days(case.days_in_queue)))
    parts.append(_(WORDS[case.state]))
    marks = [f":orange-badge[{_('phantom images')}]"] if case.phantom else []
    marks += [f":gray-badge[{_('invented person')}]"] if case.synthetic and not user.synthetic else []
    return " · ".join(parts) + ("&nbsp; " + " ".join(marks) if marks else "")


def _put_off(case: Case, user: Person) -> None:
    with st.popover(_("Put off"), icon=":material/schedule:"):
        reason = st.text_input(_("Why?"), max_chars=500, placeholder=_("For example: earlier images were asked for"))
        first, usual = today() + timedelta(days=1), today() + timedelta(days=PUT_OFF_DAYS)
        until = st.date_input(_("Until"), usual, min_value=first, format="YYYY-MM-DD")
        if st.button(_("Put off"), key="put-off", type="primary"):
            morning = datetime.combine(until, time()).astimezone()
            if did(triage.defer, user, case.exam_id, reason, morning, done=_("The case comes back on {day}", day=day(until))):
                st.switch_page("pages/doctor/reading_list.py")


def _plain(text: str) -> str:
    """A name, kept from being read as markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!$:~<>|" else sign for sign in text)
