"""The exams or invitations behind a number, by the participants' own numbers; names stay with those who care for them.

Who may see participants finds the way from here to their history, and from a cancer that was missed to its earlier images there.
"""

from collections.abc import Hashable, Mapping
from functools import partial
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Act, Person
from core.exchange.tabular import csv_text
from core.figures.cuts import KINDS, Kind
from core.metrics.measures import BY_KEY
from core.workflow.programme_figures import ProgrammeFigures, cases
from pages.ui.choice import asked, choice, remember
from pages.ui.i18n import _, day
from pages.ui.programme.numbers import part_name
from pages.ui.tables import Column, Row, table
from pages.ui.words import DECISION, OUTCOME, word

A_PAGE = 50
COLUMNS = ("exam_id", "episode_id", "number", "exam_date", "invited_on", "round", "category", "decision", "outcome", "counted")


def behind(user: Person, found: ProgrammeFigures, key: str) -> None:
    """The cases behind the number, of the whole or of the part that was chosen, on request."""
    if BY_KEY[key].of == "people" or found.whole.of(key).absent is not None:
        return
    kind, part, name = _part(found, key)
    one = next(group for group in found.by(kind, {key}) if group.key == part).of(key) if part else found.whole.of(key)
    label = _("The cases behind this number: {inside} counted of {n}", inside=one.numerator, n=one.denominator)
    with st.expander(f"{label}{f' · {name}' if name else ''}", key="cases", on_change="rerun", expanded=bool(part)) as opened:
        if opened.open:
            counts = {"counted": one.numerator, "all": one.denominator}
            with st.container(horizontal=True, vertical_alignment="center"):
                only = choice("counted", _("Which cases"), {"counted": _("Counted"), "all": _("All")}, counts=counts)
                if part:
                    st.button(_("All parts"), key="cases-all-parts", type="tertiary", on_click=remember, args=("part", None))
            rows = cases(found, key, kind if part else None, part)
            _list(user, rows[rows.counted] if only == "counted" else rows, key)


def _part(found: ProgrammeFigures, key: str) -> tuple[Kind, str, str]:
    """The part of the address, when it is one of the cut that the table shows and has cases."""
    kind: Kind = asked("by", dict.fromkeys(KINDS, ""), "site")  # type: ignore[assignment]
    part = st.query_params.get("part", "")
    group = next((group for group in found.by(kind, {key}) if group.key == part and group.has(key)), None) if part else None
    return (kind, part, part_name(kind, group)) if group is not None else (kind, "", "")


def _list(user: Person, rows: pd.DataFrame, key: str) -> None:
    if rows.empty:
        st.markdown(f":gray[{_('No case is counted here.')}]")
        return
    exams, linked = "exam_id" in rows, user.may(Act.see_participants) and "participant_id" in rows
    page = _page(len(rows))
    some = rows.iloc[page * A_PAGE : (page + 1) * A_PAGE].to_dict("records")
    shown = [_exam(row, linked) if exams else _invited(row) for row in some]
    table(
        f"cases-{key}",
        _exam_columns(linked) if exams else _invited_columns(),
        shown,
        label=_("The cases behind this number"),
        height="420px",
    )
    st.download_button(
        _("Data"), partial(_file, rows), f"firstlight-{key}-cases.csv", "text/csv", key=f"cases-data-{key}", type="tertiary",
        icon=":material/table:", on_click="ignore",
    )  # fmt: skip


def _page(n: int) -> int:
    """Which page is shown; a line with the ways back and forth where there is more than one."""
    pages = ceil(n / A_PAGE)
    wanted = st.query_params.get("sheet", "1")
    page = min(int(wanted), pages) - 1 if wanted.isdecimal() and len(wanted) < 9 and int(wanted) else 0
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(_("Earlier ones"), icon=":material/chevron_left:", type="tertiary", key="cases-back", disabled=page == 0,
                      on_click=remember, args=("sheet", str(page), "1"))  # fmt: skip
            st.markdown(
                f":gray[{_('{first}–{last} of {n}', first=page * A_PAGE + 1, last=min((page + 1) * A_PAGE, n), n=n)}]", width="content"
            )
            st.button(_("Further ones"), icon=":material/chevron_right:", type="tertiary", key="cases-on", disabled=page + 1 == pages,
                      on_click=remember, args=("sheet", str(page + 2), "1"))  # fmt: skip
    return page


def _file(rows: pd.DataFrame) -> str:
    wanted = [name for name in COLUMNS if name in rows]
    values = rows[wanted].astype(object).where(rows[wanted].notna(), None).values.tolist()
    return csv_text(wanted, values)


def _exam_columns(linked: bool) -> list[Column]:
    return [
        Column("number", _("Participant"), "strong", "150px", link=linked),
        Column("exam", _("Exam"), "text", "120px", "nowrap"),
        Column("date", _("Exam date"), "text", "130px", "nowrap"),
        Column("round", _("Round"), "number", "70px", "right"),
        Column("category", _("Category"), "text", "90px"),
        Column("decision", _("Decision"), "text"),
        Column("outcome", _("Outcome"), "text"),
        Column("year", _("After 365 days"), "text"),
        *([Column("way", "", "muted", "180px")] if linked else []),
    ]


def _exam(row: Mapping[Hashable, Any], linked: bool) -> Row:
    year = {True: _("cancer"), False: _("no cancer")}.get(row["cancer_365"], _("not followed up yet"))
    cells = {
        "number": row["number"], "exam": str(row["exam_id"]), "date": day(row["exam_date"].date()), "round": row["round"],
        "category": row["category"] if isinstance(row["category"], str) else "–",
        "decision": word(DECISION, row["decision"]) if isinstance(row["decision"], str) else _("not decided yet"),
        "outcome": word(OUTCOME, row["outcome"]) if isinstance(row["outcome"], str) else "–", "year": year,
        "way": _("to its earlier images") if row["interval_cancer"] else _("to the history"),
    }  # fmt: skip
    return Row(str(row["exam_id"]), cells, href=f"/participant?participant={row['participant_id']}" if linked else "")


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
