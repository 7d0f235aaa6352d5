"""The exams or invitations behind a number, by the participants' own numbers; names stay with those who care for them."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.workflow.programme_figures import ProgrammeFigures, cases
from pages.ui.choice import choice
from pages.ui.i18n import _, day
from pages.ui.sheet import sheet
from pages.ui.tables import Column, Row, table
from pages.ui.words import DECISION, OUTCOME, word

MOST_CASES = 500
COLUMNS = ("exam_id", "episode_id", "number", "exam_date", "invited_on", "round", "category", "decision", "outcome", "counted")


def behind(found: ProgrammeFigures, key: str) -> None:
    """The exams behind the number, on request."""
    rows = cases(found, key)
    inside = int(rows.counted.sum())
    with st.expander(
        _("The cases behind this number: {inside} counted of {n}", inside=inside, n=len(rows)), key="cases", on_change="rerun"
    ) as opened:
        if opened.open:
            only = choice(
                "counted", _("Which cases"), {"counted": _("Counted"), "all": _("All")}, counts={"counted": inside, "all": len(rows)}
            )
            _list(rows[rows.counted] if only == "counted" else rows, key)


def _list(rows: pd.DataFrame, key: str) -> None:
    if rows.empty:
        st.markdown(f":gray[{_('No case is counted here.')}]")
        return
    exams = "exam_id" in rows
    shown = [_exam(row) if exams else _invited(row) for row in rows.head(MOST_CASES).to_dict("records")]
    table(f"cases-{key}", _exam_columns() if exams else _invited_columns(), shown, label=_("The cases behind this number"), height="420px")
    if len(rows) > MOST_CASES:
        st.markdown(f":gray[{_('The first {n} are shown; the file holds all of them.', n=MOST_CASES)}]")
    wanted = [name for name in COLUMNS if name in rows]
    values = rows[wanted].astype(object).where(rows[wanted].notna(), None).values.tolist()
    st.download_button(
        _("Data"), sheet(wanted, values), f"firstlight-{key}-cases.csv", "text/csv", key=f"cases-data-{key}", type="tertiary",
        icon=":material/table:", on_click="ignore",
    )  # fmt: skip


def _exam_columns() -> list[Column]:
    return [
        Column("number", _("Participant"), "strong", "150px"),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("date", _("Exam date"), "text", "130px", "nowrap"),
        Column("round", _("Round"), "number", "70px", "right"),
        Column("category", _("Category"), "text", "90px"),
        Column("decision", _("Decision"), "text"),
        Column("outcome", _("Outcome"), "text"),
        Column("year", _("After 365 days"), "text"),
    ]


def _exam(row: Mapping[Hashable, Any]) -> Row:
    year = {True: _("cancer"), False: _("no cancer")}.get(row["cancer_365"], _("not followed up yet"))
    cells = {
        "number": row["number"], "exam": str(row["exam_id"]), "date": day(row["exam_date"].date()), "round": row["round"],
        "category": row["category"] if isinstance(row["category"], str) else "–",
        "decision": word(DECISION, row["decision"]) if isinstance(row["decision"], str) else _("not decided yet"),
        "outcome": word(OUTCOME, row["outcome"]) if isinstance(row["outcome"], str) else "–", "year": year,
    }  # fmt: skip
    return Row(str(row["exam_id"]), cells)


def _invited_columns() -> list[Column]:
    return [
        Column("number", _("Participant"), "strong", "150px"),
        Column("date", _("Invited on"), "text", "130px", "nowrap"),
        Column("round", _("Round"), "number", "70px", "right"),
        Column("came", _("Came"), "text"),
    ]


def _invited(row: Mapping[Hashable, Any]) -> Row:
    cells = {
        "number": row["number"],
        "date": day(row["invited_on"].date()),
        "round": row["round"],
        "came": _("yes") if row["attended"] else _("no"),
    }
    return Row(str(row["episode_id"]), cells)
