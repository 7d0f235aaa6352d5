"""Which views a technical recall asks for and why: asked only when that decision is chosen."""

import streamlit as st

from core.workflow.opinion import ViewToRepeat
from core.workflow.opinion_parts import REASONS
from core.workflow.reading import Case
from pages.ui.case_parts.keys import key
from pages.ui.i18n import _


def technical(case: Case) -> tuple[ViewToRepeat, ...]:
    """The form: a reason beside each view that is to be taken again; a CT has one part, and its reason alone is asked."""
    with st.container(key="case_technical", gap="xsmall"):
        st.markdown(_("Repeat which views, and why?") if len(case.card.expected_parts) > 1 else _("Why is the scan to be repeated?"))
        columns = st.columns(2, gap="xsmall") if len(case.card.expected_parts) > 1 else [st.container()]
        for place, view in enumerate(case.card.expected_parts):
            with columns[place % len(columns)]:
                st.selectbox(
                    view if len(columns) > 1 else _("Reason"), list(REASONS), index=None, format_func=lambda one: _(REASONS[one]),
                    key=key(case, f"repeat-{view}"), placeholder=_("not to repeat") if len(columns) > 1 else _("Choose a reason"),
                )  # fmt: skip
    return views(case)


def views(case: Case) -> tuple[ViewToRepeat, ...]:
    """What was chosen so far."""
    said = {view: st.session_state.get(key(case, f"repeat-{view}")) for view in case.card.expected_parts}
    return tuple(ViewToRepeat(view=view, reason=str(reason)) for view, reason in said.items() if reason)
