"""Reports and letters of a participant: what was written, and writing one with a look at it before it is kept."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.workflow import documents as papers
from core.workflow.documents import DocumentLine
from core.workflow.timeline import TimelineEvent
from pages.ui.documents_make import buttons
from pages.ui.i18n import LANGUAGES, _, day, moment
from pages.ui.session import read
from pages.ui.tables import Column, Row, chip, table, two
from pages.ui.words import DOCUMENT


def documents(user: Person, events: Sequence[TimelineEvent]) -> None:
    """The kept ones, and buttons for the newest decided exam."""
    exams = {event.exam_id: event.at for event in events if event.kind == "exam" and event.exam_id is not None}
    decided = [event.exam_id for event in events if event.kind == "decision" and event.exam_id is not None]
    if not decided:
        return
    st.subheader(_("Reports and letters"), anchor=False)
    newest = max(decided, key=lambda exam_id: exams[exam_id])
    st.caption(_("For the exam of {day}; open an earlier case to write for that one.", day=day(exams[newest])))
    buttons(user, newest)
    found = read(papers.documents, user, list(exams))
    if found:
        kept(found, key="documents")


def for_case(user: Person, exam_id: int) -> None:
    """On a decided case: writing one, and what was kept."""
    buttons(user, exam_id)
    found = read(papers.documents, user, [exam_id])
    for one in found:
        name = f"{_(DOCUMENT[one.kind])}, {LANGUAGES.get(one.language, one.language)}"
        st.markdown(f"[{name}](/api/document/{one.id}) · {moment(one.at)}{'' if one.current else ' · ' + _('older decision')}")


def kept(found: Sequence[DocumentLine], *, key: str) -> None:
    """A row opens the PDF in a tab of its own."""
    columns = [
        Column("what", _("Document"), "strong", link=True),
        Column("state", _("Decision"), "chip", "150px"),
        Column("at", _("Written"), "text", "150px"),
    ]
    table(key, columns, [_row(one) for one in found], label=_("Reports and letters"))


def _row(one: DocumentLine) -> Row:
    state = chip(_("stands"), "green", "✓") if one.current else chip(_("older decision"), "orange", "◆")
    cells = {
        "what": two(f"{_(DOCUMENT[one.kind])}, {LANGUAGES.get(one.language, one.language)}", f"{one.template} {one.template_version}"),
        "state": state,
        "at": two(moment(one.at), one.author),
    }
    return Row(str(one.id), cells, href=f"/api/document/{one.id}")
