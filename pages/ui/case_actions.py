"""What can be done with cases from a list: claim, release, put off; one or many at a time."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import streamlit as st

from core.access import Person
from core.clock import today
from core.workflow import triage
from pages.ui.i18n import _, n_
from pages.ui.session import act, did

PUT_OFF_DAYS = 2


def claim_next(user: Person, programme: str | None) -> None:
    """Claim the first case that this person can read and open it."""
    exam_id = act(triage.claim_next, user, programme=programme, aside=True)
    if exam_id is not None:
        st.switch_page("pages/doctor/case.py", query_params={"exam": str(exam_id)})


def one(user: Person, exam_id: str, action: str) -> None:
    """The button of one row."""
    work = {"claim": triage.claim, "release": triage.release}[action]
    if did(work, user, int(exam_id), aside=True):
        st.rerun(scope="fragment")


def for_ticked(user: Person, exam_ids: Sequence[str]) -> None:
    """The buttons for the ticked rows."""
    if st.button(n_("Claim {n}", "Claim {n}", len(exam_ids)), key="claim-ticked") and _each(triage.claim, user, exam_ids):
        st.rerun(scope="fragment")
    if st.button(n_("Put off {n}", "Put off {n}", len(exam_ids)), key="defer-ticked"):
        _ask_put_off(user, exam_ids)


def _ask_put_off(user: Person, exam_ids: Sequence[str]) -> None:
    @st.dialog(n_("Put off {n} case", "Put off {n} cases", len(exam_ids)))
    def ask() -> None:
        reason = st.text_input(_("Why?"), max_chars=500, placeholder=_("For example: earlier images were asked for"))
        first, usual = today() + timedelta(days=1), today() + timedelta(days=PUT_OFF_DAYS)
        until = st.date_input(_("Until"), usual, min_value=first, format="YYYY-MM-DD")
        st.caption(_("The cases leave the queue and come back by themselves on that day."))
        if st.button(_("Put off"), type="primary") and _each(triage.defer, user, exam_ids, reason, _morning(until)):
            st.rerun()

    ask()


def _each(work: Callable[..., object], user: Person, exam_ids: Sequence[str], *args: object) -> bool:
    """Each case in its own transaction, so that one that was taken meanwhile does not stop the others."""
    done = [did(work, user, int(exam_id), *args, aside=True) for exam_id in exam_ids]
    return any(done)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()
