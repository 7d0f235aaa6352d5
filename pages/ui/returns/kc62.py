"""The yearly breast return on the page: what must be looked at, the table of first and later rounds, the file."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.exchange.tabular import xlsx_bytes
from core.returns.checks import Check
from core.returns.kc62 import Line, Return
from pages.ui.i18n import N_, _, n_, number, show
from pages.ui.programme.export import XLSX, spoken
from pages.ui.tables import Column, Row, chip, table

KIND = {"sum": N_("does not fit"), "jump": N_("changed"), "few": N_("too few")}
ROUNDS = (N_("First rounds"), N_("Later rounds"))


def looked_at(found: Sequence[Check], *, compared: bool) -> None:
    """What must be looked at before the return goes out; rates of few cases only counted, their lines carry the "!"."""
    for one in found:
        if one.kind != "few":
            tone = "red" if one.kind == "sum" else "orange"
            st.markdown(f":{tone}-badge[{'▲' if one.kind == 'sum' else '◆'} {_(KIND[one.kind])}] {show(one.said)}")
    few = sum(one.kind == "few" for one in found)
    if not any(one.kind != "few" for one in found):
        jumped = _("no rate has jumped since the year before") if compared else _("there is no year before to compare with")
        st.markdown(f":green-badge[✓ {_('Fits')}] {_('Lines fit each other')}; {jumped}.")
    if few:
        st.markdown(
            f":gray[{n_('{n} rate marked ! rests on fewer than 25 cases.', '{n} rates marked ! rest on fewer than 25 cases.', few)}]"
        )


def return_table(made: Return, checks: Sequence[Check]) -> None:
    """All ages at first, an age band on request."""
    wrong = {one.line: one.kind for one in checks if one.kind != "few"}
    columns = [
        Column("line", _("Line"), "strong", "270px"),
        *(Column(f"n{k}", _(name), "number", align="right nowrap") for k, name in enumerate(ROUNDS)),
        *(Column(f"r{k}", _("Rate, {rounds}", rounds=_(name).lower()), "number", align="right nowrap") for k, name in enumerate(ROUNDS)),
        Column("word", "", "chip", width="130px"),
    ]
    rows = [_row(made, line, wrong.get(line.key, "")) for line in made.lines]
    table("kc62", columns, rows, label=_("The return"))
    with st.expander(_("By age"), key="kc62-ages", on_change="rerun") as opened:
        if opened.open:
            _by_age(made)


def _row(made: Return, line: Line, wrong: str) -> Row:
    counts = {f"n{k}": number(made.total(line.key, k)) for k in (0, 1)}
    rates = {f"r{k}": _rate(made, line, k) for k in (0, 1)}
    mark = chip(_(KIND[wrong]), "red" if wrong == "sum" else "orange", "▲" if wrong == "sum" else "◆") if wrong else None
    return Row(line.key, {"line": _(line.name), **counts, **rates, "word": mark})


def _rate(made: Return, line: Line, round_: int) -> str:
    among = made.total(line.among, round_) if line.among in made.counts else 0
    if not among:
        return "–"
    if made.few(line, round_):
        return f"{_('{x} of {n}', x=number(made.total(line.key, round_)), n=number(among))} !"
    share = number(line.per * made.total(line.key, round_) / among, 1)
    return _("{value} %", value=share) if line.per == 100 else _("{value} per 1000", value=share)


def _by_age(made: Return) -> None:
    columns = [Column("line", _("Line"), "strong", "230px"), *(Column(band, band, "number", align="right") for band in made.bands)]
    for round_, name in enumerate(ROUNDS):
        st.markdown(f"**{_(name)}**")
        table(f"kc62-ages-{round_}", columns, [_ages(made, line, round_) for line in made.lines], label=_(name))


def _ages(made: Return, line: Line, round_: int) -> Row:
    counts = zip(made.bands, made.counts[line.key][round_].tolist(), strict=True)
    return Row(line.key, {"line": _(line.name)} | {band: number(n) for band, n in counts})


def download(made: Return, checks: Sequence[Check], year: str, about: str) -> None:
    """The workbook: totals, ages and what must be looked at."""
    st.download_button(
        _("Return (XLSX)"), spoken(partial(_file, made, checks, about)), f"firstlight-return-{year}.xlsx", XLSX, icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _file(made: Return, checks: Sequence[Check], about: str) -> bytes:
    head = [_("Line"), _("Rounds"), *made.bands, _("All ages"), _("Of"), _("Rate"), _("Per"), "!"]
    rows = [_cells(made, line, k) for line in made.lines for k in (0, 1)]
    said = [(_(KIND[one.kind]), show(one.said)) for one in checks]
    return xlsx_bytes({_("Return"): (head, rows), _("To look at"): ([_("Kind"), _("What")], said), _("About"): ([_("About")], [[about]])})


def _cells(made: Return, line: Line, round_: int) -> list[object]:
    n, among = made.total(line.key, round_), made.total(line.among, round_) if line.among in made.counts else 0
    rate = [among, line.per * n / among, line.per] if among else [None, None, None]
    return [_(line.name), _(ROUNDS[round_]), *made.counts[line.key][round_].tolist(), n, *rate, "!" if made.few(line, round_) else ""]
