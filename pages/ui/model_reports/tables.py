"""The tables of one report: own figures beside the card's, groups, and the cases that went wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.exchange.tabular import csv_text
from core.workflow.card_figures import CardFigure
from core.workflow.model_reports import ReportRow
from core.workflow.report_beside import Beside, Compared, figures, groups
from pages.ui.i18n import N_, _, number
from pages.ui.model_reports import words
from pages.ui.monitoring.written import between, signed
from pages.ui.tables import Column, Row, Tone, chip, table, two

VERDICT: dict[str, tuple[str, Tone, str]] = {
    "above": (N_("higher here"), "orange", "▲"),
    "below": (N_("lower here"), "orange", "▼"),
    "alike": (N_("no difference shown"), "gray", "="),
}


def beside(report: ReportRow, found: Compared) -> None:
    """Each figure of the own report and the same one of the card, with the difference and whether it is beyond chance."""
    st.markdown(f"**{_('Your cases beside the card')}** :gray[{_beside_words(found)}]")
    columns = [
        Column("what", _("Figure"), "strong"),
        Column("own", _("Your cases"), "number", "150px", "right nowrap"),
        Column("card", _("Card"), "number", "150px", "right nowrap"),
        Column("gap", _("Difference"), "number", "150px", "right nowrap"),
        Column("verdict", _("Beyond chance?"), "chip", "190px"),
    ]
    table(
        f"beside-{report.id}", columns, [_beside_row(one) for one in found.figures], label=_("Your cases beside the card"), height="420px"
    )


def alone(report: ReportRow) -> None:
    """The figures of a report that stands by itself."""
    _figures(report, "report-figures", _("Figures"), figures(report.content))


def parts(report: ReportRow) -> None:
    """The figures of groups of cases."""
    found = groups(report.content)
    if found:
        _figures(report, "report-groups", _("Groups"), found)


def wrong(report: ReportRow) -> None:
    """What the model missed or was most wrong about, and its false marks."""
    content = report.content
    _cases(report, "misses", _("Missed or most wrong"), content.get("misses") or ())
    listed = content.get("false_marks_listed") or ()
    if isinstance(listed, list) and all(isinstance(one, Mapping) for one in listed):
        _cases(report, "false-marks", _("False marks"), listed)


def _beside_words(found: Compared) -> str:
    if found.same_cases:
        return _("Both were measured on the same cases: they are no test of each other.")
    if not found.by_chance:
        return _("The card has none of these figures, so nothing can be compared.")
    return _(
        "Difference from both intervals. Of so many figures about {n} differ by chance alone.",
        n=number(max(found.by_chance, 0.1), 1),
    )


def _beside_row(one: Beside) -> Row:
    known = VERDICT.get(one.verdict)
    cells = {
        "what": words.figure(one.path),
        "own": _cell(one.own),
        "card": _cell(one.card) if one.card else "–",
        "gap": two(signed(one.difference.value, 3), between(one.difference, 3)) if one.difference else "–",
        "verdict": chip(_(known[0]), known[1], known[2]) if known else None,
    }
    return Row(" ".join(one.path), cells)


def _cell(one: CardFigure) -> dict[str, str]:
    n = f" · n = {number(one.n)}" if one.n is not None else ""
    return two(number(one.interval.value, 3), f"{words.limits(one.interval)}{n}")


def _figures(report: ReportRow, key: str, title: str, found: Sequence[CardFigure]) -> None:
    st.markdown(f"**{title}**")
    columns = [
        Column("what", _("Figure"), "strong"),
        Column("value", _("Value"), "number", "110px", "right nowrap"),
        Column("limits", _("95 % interval"), "number", "140px", "right nowrap"),
        Column("n", "n", "number", "90px", "right"),
    ]
    rows = [_figure_row(one) for one in found]
    table(f"{key}-{report.id}", columns, rows, label=title, height="360px")


def _figure_row(one: CardFigure) -> Row:
    cells = {"what": words.figure(one.path), "value": number(one.interval.value, 3), "limits": words.limits(one.interval)}
    return Row(" ".join(one.path), {**cells, "n": number(one.n)})


def _cases(report: ReportRow, key: str, title: str, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        return
    names = list(found[0])
    st.markdown(f"**{title}** :gray[{number(len(found))}]")
    columns = [_case_column(name, found[0][name]) for name in names]
    rows = [Row(str(n), {name: _plain(one.get(name)) for name in names}) for n, one in enumerate(found)]
    table(f"{key}-{report.id}", columns, rows, label=title, height="320px")
    listed = [[one.get(name) for name in names] for one in found]
    st.download_button(
        _("Data"), csv_text(names, listed), f"firstlight-{report.task}-{key}.csv", "text/csv", key=f"data-{key}-{report.id}",
        type="tertiary", icon=":material/table:", on_click="ignore",
    )  # fmt: skip


def _case_column(name: str, value: object) -> Column:
    """Numbers, and what may be none, to the right."""
    if _measured(value) or value is None:
        return Column(name, words.column(name), "number", align="right nowrap")
    return Column(name, words.column(name), "strong")


def _measured(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("none")
    return number(float(value), 2) if isinstance(value, int | float) else str(value)
