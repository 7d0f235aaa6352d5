"""What lies outside, one sentence each with its trend and since when; a quiet line when nothing does."""

from collections.abc import Sequence

import streamlit as st

from core.figures.exceptions import Breach
from core.metrics.measures import BY_KEY
from core.workflow.programme_figures import ProgrammeFigures
from pages.ui import indicators
from pages.ui.i18n import N_, _, literal, n_, show

SHOWN = 4
TRENDS = {"rising": N_("rising"), "falling": N_("falling"), "steady": N_("not changing")}
KIND = {"site": N_("Site"), "reader": N_("Reader")}


def exceptions(found: ProgrammeFigures, out: Sequence[Breach]) -> None:
    """The first few in sight, the others on request."""
    for place, one in enumerate(out[:SHOWN]):
        _line(one, place)
    if len(out) > SHOWN:
        with st.expander(n_("{n} further exception", "{n} further exceptions", len(out) - SHOWN)):
            for place, one in enumerate(out[SHOWN:], start=SHOWN):
                _line(one, place)
    judged = [one for one in found.whole.indicators if one.place is not None]
    if not out and judged:
        st.markdown(
            f":green-badge[✓ {_('Inside')}] "
            + n_("{n} figure with a band lies inside it.", "All {n} figures with a band lie inside it.", len(judged))
            + " "
            + _("No site and no reader lies further from the others than chance explains.")
        )
    elif not out:
        st.markdown(f":gray[{_('No figure has both a band and enough cases to be held against it.')}]")


def _line(one: Breach, place: int) -> None:
    words, way = st.columns([14, 1], vertical_alignment="center", gap="small")
    words.markdown(sentence(one))
    way.button(_("Show"), key=f"show-exception-{place}", type="tertiary", on_click=_look, args=(one,), help=_("To this figure below"))


def sentence(one: Breach) -> str:
    """Figure, band or limits, trend and since when."""
    return " ".join(part for part in (_against_band(one) if one.limits is None else _against_others(one), _course(one)) if part)


def _against_band(one: Breach) -> str:
    it = one.indicator
    words, tone, shape = indicators.standing(it)
    line = _("**{name}** is {figure}; the band is {band} ({source}).", name=it.name, figure=indicators.sentence(it), band=words,
             source=_(it.benchmark.source if it.benchmark else ""))  # fmt: skip
    more = "" if it.place == "outside" else f" :gray[{_('The interval still reaches into the band.')}]"
    return f":{tone}-badge[{shape} {_('Outside the band')}] {line}{more}"


def _against_others(one: Breach) -> str:
    it, limits = one.indicator, one.limits
    assert limits is not None
    high = it.numerator > limits.high
    low, top = (indicators.figure_of(it, rate) for rate in limits.rates)
    line = _("{kind} **{part}**: {name} is {figure}; all together {rate}, by chance alone {low}–{high}.",
             kind=_(KIND[one.kind or "site"]), part=literal(show(one.part)), name=it.name, figure=_counted(one),
             rate=_(indicators.UNITS[it.unit], value=indicators.figure_of(it, one.rate)), low=low, high=top)  # fmt: skip
    also = _("Also outside: {names}.", names=", ".join(show(name) for name in one.also)) if one.also else ""
    word = _("Higher than chance") if high else _("Lower than chance")
    return f":red-badge[{'▲' if high else '▼'} {word}] {line} {also}".strip()


def _counted(one: Breach) -> str:
    """Counts and rate, also of a small numerator: beyond 99.8 % limits the counts speak for themselves."""
    it = one.indicator
    if it.interval is None or it.stable:
        return indicators.sentence(it)
    return _("{counts}, limits {low} to {high} of {n}", counts=indicators.counts(it), low=one.limits.low if one.limits else 0,
             high=one.limits.high if one.limits else 0, n=it.denominator)  # fmt: skip


def _course(one: Breach) -> str:
    parts = [_("Outside since {quarter}", quarter=one.since)] if one.since else []
    parts += [_("last four quarters {trend}", trend=_(TRENDS[one.trend]))] if one.trend else []
    return f":gray[{indicators.listed(parts)}]" if parts else ""


def _look(one: Breach) -> None:
    """Open the figure, cut as the exception is."""
    st.query_params["theme"] = BY_KEY[one.indicator.key].theme
    st.query_params["figure"] = one.indicator.key
    if one.kind is not None:
        st.query_params["by"] = one.kind
        st.query_params["chart"] = one.kind
        st.query_params["part"] = one.key
