"""Writing a report or letter: language, a look at every page, and only then it is kept."""

import streamlit as st

from core.access import Act, Person
from core.workflow import documents
from core.workflow.documents import Draft
from db.enums import DocumentKind
from pages.ui.documents_look import look
from pages.ui.i18n import LANGUAGES, N_, _, language, tongue
from pages.ui.session import act, read
from pages.ui.words import DOCUMENT

DRAFT = "document-draft"
WRITE = {DocumentKind.report: N_("Write a report"), DocumentKind.letter: N_("Write the letter")}
ICONS = {DocumentKind.report: "description", DocumentKind.letter: "mail"}


def buttons(user: Person, exam_id: int) -> None:
    """One for each kind that this person may write."""
    with st.container(horizontal=True, key=f"write-{exam_id}"):
        for kind in DocumentKind:
            allowed = user.may(Act.read_cases) or kind == DocumentKind.letter
            if allowed and st.button(_(WRITE[kind]), icon=f":material/{ICONS[kind]}:", key=f"{kind}-{exam_id}"):
                write(user, exam_id, kind)


def write(user: Person, exam_id: int, kind: DocumentKind) -> None:
    """Choose the language, look, keep."""
    st.session_state.pop(DRAFT, None)

    @st.dialog(_(DOCUMENT[kind]), width="large")
    def dialog() -> None:
        chosen = st.segmented_control(
            _("Language"), list(LANGUAGES), default=language(), format_func=LANGUAGES.__getitem__, key=f"language-{kind}-{exam_id}"
        )
        made = _drafted(user, exam_id, kind, chosen or language())
        with st.container(horizontal=True):
            keep = st.button(_("Keep this document"), type="primary", icon=":material/check:", key=f"keep-{kind}-{exam_id}")
            name = f"firstlight-draft-{kind.value}.pdf"
            st.download_button(_("Draft as PDF"), made.pdf, name, "application/pdf", on_click="ignore", icon=":material/download:")
        if keep and act(documents.keep, user, made, done=_("The document is kept.")) is not None:
            st.rerun()
        with st.container(height=520, border=True, key="document_look"):
            look(made.content)

    dialog()


def _drafted(user: Person, exam_id: int, kind: DocumentKind, spoken: str) -> Draft:
    """Written once while the dialog is open: what is kept is what was looked at."""
    known = st.session_state.get(DRAFT)
    if isinstance(known, Draft) and (known.exam_id, known.kind, known.language) == (exam_id, kind, spoken):
        return known
    with st.spinner(_("The document is being written …"), show_time=False):
        made: Draft = read(documents.draft, user, exam_id, kind, tongue(spoken))
    st.session_state[DRAFT] = made
    return made
