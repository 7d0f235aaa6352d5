"""What the tissue says: histology from the programme's list, size, grade, nodes and stage, each told beside its field when it cannot be."""

from typing import Any

import streamlit as st

from core.access import Person
from core.clock import today
from core.outcomes import pathology
from core.outcomes.desk import Desk
from core.outcomes.histology import histologies
from core.outcomes.plausible import GRADES, LARGEST_MM, STAGES, Report, doubts, problems
from db.enums import Certainty
from pages.ui.i18n import N_, _, literal, show
from pages.ui.outcomes.words import SIDES
from pages.ui.session import did
from pages.ui.words import CERTAINTY

OPEN: dict[bool | None, str] = {None: N_("not said"), True: N_("invasive"), False: N_("in situ")}
NODES: dict[bool | None, str] = {None: N_("not said"), True: N_("involved"), False: N_("free")}


def panel(user: Person, found: Desk) -> None:
    """The fields, what cannot be beside them, and the button once everything can."""
    named = histologies(found.programme)
    key = found.exam_id
    chosen = st.selectbox(
        _("Histology"), list(named), format_func=lambda one: _(named[one].name), index=None, placeholder=_("Choose"), key=f"histology-{key}"
    )
    if chosen is None:
        st.caption(_("Choose the histology first; the list is that of the programme."))
        return
    report, certainty, source = _fields(found, chosen)
    wrong = problems(found.programme, report)
    for problem in wrong:
        st.error(f"{_(pathology.FIELDS[problem.field])}: {literal(show(problem.said))}", icon=":material/edit:")
    for doubt in doubts(found.programme, report):
        st.markdown(f":orange-badge[◆ {_('look twice')}] {literal(show(doubt))}")
    st.caption(
        _("It waits for the check by another person. A final report then proposes the final outcome; it is never written by itself.")
    )
    if st.button(_("Record the pathology"), type="primary", disabled=bool(wrong), key=f"pathology-{key}") and did(
        pathology.record,
        user,
        found.exam_id,
        report,
        certainty=certainty,
        source=source,
        done=_("Recorded. It waits for the check by another person."),
    ):
        st.rerun()


def _fields(found: Desk, chosen: str) -> tuple[Report, Certainty, str]:
    named, key = histologies(found.programme)[chosen], found.exam_id
    said: dict[str, Any] = {}
    left, right = st.columns(2)
    said["reported_on"] = left.date_input(
        _("Day of the report"), today(), min_value=found.exam_date, max_value=today(), format="YYYY-MM-DD", key=f"reported-{key}"
    )
    said["side"] = right.selectbox(_("Side"), list(SIDES), format_func=lambda one: _(SIDES[one]), key=f"side-{key}")
    if named.malignant:
        said |= _of_cancer(found, named.invasive)
    certainty = st.segmented_control(
        _("Certainty"),
        list(Certainty),
        format_func=lambda one: _(CERTAINTY[one]),
        default=Certainty.final,
        required=True,
        key=f"sure-{key}",
    )
    source = st.text_input(_("Known from"), max_chars=200, placeholder=_("For example: report 1234 of the pathology"), key=f"source-{key}")
    return Report(histology=chosen, **said), certainty or Certainty.final, source


def _of_cancer(found: Desk, invasive: bool | None) -> dict[str, Any]:
    key, said = found.exam_id, dict[str, Any]()
    left, right = st.columns(2)
    if invasive is None:
        said["invasive"] = right.selectbox(
            _("Invasive or in situ"), list(OPEN), format_func=lambda one: _(OPEN[one]), key=f"invasive-{key}"
        )
    said["size_mm"] = left.number_input(
        _("Size (mm)"), 0.0, LARGEST_MM, None, 0.5, key=f"size-{key}", help=_("The largest extent of the tumour")
    )
    left, middle, right = st.columns(3)
    said["grade"] = left.selectbox(_("Grade"), GRADES, index=None, placeholder="–", key=f"grade-{key}")
    said["nodes_positive"] = middle.selectbox(_("Lymph nodes"), list(NODES), format_func=lambda one: _(NODES[one]), key=f"nodes-{key}")
    said["stage"] = right.selectbox(_("Stage"), STAGES[found.programme], index=None, placeholder="–", key=f"stage-{key}") or ""
    said["tnm"] = st.text_input("TNM", max_chars=60, placeholder="pT1c pN0 M0", key=f"tnm-{key}")
    return said
