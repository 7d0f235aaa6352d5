"""Earlier images that readers asked for, in the coordinator's day: each open request with what it needs, and the steps that close it."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.workflow import prior_requests
from core.workflow.prior_requests import PriorRequestRow
from db.enums import PriorStep
from pages.ui.i18n import N_, _, day, days, n_
from pages.ui.session import did
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import PROGRAMME

STEP = {
    PriorStep.pending: N_("To be requested"),
    PriorStep.requested: N_("Requested"),
    PriorStep.received: N_("Received"),
    PriorStep.not_available: N_("Not available"),
    PriorStep.not_needed: N_("Not needed"),
}


def requests(found: Sequence[PriorRequestRow], user: Person) -> None:
    """The list, the longest open first; one open for five days needs someone now. Nothing is shown where nothing is asked for."""
    if not found:
        return
    late = sum(row.state.escalated for row in found)
    title = _("Earlier images asked for")
    st.header(f"{title} :red-badge[▲ {late}]" if late else title, anchor=False)
    st.caption(n_("{n} case is read when its earlier images are here or known not to exist.",
                  "{n} cases are read when their earlier images are here or known not to exist.", len(found)))  # fmt: skip
    columns = [
        Column("who", _("Participant"), "strong", "220px", link=True),
        Column("note", _("What is needed")),
        Column("asked", _("Asked by"), "text", "180px"),
        Column("age", _("Open for"), "text", "110px", "right nowrap"),
        Column("state", _("State"), "text", "150px"),
        Column("actions", "", "actions", "280px"),
    ]
    picked = table("prior-requests", columns, [_row(one) for one in found], label=title, height="260px")
    if picked.action:
        _ask(next(one for one in found if str(one.exam_id) == picked.action[0]), PriorStep(picked.action[1]), user)
    if picked.opened:
        st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})


def _row(one: PriorRequestRow) -> Row:
    state = one.state
    steps = [{"id": step.value, "text": _(STEP[step])} for step in one.next_steps]
    cells = {
        "who": two(one.participant_name, f"{_(PROGRAMME[one.programme])} · {day(one.exam_date)} · {one.number}"),
        "note": two(one.note, one.last_note),
        "asked": one.asked_by,
        "age": two(days(state.days), _("overdue"), "red") if state.escalated else days(state.days),
        "state": _(STEP[state.step]),
        "actions": steps,
    }
    return Row(str(one.exam_id), cells, href=f"/case?exam={one.exam_id}", tone="action" if state.escalated else "")


def _ask(one: PriorRequestRow, step: PriorStep, user: Person) -> None:
    """One line for the trail before the step is taken, such as who was asked or what the answer was."""

    @st.dialog(f"{_('Earlier images')}: {_(STEP[step])}")
    def question() -> None:
        st.markdown(f"**{_('Asked for')}**")
        st.text(one.note)
        note = st.text_input(_("Note (optional)"), max_chars=500, placeholder=_("For example: asked the other hospital by telephone"))
        if st.button(_(STEP[step]), type="primary") and did(prior_requests.enter, user, one.exam_id, step, note):
            st.rerun()

    question()
