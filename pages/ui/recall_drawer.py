"""One recall in a drawer: where it stands, the next step, the outcome."""

from typing import Any

import streamlit as st
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.workflow import outcomes, recalls
from core.workflow.recalls import RecallRow
from db.enums import Certainty, OutcomeKind, RecallStep
from pages.ui.i18n import N_, _, days, literal
from pages.ui.session import did, read
from pages.ui.words import CERTAINTY, DECISION, OUTCOME, PROGRAMME, RECALL_STEP

SOURCES = (N_("Pathology"), N_("Imaging follow-up"), N_("Registry"), N_("Letter from the clinic"))


def drawer(user: Person, row: RecallRow) -> None:
    """One recall: where it stands, the next step, the outcome."""

    @st.dialog(literal(row.participant_name), position="right", width=520)
    def open_drawer() -> None:
        late = f":red-badge[▲ {_('overdue for {age}', age=days(row.days_overdue))}] " if row.days_overdue else ""
        st.markdown(f"{late}**{_(DECISION[row.kind])}**, {_('due {day}', day=row.due)}  \n{row.number} · {_(PROGRAMME[row.programme])}")
        st.page_link("pages/doctor/case.py", label=_("Open the case of {day}", day=row.exam_date), query_params={"exam": str(row.exam_id)})
        st.page_link("pages/doctor/participant.py", label=_("History"), query_params={"participant": str(row.participant_id)})
        net = {"list": "all", "search": row.number}
        st.page_link("pages/coordinator/safety_net.py", label=_("Its task in the safety net"), query_params=net)
        _step_form(user, row)
        _outcome_form(user, row)

    open_drawer()


def _step_form(user: Person, row: RecallRow) -> None:
    with st.form(f"step-{row.recall_id}", border=False):
        st.subheader(_("Next step"), anchor=False)
        st.caption(_("Last: {step}, {day}", step=_(RECALL_STEP[row.last_step]), day=row.last_at.date()))
        step = st.segmented_control(
            _("Step"), row.next_steps, format_func=lambda step: _(RECALL_STEP[RecallStep(step)]), label_visibility="collapsed"
        )
        note = st.text_input(_("Note"), max_chars=500, placeholder=_("For example: letter sent, appointment on the 3rd"))
        if not st.form_submit_button(_("Record the step"), type="primary"):
            return
        if step is None:
            st.error(_("Choose the step first."))
        elif did(recalls.append, user, row.recall_id, RecallStep(step), note, done=_("The step is recorded.")):
            st.rerun()


def _outcome_form(user: Person, row: RecallRow) -> None:
    known = read(outcomes.latest, row.exam_id)
    with st.expander(_("Record the outcome"), expanded=row.last_step == RecallStep.attended):
        if known:
            said = {"kind": _(OUTCOME[known.kind]), "certainty": _(CERTAINTY[known.certainty]), "day": known.happened_on}
            st.caption(_("Known so far: {kind}, {certainty}, {day}", **said))
        with st.form(f"outcome-{row.recall_id}", border=False):
            kind = st.selectbox(
                _("Outcome"), list(OutcomeKind), format_func=lambda kind: _(OUTCOME[kind]), index=None, placeholder=_("Choose")
            )
            certainty = st.segmented_control(
                _("Certainty"), list(Certainty), format_func=lambda one: _(CERTAINTY[one]), default=Certainty.provisional
            )
            happened = st.date_input(_("Day of the diagnosis"), today(), min_value=row.exam_date, max_value=today(), format="YYYY-MM-DD")
            source = st.selectbox(
                _("Known from"), SOURCES, format_func=_, index=None, accept_new_options=True, placeholder=_("Choose or type")
            )
            close = st.checkbox(_("Close the recall with this outcome"), value=True)
            if st.form_submit_button(_("Record the outcome"), type="primary"):
                _record(user, row, close, kind=kind, certainty=certainty, happened_on=happened, source=source or "")


def _record(user: Person, row: RecallRow, close: bool, **said: Any) -> None:
    if said["kind"] is None or said["certainty"] is None:
        st.error(_("Choose the outcome and how certain it is."))
    elif did(_outcome_and_close, user, row, close, said, done=_("The outcome is recorded.")):
        st.rerun()


def _outcome_and_close(session: Session, user: Person, row: RecallRow, close: bool, said: dict[str, Any]) -> None:
    """Both or neither."""
    outcomes.record(session, user, row.exam_id, **said)
    if close:
        recalls.append(session, user, row.recall_id, RecallStep.closed)
