"""A reader's own figures as people read them: sentences with counts and intervals, targets, and a line for each month."""

import html
from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.exchange.tabular import csv_text
from core.metrics.proportions import Proportion
from core.workflow.reader_statistics import Figures, Month, Progress, ReaderStatistics
from pages.ui.i18n import N_, _, day, n_, number
from pages.ui.tables import Column, Row, table, two

TARGET = {
    "cases": N_("Blind reads"),
    "screening": N_("Blind reads of screening rounds"),
    "first_reads": N_("First reads of screening rounds"),
}
NAMED: Sequence[tuple[str, str, str]] = (
    ("recall", N_("Recalled"), N_("For assessment or at short term, of all blind reads.")),
    ("technical_recall", N_("Technical recalls"), N_("Images to be taken again, of all blind reads.")),
    ("agreed_with_reader", N_("Agreed with the other reader"), N_("Of cases that somebody else read too, by the rule of arbitration.")),
    ("arbitration", N_("Went to arbitration"), N_("Of cases that are decided.")),
    ("agreed_with_decision", N_("Agreed with the decision"), N_("Of decided cases that somebody else read or settled too.")),
    ("cancers_recalled", N_("Cancers recalled"), N_("Of exams after which a cancer was recorded, interval cancers included.")),
)  # fmt: skip


def state_line(found: ReaderStatistics) -> str:
    """How many reads count, and how many do not and why."""
    counted = n_("**{n} blind read** counted.", "**{n} blind reads** counted.", found.figures.reads)
    left = found.figures.excluded
    why = n_("{n} left out: the AI result or another opinion was in sight before signing.",
             "{n} left out: the AI result or another opinion was in sight before signing.", left)  # fmt: skip
    return f"{counted} {why}" if left else f"{counted} {_('None was left out.')}"


def targets(found: ReaderStatistics) -> None:
    """How far the year is, each target with its source."""
    st.header(_("The last 365 days"), anchor=False)
    if not found.targets:
        st.caption(_("This programme's card names no target."))
        return
    for place, one in zip(st.columns(len(found.targets), gap="medium"), found.targets, strict=True):
        with place, st.container(gap="xsmall"):
            _target(one)


def figures(found: ReaderStatistics) -> None:
    """Every proportion with numerator, denominator and interval; a small numerator is no rate."""
    st.header(_("In this period"), anchor=False)
    columns = [
        Column("name", _("Figure"), "strong"),
        Column("value", _("Value"), "number", "150px", "right nowrap"),
        Column("counts", _("Counts and 95 % interval"), "text", "260px", "nowrap"),
    ]
    rows = [Row(name, {"name": two(_(words), _(means)), **_cells(getattr(found.figures, name))}) for name, words, means in NAMED]
    table("own-figures", columns, [*_times(found.figures), *rows], label=_("In this period"))


def months(found: ReaderStatistics) -> None:
    """One line for each month in which something was signed."""
    st.header(_("By month"), anchor=False)
    columns = [
        Column("month", _("Month"), "strong"),
        Column("reads", _("Blind reads"), "number", "120px", "right nowrap"),
        Column("excluded", _("Left out"), "number", "100px", "right nowrap"),
        Column("seconds", _("Seconds a read"), "number", "140px", "right nowrap"),
        Column("recall", _("Recalled"), "text", "260px", "nowrap"),
        Column("agreed", _("Agreed with the other reader"), "text", "260px", "nowrap"),
    ]
    table("own-months", columns, [_month(one) for one in reversed(found.months)], label=_("By month"))


def export(found: ReaderStatistics) -> str:
    """The months as a sheet; a rate is left to whoever opens it."""
    header = [
        _("Month"), _("Blind reads"), _("Left out"), _("Seconds a read"), _("Interrupted"), _("First reads"), _("Second reads"),
        _("Recalled"), _("Technical recalls"),
    ]  # fmt: skip
    return csv_text(header, [_line(one.first_day, one.figures) for one in found.months])


def _target(one: Progress) -> None:
    words, share = _(TARGET[one.target.of]), one.fraction
    said = _("{done} of {wanted} since {day}", done=one.done, wanted=one.target.a_year, day=one.since)
    bar = (
        f'<div role="progressbar" aria-label="{html.escape(words)}" aria-valuemin="0" aria-valuemax="{one.target.a_year}" '
        f'aria-valuenow="{min(one.done, one.target.a_year)}" '
        f'style="height:6px;border-radius:3px;background:var(--fl-line)">'
        f'<div style="height:6px;border-radius:3px;background:var(--fl-accent);width:{100 * share:.1f}%"></div></div>'
    )
    st.markdown(f"**{words}**: {said} ({number(100 * share, 1)} %)")
    st.html(bar)
    st.caption(one.source)


def _times(found: Figures) -> list[Row]:
    """How long reading took, and which place the reads had."""
    seconds = "–" if found.seconds_per_read is None else _("{n} s", n=round(found.seconds_per_read))
    timed = n_("median of {n} read", "median of {n} reads", found.timed)
    broken = n_("{n} interrupted read is not timed", "{n} interrupted reads are not timed", found.interrupted) if found.interrupted else ""
    time = two(_("Time per read"), _("From opening to signing."))
    place = two(_("First and second reads"), _("Which place the read had on its case."))
    return [
        Row("time", {"name": time, "value": seconds, "counts": ", ".join(filter(None, (timed, broken)))}),
        Row("place", {"name": place, "value": f"{number(found.first)} / {number(found.second)}", "counts": _("of {n}", n=found.reads)}),
    ]


def _cells(one: Proportion) -> dict[str, str]:
    return {"value": _rate(one), "counts": _counts(one)}


def _rate(one: Proportion) -> str:
    """The rate only where the numerator is large enough for one."""
    if one.value is None:
        return "–"
    return f"{number(100 * one.value, 1)} %" if one.stable else _("{x} of {n}", x=one.numerator, n=one.denominator)


def _counts(one: Proportion) -> str:
    if one.interval is None:
        return _("nothing to count yet")
    low, high = number(100 * one.interval.low, 1), number(100 * one.interval.high, 1)
    span = _("{x} of {n}, {low}–{high} %", x=one.numerator, n=one.denominator, low=low, high=high)
    return span if one.stable else f"{span} · {_('too few for a rate')}"


def _month(one: Month) -> Row:
    found = one.figures
    cells = {
        "month": f"{one.first_day:%Y-%m}",
        "reads": number(found.reads),
        "excluded": number(found.excluded),
        "seconds": "–" if found.seconds_per_read is None else number(round(found.seconds_per_read)),
        "recall": _counts(found.recall),
        "agreed": _counts(found.agreed_with_reader),
    }
    return Row(day(one.first_day), cells)


def _line(first_day: date, found: Figures) -> list[object]:
    return [
        f"{first_day:%Y-%m}", found.reads, found.excluded, found.seconds_per_read, found.interrupted, found.first, found.second,
        found.recall.numerator, found.technical_recall.numerator,
    ]  # fmt: skip
