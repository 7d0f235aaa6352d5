"""Everything that happened to a participant: dots on a time axis, and below them every event once, the newest round first."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.timeline import TimelineEvent
from pages.ui.case_parts.timeline import axis
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, day, show
from pages.ui.people import KINDS
from pages.ui.tables import Column, Row, chip, table
from pages.ui.words import PROGRAMME

CASE = "pages/doctor/case.py"


def axis_of(events: Sequence[TimelineEvent]) -> None:
    """A click on an exam opens it."""
    if not events:
        return
    with st.container(key="history_axis"):
        opened = axis(events, key="history-axis")
    if opened is not None:
        st.switch_page(CASE, query_params={"exam": str(opened)})


def events(found: Sequence[TimelineEvent]) -> None:
    """A table for each round; a row opens the exam that it belongs to."""
    if not found:
        nothing_here(_("Nothing has happened yet."), _("Invitations and exams appear here by themselves."))
    for title, some in rounds(found):
        st.subheader(title, anchor=False)
        picked = table(f"history-{title}", _columns(), [_row(n, event) for n, event in enumerate(some)], label=title)
        if picked.opened:
            st.switch_page(CASE, query_params={"exam": str(some[int(picked.opened)].exam_id)})


def rounds(found: Sequence[TimelineEvent]) -> list[tuple[str, list[TimelineEvent]]]:
    """The rounds by name, the newest first, each with its events in order."""
    keys = {(event.programme, event.round): event.at for event in found}
    named = [(_("{programme}, round {n}", programme=_(PROGRAMME[key[0]]), n=key[1]), key) for key in sorted(keys, key=lambda k: keys[k])]
    return [(title, [event for event in found if (event.programme, event.round) == key]) for title, key in reversed(named)]


def _columns() -> list[Column]:
    return [
        Column("at", _("Day"), "text", "112px", "nowrap"),
        Column("kind", _("What"), "chip", "112px"),
        Column("text", _("What happened"), "text", link=True),
    ]


def _row(n: int, event: TimelineEvent) -> Row:
    name, tone, shape = KINDS[event.kind]
    cells = {"at": day(event.at), "kind": chip(_(name), tone, shape), "text": show(event.text)}
    return Row(str(n), cells, href=f"/case?exam={event.exam_id}" if event.exam_id else "")
