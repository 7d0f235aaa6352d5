"""Any two exams of the same kind beside each other, and the way to their images."""

from collections.abc import Sequence

import streamlit as st

from core.access import Person
from core.workflow.timeline import TimelineEvent
from core.workflow.two_exams import ExamRow, two_exams
from pages.ui.i18n import _, day, days, show
from pages.ui.session import read
from pages.ui.tables import Column, Row, table


def compare(user: Person, events: Sequence[TimelineEvent]) -> None:
    """The two newest exams to begin with; nothing where a programme has no two exams."""
    exams = {event.exam_id: event for event in events if event.kind == "exam" and event.exam_id is not None}
    pairs = {
        programme: [one for one in exams.values() if one.programme == programme] for programme in {e.programme for e in exams.values()}
    }
    choices = [one for some in pairs.values() if len(some) > 1 for one in some]
    if not choices:
        return
    st.subheader(_("Compare two exams"), anchor=False)
    names = {one.exam_id or 0: _exam(one) for one in sorted(choices, key=lambda one: one.at, reverse=True)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        later = st.selectbox(_("Exam"), list(names), format_func=names.__getitem__, key="compare-later")
        same = [one for one in names if one != later and exams[one].programme == exams[later].programme]
        earlier = st.selectbox(_("with"), same, format_func=names.__getitem__, key=f"compare-with-{later}")
    found = read(two_exams, user, later, earlier)
    columns = [
        Column("what", "", "strong", "26%"),
        Column("before", day(found.earlier.exam_date), "text"),
        Column("now", day(found.later.exam_date), "text"),
        Column("change", _("Change"), "text", "20%"),
    ]
    rows = [Row(str(n), _cells(row)) for n, row in enumerate(found.rows)]
    table("compare", columns, rows, label=_("Compare two exams"))
    st.caption(_("{n} between the exams", n=days(found.days)))
    query = {"exam": str(found.later.exam_id), "prior": str(found.earlier.exam_id)}
    label = _("Open the images side by side")
    st.page_link("pages/doctor/case.py", label=label, icon=":material/view_column:", query_params=query)


def _exam(event: TimelineEvent) -> str:
    return f"{day(event.at)} · {show(event.text)} · {_('round {n}', n=event.round)}"


def _cells(row: ExamRow) -> dict[str, object]:
    change = show(row.change) if row.change else (_("differs") if row.differs and row.before and row.now else "")
    return {"what": show(row.what), "before": show(row.before), "now": show(row.now), "change": change}
