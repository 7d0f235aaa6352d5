"""Which case the address names, and opening it: once per browser tab it is claimed and written to the audit trail."""

from datetime import datetime

import streamlit as st

from core.access import Person
from core.clock import now
from core.workflow import reading, triage
from core.workflow.reading import Case
from pages.ui.frame import nothing_here
from pages.ui.i18n import _
from pages.ui.session import act, did, read


def opened(user: Person) -> Case:
    """The case of the address; ends the run with plain words when there is none."""
    named = st.query_params.get("exam", "")
    if not named.isdecimal() or len(named) > 18:
        nothing_here(_("No case is chosen."), _("Open one from the reading list or the triage queue."))
        st.stop()
    return opened_here(user, int(named))


def opened_here(user: Person, exam_id: int) -> Case:
    """The case, claimed and audited when this tab shows it for the first time."""
    if _key(exam_id) in st.session_state:
        shown = read(reading.case, user, exam_id)
        if shown.can_reveal and act(reading.reveal_ai, user, exam_id):  # the row that says so comes before the result is handed out
            shown = read(reading.case, user, exam_id)
        return shown
    case = act(reading.open_case, user, exam_id)
    if case is None:
        st.stop()
    st.session_state[_key(exam_id)] = now()
    return case


def opened_at(exam_id: int) -> datetime:
    """When this person opened the case in this tab."""
    moment: datetime = st.session_state.get(_key(exam_id), now())
    return moment


@st.fragment(run_every="5m")
def keep_claim(user: Person, exam_id: int) -> None:
    """While the page stays open the case stays in hand."""
    last = st.session_state.setdefault(f"claimed-{exam_id}", now())
    if (now() - last).total_seconds() > 200:
        did(triage.claim, user, exam_id, aside=True)
        st.session_state[f"claimed-{exam_id}"] = now()


@st.fragment(run_every="5s")
def wait_for_ai(user: Person, exam_id: int) -> None:
    """A result that comes while the case is open appears by itself; everything else on the page stays as it is."""
    if read(reading.case, user, exam_id).ai is not None:
        st.rerun()


def _key(exam_id: int) -> str:
    return f"opened-{exam_id}"
