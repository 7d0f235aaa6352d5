"""The outcome itself: what it was, how certain, on which day; what recording it makes of the exam is said before the click."""

from typing import Any

import streamlit as st
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.outcomes.desk import Desk, becomes
from core.workflow import outcomes, recalls
from db.enums import Certainty, OutcomeKind, RecallStep
from pages.ui.i18n import N_, _, show
from pages.ui.session import did, read
from pages.ui.words import CERTAINTY, OUTCOME

SOURCES = (N_("Pathology"), N_("Imaging follow-up"), N_("Registry"), N_("Letter from the clinic"))


def panel(user: Person, found: Desk) -> None:
    """The fields and, once the outcome is chosen, its consequence and the button."""
    key, offered = found.exam_id, found.proposal
    kind = st.selectbox(
        _("Outcome"),
        list(OutcomeKind),
        format_func=lambda one: _(OUTCOME[one]),
        index=list(OutcomeKind).index(offered.kind) if offered else None,
        placeholder=_("Choose"),
        key=f"kind-{key}",
    )
    certainty = st.segmented_control(
        _("Certainty"),
        list(Certainty),
        format_func=lambda one: _(CERTAINTY[one]),
        required=True,
        key=f"certainty-{key}",
        default=offered.certainty if offered else Certainty.provisional,
        help=_("A biopsy counts provisionally until pathology is final; both versions of every figure can be had."),
    )
    day = st.date_input(
        _("Day of the diagnosis"),
        offered.happened_on if offered else today(),
        min_value=found.exam_date,
        max_value=today(),
        format="YYYY-MM-DD",
        key=f"day-{key}",
    )
    source = st.selectbox(
        _("Known from"), SOURCES, format_func=_, index=None, accept_new_options=True, placeholder=_("Choose or type"), key=f"from-{key}"
    )
    close = found.recall_id is not None and st.checkbox(_("Close the recall with this outcome"), value=True, key=f"close-{key}")
    if kind is None:
        return
    st.info(f"{show(read(becomes, found.exam_id, kind, day))}  \n{_('It counts in figures once another person has approved it.')}")
    if st.button(_("Record the outcome"), type="primary", key=f"outcome-{key}"):
        said = {"kind": kind, "certainty": certainty, "happened_on": day, "source": source or ""}
        if did(outcome_and_close, user, found, close, said, done=_("Recorded. It waits for the check by another person.")):
            st.rerun()


def outcome_and_close(session: Session, user: Person, found: Desk, close: bool, said: dict[str, Any]) -> None:
    """Both or neither."""
    outcomes.record(session, user, found.exam_id, **said)
    if close and found.recall_id is not None:
        recalls.append(session, user, found.recall_id, RecallStep.closed)
