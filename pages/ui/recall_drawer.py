"""One recall in a drawer: where it stands, the next step, the outcome."""

import streamlit as st

from core.access import Person
from core.workflow import outcomes, recalls
from core.workflow.recalls import RecallRow
from db.enums import RecallStep
from pages.ui.i18n import _, days, literal
from pages.ui.session import did, read
from pages.ui.words import CERTAINTY, DECISION, OUTCOME, PROGRAMME, RECALL_STEP


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
        _outcome(row)

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


def _outcome(row: RecallRow) -> None:
    """What is known so far, and the way to where it is entered step by step."""
    known = read(outcomes.latest, row.exam_id)
    st.subheader(_("Outcome"), anchor=False)
    if known:
        said = {"kind": _(OUTCOME[known.kind]), "certainty": _(CERTAINTY[known.certainty]), "day": known.happened_on}
        st.caption(_("Known so far: {kind}, {certainty}, {day}", **said))
    label = _("Enter assessment, pathology and outcome")
    st.page_link("pages/coordinator/outcomes.py", label=label, icon=":material/biotech:", query_params={"exam": str(row.exam_id)})
