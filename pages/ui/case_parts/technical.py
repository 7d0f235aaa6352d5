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
        several = len(case.card.expected_parts) > 1
        columns = st.columns(2, gap="xsmall") if several else [st.container()]
        for place, view in enumerate(case.card.expected_parts):
            with columns[place % len(columns)]:
                _reason(case, view, several=several)
    return views(case)


def _reason(case: Case, view: str, *, several: bool) -> None:
    """The label stands in the field, because four of them have to fit above the button."""

    def words(one: str) -> str:
        return f"{view}: {_(REASONS[one])}" if several else _(REASONS[one])

    empty = _("{view}: not to repeat", view=view) if several else _("Choose a reason")
    st.selectbox(
        view, list(REASONS), index=None, format_func=words, key=key(case, f"repeat-{view}"), placeholder=empty, label_visibility="collapsed"
    )


def views(case: Case) -> tuple[ViewToRepeat, ...]:
    """What was chosen so far."""
    said = {view: st.session_state.get(key(case, f"repeat-{view}")) for view in case.card.expected_parts}
    return tuple(ViewToRepeat(view=view, reason=str(reason)) for view, reason in said.items() if reason)
