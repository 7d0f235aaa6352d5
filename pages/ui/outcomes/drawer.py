"""One exam's outcome in a drawer: where it stands, each step of finding out as a form of its own, and how it came to be known."""

import streamlit as st

from core.access import Person
from core.outcomes.desk import Desk, desk
from pages.ui.i18n import _, literal
from pages.ui.outcomes import assessment_form, outcome_form, pathology_form, stands, told
from pages.ui.session import read
from pages.ui.words import DECISION, PROGRAMME


def drawer(user: Person, exam_id: int) -> None:
    """Open the drawer of an exam; closing it shows the list anew."""
    title = read(desk, user, exam_id).name

    @st.dialog(literal(title), position="right", width=640, on_dismiss=_closed)
    def open_drawer() -> None:
        found = read(desk, user, exam_id)
        _head(found)
        parts = st.tabs([_("Where it stands"), _("Assessment"), _("Pathology"), _("Outcome"), _("How it became known")])
        for part, panel in zip(
            parts, (stands.panel, assessment_form.panel, pathology_form.panel, outcome_form.panel, told.panel), strict=True
        ):
            with part:
                panel(user, found)

    open_drawer()


def exam_asked() -> int | None:
    """The exam whose drawer is open, as the address says."""
    named = st.query_params.get("exam", "")
    return int(named) if named.isdecimal() and len(named) <= 18 else None


def _closed() -> None:
    st.query_params.pop("exam", None)


def _head(found: Desk) -> None:
    decided = _(DECISION[found.decision]) if found.decision else _("not decided yet")
    parts = [
        found.number,
        _(PROGRAMME[found.programme]),
        _("exam of {day}", day=found.exam_date),
        f"{decided} ({found.category})" if found.category else decided,
    ]
    st.markdown(" · ".join(literal(part) for part in parts))
    with st.container(horizontal=True):
        st.page_link(
            "pages/doctor/case.py", label=_("Images and reads"), icon=":material/image_search:", query_params={"exam": str(found.exam_id)}
        )
        st.page_link(
            "pages/doctor/participant.py",
            label=_("Participant"),
            icon=":material/history:",
            query_params={"participant": str(found.participant_id)},
        )
