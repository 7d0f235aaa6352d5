"""The chosen figure: what it means, its course or funnel, and its parts."""

from collections.abc import Mapping

import streamlit as st

from core.figures.cuts import KINDS, Kind
from core.metrics.indicator import Indicator
from core.workflow.programme_figures import Group, ProgrammeFigures
from pages.ui import figures, indicators
from pages.ui.choice import asked, choice, pick, remember
from pages.ui.funnel import funnel_plot
from pages.ui.i18n import N_, _, show
from pages.ui.programme.numbers import header, numbers, part_name
from pages.ui.tables import Column, Row, table
from pages.ui.trend import trend

CHARTS: Mapping[str, str] = {
    "quarter": N_("By quarter"), "year": N_("Six years"), "site": N_("Funnel of sites"), "reader": N_("Funnel of first readers"),
}  # fmt: skip
PARTS: tuple[Kind, ...] = ("site", "round", "age", "density", "category", "reader", "year")


def detail(found: ProgrammeFigures, key: str, source: str) -> None:
    """Words, chart and table. `source` says in an image what it was counted from."""
    one = found.whole.of(key)
    st.subheader(show(one.name), anchor=False)
    told = [show(one.definition), show(one.mature, ""), _band(one), indicators.until(one)]
    st.markdown(f"**{indicators.sentence(one)}.** " + " ".join(text for text in told if text))
    if one.absent is not None or not one.denominator:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _chart(found, one, source)
    with right:
        _parts(found, key)


def _chart(found: ProgrammeFigures, one: Indicator, source: str) -> None:
    rate = one.unit in indicators.RATES
    words = {kind: _(word) for kind, word in CHARTS.items() if kind in ("quarter", "year") or (rate and _usable(found, kind, one.key))}
    chosen = choice("chart", _("Chart"), words)
    look = figures.palette()
    kind: Kind = chosen  # type: ignore[assignment]
    groups = [group for group in found.by(kind, {one.key}) if group.has(one.key)]
    if chosen in ("quarter", "year"):
        title = (
            _("{name} by quarter with 95 % interval", name=one.name)
            if chosen == "quarter"
            else _("{name} by year with 95 % interval", name=one.name)
        )
        plot = figures.titled(trend(groups, one.key, look), title, source, look)
        below = _("Hollow points have fewer than 25 in the numerator.")
    else:
        title = _("{name} and what chance explains", name=one.name)
        plot = figures.titled(funnel_plot(groups, one.key, look), title, source, look)
        below = _(
            "Dotted: 95 % limits, line: 99.8 % limits around the rate of all, exact binomial. Names stand at what lies outside of 95 %."
        )
    rows = [(show(group.name), *numbers(group.of(one.key))) for group in groups]
    figures.show(plot, f"{one.key}-by-{chosen}", alt=f"{title}. {source}", header=[_(KINDS[kind]), *header()], rows=rows)
    st.markdown(f":gray[{below}]")


def _usable(found: ProgrammeFigures, kind: str, key: str) -> bool:
    """Whether there are at least two sites or readers with cases."""
    groups = found.by(kind, {key})  # type: ignore[arg-type]
    return sum(group.has(key) and group.of(key).denominator > 0 for group in groups) > 1


def _parts(found: ProgrammeFigures, key: str) -> None:
    """The figure in each part; a row leads to its cases."""
    kinds = {kind: _("By {kind}", kind=_(KINDS[kind]).lower()) for kind in PARTS if found.cut(kind).parts.n}
    chosen: Kind = pick("by", _("Cut by"), kinds, width=230)  # type: ignore[assignment]
    groups = [group for group in found.by(chosen, {key}) if group.has(key) and group.of(key).denominator]
    if not groups:
        st.markdown(f":gray[{_('This figure cannot be cut so.')}]")
        return
    rows = [_row(chosen, group, group.of(key)) for group in groups]
    picked = table(f"parts-{key}-{chosen}", _columns(), rows, label=_(KINDS[chosen]), height="330px")
    if picked.opened in found.cut(chosen).keys and picked.opened != asked("part", dict.fromkeys(found.cut(chosen).keys, ""), ""):
        remember("part", picked.opened)
        st.rerun()
    st.markdown(f":gray[{_('A row shows its cases below.')}]")


def _columns() -> list[Column]:
    return [
        Column("part", "", "strong"),
        Column("value", _("Value"), "number", align="right nowrap"),
        Column("limits", _("95 % interval"), "number", align="right nowrap"),
        Column("counts", _("Counts"), "number", align="right nowrap"),
    ]


def _row(kind: Kind, group: Group, one: Indicator) -> Row:
    name = part_name(kind, group)
    gated = one.unit in indicators.RATES and not one.stable
    shown = _("too few") if gated and one.interval else indicators.value(one)
    limits = "–" if gated else indicators.limits(one)
    return Row(group.key, {"part": name, "value": shown, "limits": limits, "counts": indicators.counts(one)}, opens=True)


def _band(one: Indicator) -> str:
    if one.benchmark is not None:
        doubt = "" if one.benchmark.verified else f" {_('This band could not be verified in its source.')}"
        return _("Band: {band} ({source}).", band=indicators.band_text(one, one.benchmark), source=_(one.benchmark.source)) + doubt
    return f"{_('To compare')}: {indicators.standing(one)[0]}." if one.reference is not None else ""
