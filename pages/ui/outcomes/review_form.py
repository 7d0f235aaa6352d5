"""The review of the images before an interval cancer: a class from 0 to 3, by a doctor."""

import streamlit as st

from core.access import Person
from core.outcomes import review
from core.outcomes.said import REVIEW
from pages.ui.i18n import _
from pages.ui.session import did


def form(user: Person, exam_id: int, known: int | None) -> None:
    """The class that counts, and the form for another one."""
    if known is not None:
        st.markdown(f"**{_('Earlier images reviewed')}:** {known} · {_(REVIEW[known])}")
    with (
        st.expander(_("Review the images before the interval cancer"), icon=":material/rate_review:", expanded=False),
        st.form(f"review-{exam_id}", border=False),
    ):
        chosen = st.segmented_control(
            _("Class"), list(REVIEW), format_func=lambda one: f"{one} · {_(REVIEW[one])}", label_visibility="collapsed", default=known
        )
        note = st.text_input(_("What is seen, and where"), max_chars=500)
        st.caption(
            _("Look at the earlier images first. The class is told to the participant who asks; it waits for the check by another person.")
        )
        if not st.form_submit_button(_("Record the review"), type="primary"):
            return
        if chosen is None:
            st.error(_("Choose a class."))
        elif did(review.record, user, exam_id, chosen, note, done=_("Recorded. It waits for the check by another person.")):
            st.rerun()
