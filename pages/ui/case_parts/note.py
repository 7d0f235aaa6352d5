"""The reader's free text, with the programme's usual sentences one choice away."""

import streamlit as st

from core.workflow.opinion_templates import TextTemplate, templates
from core.workflow.reading import Case
from pages.ui.case_parts.keys import key
from pages.ui.i18n import _, language

MOST = 2000


def note(case: Case) -> str:
    """The text field and the list of sentences beside it; a chosen one is added to what stands there."""
    offered = {one.id: one for one in templates(case.card)}
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall", key="case_note"):
        text = st.text_area(
            _("Note"), key=key(case, "note"), max_chars=MOST, height=68, placeholder=_("Note (optional)"), label_visibility="collapsed"
        )
        st.selectbox(
            _("Insert a sentence"), list(offered), index=None, format_func=lambda one: _words(offered[one])[0], key=key(case, "sentence"),
            placeholder=_("Text …"), width=92, label_visibility="collapsed", on_change=_insert, args=(case, offered),
            help=_("Inserts one of the programme's sentences into the note, where it can be edited"),
        )  # fmt: skip
    return str(text or "")


def _insert(case: Case, offered: dict[str, TextTemplate]) -> None:
    chosen = st.session_state.get(key(case, "sentence"))
    if chosen is not None:
        before = str(st.session_state.get(key(case, "note")) or "").rstrip()
        text = _words(offered[chosen])[1]
        st.session_state[key(case, "note")] = (f"{before}\n{text}" if before else text)[:MOST]
        st.session_state[key(case, "sentence")] = None


def _words(one: TextTemplate) -> tuple[str, str]:
    """Title and text in the reader's language, as far as there is one."""
    if one.own:
        here = language()
        return one.title.get(here, one.title.get("en", one.id)), one.text.get(here, one.text.get("en", ""))
    return _(one.title["en"]), _(one.text["en"])
