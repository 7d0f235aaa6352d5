"""One request for earlier images in a drawer: what is asked for, and the answer."""

import streamlit as st

from core.access import Person
from core.workflow import prior_requests
from core.workflow.prior_requests import WORDS, PriorRequestRow
from db.enums import PriorStep
from pages.ui.i18n import _, days, literal
from pages.ui.session import did
from pages.ui.words import PROGRAMME


def drawer(user: Person, row: PriorRequestRow) -> None:
    """What the reader asks for, how long ago, and the next step."""

    @st.dialog(literal(row.participant_name), position="right", width=520)
    def open_drawer() -> None:
        late = f":red-badge[▲ {_('no answer for {age}', age=days(row.state.days))}] " if row.state.escalated else ""
        st.markdown(f"{late}{row.number} · {_(PROGRAMME[row.programme])} · {_('Exam of {day}', day=row.exam_date)}")
        st.markdown(
            f"**{literal(row.note)}**  \n{_('Asked by {name} on {day}', name=literal(row.asked_by), day=row.state.asked_at.date())}"
        )
        st.page_link("pages/doctor/case.py", label=_("Open the case of {day}", day=row.exam_date), query_params={"exam": str(row.exam_id)})
        st.caption(_("Images that are uploaded or sent close the request by themselves; the case then goes back to the readers."))
        _form(user, row)

    open_drawer()


def _form(user: Person, row: PriorRequestRow) -> None:
    with st.form(f"prior-{row.exam_id}", border=False):
        st.subheader(_("Next step"), anchor=False)
        step = st.segmented_control(
            _("Step"), row.next_steps, format_func=lambda step: _(WORDS[PriorStep(step)]), label_visibility="collapsed"
        )
        note = st.text_input(_("Note"), max_chars=500, placeholder=_("For example: asked the clinic in Westford by fax"))
        if not st.form_submit_button(_("Record the step"), type="primary"):
            return
        if step is None:
            st.error(_("Choose the step first."))
        elif did(prior_requests.enter, user, row.exam_id, PriorStep(step), note, done=_("The step is recorded.")):
            st.rerun()
