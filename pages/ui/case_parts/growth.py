"""Nodules before and now beside the findings: sizes, change and doubling time at a glance, and a wide sheet for everything else."""

import streamlit as st

from core.access import Person
from core.workflow.growth_view import GrowthRow, GrowthView, growth_view
from core.workflow.reading import Case
from db.enums import ExamKind
from pages.ui.case_parts.growth_cells import from_to, mm, mm3, numbers, percent, quick
from pages.ui.case_parts.growth_sheet import sheet
from pages.ui.case_parts.nodule_sheet import nodules_in_detail
from pages.ui.i18n import _, day, n_, show
from pages.ui.session import read
from pages.ui.tables import Column, Row, table, two
from pages.ui.viewer.prior import shown

TALL = 4  # rows after which the table scrolls


def growth(case: Case, user: Person) -> None:
    """The sheet on this exam's nodules, and below it what became of them since an earlier CT; nothing while AI is hidden.

    The reason stands where there is nothing to compare.
    """
    nodules_in_detail(case, user)
    if case.kind is not ExamKind.lung_ct or case.ai is None or not case.images:
        return
    seen = view(case, user)
    if seen.prior is None:
        return
    with st.container(key="case_growth", gap=None):
        st.header(_("Since {date}", date=day(seen.prior.exam_date)), anchor=False)
        if seen.reason is not None:
            st.caption(show(seen.reason))
        elif not seen.rows:
            st.caption(_("The AI marked no nodule in either exam."))
        else:
            _glance(case, seen)
            if st.button(_("Growth and protocols"), icon=":material/trending_up:", key=f"growth-{case.exam_id}", type="tertiary"):
                sheet(case, user, seen)


def view(case: Case, user: Person) -> GrowthView:
    """The nodules of this exam beside those of the one that is compared with."""
    prior = shown(user, case.exam_id)
    return read(growth_view, user, case.exam_id, prior.exam_id if prior else None)


def _glance(case: Case, seen: GrowthView) -> None:
    columns = [
        Column("nodule", "#", "text", "50px", "nowrap", help=_("Number of the AI mark now ← in the earlier exam")),
        Column("size", _("Before → now"), "text", "", "nowrap"),
        Column("change", _("Doubling"), "number", "98px", "right", help=_("Volume doubling time")),
    ]
    rows = [Row(str(place), _cells(row), tone="attention" if row.disagree else "") for place, row in enumerate(seen.rows)]
    table(f"growth-table-{case.exam_id}", columns, rows, label=_("Nodules before and now"), height="222px" if len(rows) > TALL else "")
    several = sum(row.disagree for row in seen.rows)
    if several:
        text = n_("The protocols disagree on {n} nodule.", "The protocols disagree on {n} nodules.", several)
        st.caption(f":orange[:material/call_split:] {text}")


def _cells(row: GrowthRow) -> dict[str, object]:
    return {"nodule": numbers(row), "size": two(from_to(row, mm, "mm"), from_to(row, mm3, "mm³")), "change": two(quick(row), percent(row))}
