"""Interval cancers first: the exam before them with both reads and what the AI had said by that day, one click from the images."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.outcomes.said import REVIEW
from core.workflow.missed import Missed
from core.workflow.programmes import card
from pages.ui.i18n import _, day, days, literal, moment, show
from pages.ui.outcomes import review_form
from pages.ui.words import CERTAINTY, DECISION


def cards(found: Sequence[Missed], user: Person) -> None:
    """One card for each interval cancer; nothing where there is none."""
    for one in found:
        with st.container(key="missed" if one is found[0] else f"missed-{one.exam_id}", gap="xsmall"):
            _card(one, user)


def _card(one: Missed, user: Person) -> None:
    after = _(
        "Interval cancer on {day}, {n} after the exam of {exam}", day=day(one.diagnosed), n=days(one.days_after), exam=day(one.exam_date)
    )
    unchecked = "" if one.counts else f" :orange-badge[◆ {_('waits for its second check and counts in no figure')}]"
    st.markdown(f":red[▲] **{after}** ({_(CERTAINTY[one.certainty])}, {literal(_(one.source))}){unchecked}")
    scheme = card(one.programme).scheme
    for read in one.reads:
        seen = _("AI result in sight") if read.saw_ai else _("without AI")
        said = f"{scheme} {read.category}, {_(DECISION[read.decision])}"
        st.markdown(f"{_('Read')}: **{literal(read.reader)}** · {said} · {moment(read.committed_at)} · {seen}")
    if one.ai is None:
        st.markdown(_("AI on the day of the decision: no result, because: {reason}", reason=show(one.ai_reason)))
    else:
        simulated = f" · **{_('simulated result')}**" if one.ai.synthetic else ""
        said = _("AI by the day of the decision: score {step} of 10", step=one.ai.step if one.ai.step is not None else "–")
        st.markdown(f"{said} · {literal(one.ai.model)} · {day(one.ai.at)}{simulated}")
    label = _("Open the images and reads of {day}", day=day(one.exam_date))
    st.page_link("pages/doctor/case.py", label=label, icon=":material/image_search:", query_params={"exam": str(one.exam_id)})
    if one.may_review:
        review_form.form(user, one.exam_id, one.review)
    elif one.review is not None:
        st.markdown(f"{_('Earlier images reviewed')}: **{one.review} · {_(REVIEW[one.review])}**")
