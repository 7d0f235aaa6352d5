"""Two groups side by side, such as a site and another, or this year and the last: each figure with its difference."""

from collections.abc import Sequence

import streamlit as st

from core.exchange.tabular import csv_text
from core.figures.comparison import Line, compare
from core.figures.cuts import KINDS, Kind
from core.workflow.programme_figures import Group, ProgrammeFigures
from pages.ui import indicators
from pages.ui.choice import pick
from pages.ui.i18n import _, number, show
from pages.ui.programme.numbers import part_name
from pages.ui.tables import Column, Row, chip, table

PAIRS: tuple[Kind, ...] = ("site", "round", "age", "density", "reader", "year", "quarter")


def two_groups(found: ProgrammeFigures) -> None:
    """On request: the kind of group, the two, and a line for each figure."""
    with st.expander(_("Compare two groups"), key="compare", on_change="rerun") as opened:
        if not opened.open:
            return
        kinds = {kind: _(KINDS[kind]) for kind in PAIRS if found.cut(kind).parts.n > 1}
        if not kinds:
            st.markdown(f":gray[{_('There is only one group of each kind here.')}]")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            kind: Kind = pick("pair", _("Kind of group"), kinds, width=180)  # type: ignore[assignment]
            names = {group.key: part_name(kind, group) for group in found.by(kind)}
            first = pick("first", _("First group"), names, width=230)
            second = pick("second", _("Second group"), {key: names[key] for key in reversed(list(names))}, width=230)
        groups = {group.key: group for group in found.by(kind)}
        _lines(compare(groups[first], groups[second]), names[first], names[second], (groups[first], groups[second]))


def _lines(lines: Sequence[Line], first: str, second: str, groups: tuple[Group, Group]) -> None:
    shown = [line for line in lines if line.first.denominator or line.second.denominator]
    columns = [
        Column("name", _("Figure"), "strong"), Column("first", f"{first} ({number(groups[0].exams)})", "number", align="right"),
        Column("second", f"{second} ({number(groups[1].exams)})", "number", align="right"),
        Column("gap", _("Difference (95 %)"), "number", align="right nowrap"), Column("word", "", "chip", width="150px"),
    ]  # fmt: skip
    table("compare-lines", columns, [_row(line) for line in shown], label=_("Compare two groups"), height="420px")
    header = [_("Figure"), first, second, _("Difference"), _("95 % from"), _("95 % to")]
    st.download_button(
        _("Data"), csv_text(header, [_cells(line) for line in shown]), "firstlight-comparison.csv", "text/csv", key="compare-data",
        type="tertiary", icon=":material/table:", on_click="ignore",
    )  # fmt: skip
    st.markdown(f":gray[{_('Many figures are compared at once: one in twenty differs by chance.')}]")


def _row(line: Line) -> Row:
    gap = "–"
    if line.difference is not None and line.first.stable and line.second.stable:
        low, value, high = (number(part * indicators.SCALE[line.first.unit], 1) for part in (
            line.difference.low, line.difference.value, line.difference.high))  # fmt: skip
        gap = f"{value} ({low} {_('to')} {high})"
    word = chip(_("differ"), "orange", "◆") if line.apart else chip("")
    sides = {"first": indicators.sentence(line.first), "second": indicators.sentence(line.second)}
    return Row(line.first.key, {"name": show(line.first.name), **sides, "gap": gap, "word": word if line.apart else None})


def _cells(line: Line) -> tuple[object, ...]:
    gap = line.difference
    limits = (gap.value, gap.low, gap.high) if gap else (None, None, None)
    return show(line.first.name), indicators.counts(line.first), indicators.counts(line.second), *limits
