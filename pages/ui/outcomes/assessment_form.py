"""What was done after the recall: a new step, or one of the earlier ones put right."""

from typing import Any

import streamlit as st

from core.access import Person
from core.clock import today
from core.outcomes import assessments
from core.outcomes.assessments import RESULT_WORDS, RESULTS
from core.outcomes.desk import Desk
from core.outcomes.said import KINDS
from db.enums import AssessmentKind
from pages.ui.i18n import _, show
from pages.ui.outcomes.words import SIDES
from pages.ui.session import did

NEW = 0


def panel(user: Person, found: Desk) -> None:
    """The form; what it leads to stands above its button."""
    earlier = {entry.number: show(entry.said) for entry in found.entries if entry.number is not None}
    with st.form(f"assessment-{found.exam_id}", border=False, clear_on_submit=False):
        number = st.selectbox(_("Step"), [NEW, *earlier], format_func=lambda one: earlier.get(one) or _("A further step"),
                              help=_("An earlier step is replaced by what you enter; the former entry stays in the history."))  # fmt: skip
        kind = st.selectbox(_("What was done"), list(KINDS), format_func=lambda one: _(KINDS[one]), index=None, placeholder=_("Choose"))
        left, right = st.columns(2)
        day = left.date_input(_("Day"), today(), min_value=found.exam_date, max_value=today(), format="YYYY-MM-DD")
        side = right.selectbox(_("Side"), list(SIDES), format_func=lambda one: _(SIDES[one]))
        result = st.segmented_control(
            _("Result"), RESULTS, format_func=lambda one: _(RESULT_WORDS[one]), help=_("Leave it open while there is no result yet.")
        )
        source = st.text_input(_("Known from"), max_chars=200, placeholder=_("For example: report 1234 of the assessment clinic"))
        st.caption(_("It waits for the check by another person. A malignant or benign biopsy then proposes the provisional outcome; "
                     "it is never written by itself."))  # fmt: skip
        if st.form_submit_button(_("Record the step"), type="primary"):
            _record(user, found, kind, number=number or None, happened_on=day, side=side, result=result or "", source=source)


def _record(user: Person, found: Desk, kind: AssessmentKind | None, **said: Any) -> None:
    if kind is None:
        st.error(_("Choose what was done."))
    elif did(assessments.record, user, found.exam_id, kind=kind, **said, done=_("Recorded. It waits for the check by another person.")):
        st.rerun()
