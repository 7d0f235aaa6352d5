"""The watch on what comes in: alarms first, since when; then every quantity, quiet where it is steady; what is to be expected now."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.metrics.drift import ACT, WATCH
from core.metrics.drift import FEWEST as FEWEST_VALUES
from core.monitoring.watch import Quantity, Stream, Watch
from pages.ui import figures
from pages.ui.choice import choice
from pages.ui.figures import Palette
from pages.ui.i18n import N_, _, day, n_, number
from pages.ui.i18n import show as said
from pages.ui.indicators import listed
from pages.ui.monitoring.written import meaning, nothing, p_value, span
from pages.ui.score_figures import percent
from pages.ui.tables import Column, Row, Tone, chip, table
from pages.ui.words import SEX

NAMES = {
    "age": N_("Age"), "thickness_mm": N_("Slice thickness (mm)"), "ctdivol_mgy": N_("Dose, CTDIvol (mGy)"), "score": N_("AI score"),
    "sex": N_("Sex"), "density": N_("Density"), "site_id": N_("Site"), "manufacturer": N_("Scanner"), "kernel": N_("Kernel"),
}  # fmt: skip
STREAMS = {
    "recalled": N_("Recalls"), "technical": N_("Technical recalls"), "no_result": N_("Exams without an AI result"),
    "cancers": N_("Cancers within 365 days"),
}  # fmt: skip
RECENT, BEFORE = ("30", "90", "180"), ("365", "180", "730")
LEVELS: dict[str, tuple[str, Tone, str]] = {
    "steady": (N_("Steady"), "gray", "✓"), "watch": (N_("Watch"), "orange", "◆"), "act": (N_("Act"), "red", "▲")
}  # fmt: skip


def windows() -> tuple[int, int]:
    """The two controls: how many days count as recent, and how many before them as the reference."""
    recent = choice("recent", _("Recent"), {key: _("last {n} days", n=key) for key in RECENT}, default="90")
    return int(recent), int(choice("before", _("Against"), {key: _("the {n} days before", n=key) for key in BEFORE}))


def alarms(found: Watch, sites: dict[int, str]) -> None:
    """One line for each alarm, or the quiet line that there is none."""
    if not found.alerts:
        st.markdown(f":green[✓] {_('Nothing has moved beyond chance.')}")
        return
    for one in found.alerts:
        mark = ":red[▲]" if one.level == "act" else ":orange[◆]"
        since = f" {_('Since about {day}.', day=day(one.since))}" if one.since else ""
        st.markdown(f"{mark} {_quantity(one, sites) if isinstance(one, Quantity) else _stream(one)}{since}")


def _quantity(one: Quantity, sites: dict[int, str]) -> str:
    name, drift = _(NAMES[one.key]), one.drift
    if not one.label:
        words = _("**{what}** lies elsewhere than before (index {psi}, n = {before} and {now}).")
        return words.format(what=name, psi=number(drift.psi, 2), before=number(drift.n_before), now=number(drift.n_now))
    place = drift.labels.index(one.label)
    return _(
        "**{what}**: {label} makes {now} % of the exams, before {before} % (index {psi}, n = {n} and {m}).",
        what=name, label=_word(one.key, one.label, sites), now=number(100 * float(drift.now[place]), 1),
        before=number(100 * float(drift.before[place]), 1),
        psi=number(drift.psi, 2), n=drift.n_before, m=drift.n_now,
    )  # fmt: skip


def _stream(one: Stream) -> str:
    words = _("**{what}** have become more frequent: {now}, before {before}.") if one.chart.rising else _(
        "**{what}** have become rarer: {now}, before {before}."
    )  # fmt: skip
    return words.format(what=_(STREAMS[one.key]), now=percent(one.now), before=percent(one.before))


def quantities(found: Watch, sites: dict[int, str]) -> None:
    """Everything that was compared, what moved first."""
    columns = [
        Column("what", _("What comes in"), "strong", "190px"), Column("state", _("State"), "chip", "120px"),
        Column("psi", _("Index (PSI)"), "number", "110px", "right nowrap"),
        Column("distance", _("Distance"), "number", "100px", "right nowrap"),
        Column("p", _("p, adjusted"), "number", "110px", "right nowrap"), Column("since", _("Since about"), "text", "120px", "nowrap"),
        Column("n", _("Before · now"), "number", "130px", "right nowrap"), Column("most", _("Largest gain")),
    ]  # fmt: skip
    order = {"act": 0, "watch": 1, "steady": 2}
    rows = [_row(one, sites) for one in sorted(found.quantities, key=lambda one: order[one.level])]
    if rows:
        table("watched", columns, rows, label=_("What comes in"))
    told = _(
        "An alarm needs both a large index and a difference beyond chance (Kolmogorov–Smirnov for numbers, χ² for names, Holm over all). "
        "Index from {watch}: watch, from {act}: act; customary limits without a primary source (not verified).",
        watch=number(WATCH, 2), act=number(ACT, 2),
    )  # fmt: skip
    silent = listed(_(NAMES[key]) for key in found.silent)
    few = _("Fewer than {n} values on a side, so nothing is said of:", n=FEWEST_VALUES)
    meaning(f"{told} {few} {silent}" if silent else told)


def _row(one: Quantity, sites: dict[int, str]) -> Row:
    word, tone, shape = LEVELS[one.level]
    cells = {
        "what": _(NAMES[one.key]), "state": chip(_(word), tone, shape), "psi": number(one.drift.psi, 3),
        "distance": number(one.drift.distance, 3), "p": p_value(one.drift.adjusted_p), "since": day(one.since),
        "n": f"{number(one.drift.n_before)} · {number(one.drift.n_now)}", "most": _most(one, sites),
    }  # fmt: skip
    return Row(one.key, cells, tone={"act": "action", "watch": "attention"}.get(one.level, ""))


def _most(one: Quantity, sites: dict[int, str]) -> str:
    gain = one.drift.now - one.drift.before
    place = int(np.argmax(gain))
    label = _word(one.key, one.drift.labels[place], sites)
    before, now = 100 * float(one.drift.before[place]), 100 * float(one.drift.now[place])
    return _("{label}: {before} → {now} %", label=label, before=number(before, 1), now=number(now, 1))


def _word(key: str, label: str, sites: dict[int, str]) -> str:
    if key == "site_id":
        return sites.get(int(float(label)), label)
    return _({sex.value: word for sex, word in SEX.items()}.get(label, label)) if key == "sex" else label


def streams(found: Watch) -> None:
    """Outcomes exam by exam as CUSUM charts."""
    if not found.streams:
        nothing(_("No result, because fewer than 100 exams of the time before are decided."))
        return
    look = figures.palette()
    for place, (one, column) in enumerate(zip(found.streams, st.columns(len(found.streams), gap="medium"), strict=True)):
        with column:
            title = _(STREAMS[one.key])
            told = _("now {now}, before {before}", now=percent(one.now), before=percent(one.before))
            plot = figures.titled(_chart(one, look), title, f"n = {number(one.now.denominator)}", look).update_layout(height=230)
            header = [_("Day"), _("More"), _("Fewer")]
            days = one.days.astype(str).tolist()
            rows = list(zip(days, one.chart.up.tolist(), one.chart.down.tolist(), strict=True))
            figures.show(plot, f"cusum-{place}", alt=_("CUSUM of {what}", what=title), header=header, rows=rows)
            meaning(told)
    meaning(
        _(
            "Sums of evidence, exam by exam, that something has become twice as frequent (up) or half as frequent (down); an alarm where a "
            "line passes 1. Limits keep false alarms at least 100,000 exams apart. Cancers are those of exams with a year of follow-up."
        )
    )


def _chart(one: Stream, look: Palette) -> go.Figure:
    """Both sums as shares of their limits."""
    figure = figures.blank("", "", look)
    for sums, limit, sign, colour in (
        (one.chart.up, one.chart.limit_up, 1, look.second),
        (one.chart.down, one.chart.limit_down, -1, look.first),
    ):
        kept = slice(None, None, max(1, len(sums) // 1500))
        look_of_line = {"color": colour, "width": 1.5, "shape": "hv"}
        figure.add_scatter(
            x=pd.to_datetime(one.days)[kept], y=sign * sums[kept] / limit, mode="lines", line=look_of_line,
            hovertemplate="%{x|%Y-%m-%d}: %{y:.2f}<extra></extra>",
        )  # fmt: skip
        figure.add_hline(y=sign, line={"color": look.action, "width": 1, "dash": "dot"})
    top = max(1.3, 1.1 * float((one.chart.up / one.chart.limit_up).max()), 1.1 * float((one.chart.down / one.chart.limit_down).max()))
    figure.update_yaxes(range=[-top, top], rangemode="normal", nticks=5)
    return figure


def expected(found: Watch) -> None:
    """How well the model should be doing now, before the outcomes are known."""
    if found.estimate is None:
        nothing(said(found.estimate_reason))
        return
    made = found.estimate
    told = {
        _("Area under the curve"): (made.auc, made.known[0], 3, 1.0), _("Sensitivity"): (made.sensitivity, made.known[1], 1, 100.0),
        _("Specificity"): (made.specificity, made.known[2], 1, 100.0),
        _("Cancers per 1000"): (made.cancers_per_1000, made.known[3], 1, 1.0),
    }  # fmt: skip
    columns = [
        Column("what", _("Figure"), "strong", "220px"), Column("now", _("Expected now"), "number", "140px", "right nowrap"),
        Column("limits", _("95 % interval"), "number", "160px", "right nowrap"),
        Column("known", _("With outcomes, before"), "number", "190px", "right nowrap"),
    ]  # fmt: skip
    rows = [
        Row(name, {"what": name, "now": number(s * one.value, d), "limits": span(one, d, s), "known": number(s * before, d)})
        for name, (one, before, d, s) in told.items()
    ]
    table("expected", columns, rows, label=_("Expected now"))
    meaning(
        _(
            "From the scores of {n} recent exams alone, taking what a score meant in the exams with outcomes (confidence-based "
            "estimation). It sees other people coming; it cannot see that the same score now means something else.",
            n=made.n,
        )
    )


def state_line(found: Watch) -> str:
    """How many alarms, over which windows; simulated scores say so first."""
    mark = f":orange-badge[◆ {_('Simulated scores, not a network')}] " if found.synthetic else ""
    count = n_("**{n} alarm**", "**{n} alarms**", len(found.alerts)) if found.alerts else _("no alarm")
    windows = _(
        "{now} exams since {start}, against {before} from {first} on", now=found.n_now, start=day(found.start), before=found.n_before,
        first=day(found.before),
    )  # fmt: skip
    return f"{mark}{listed([count, windows])}"


__all__ = ["alarms", "expected", "quantities", "state_line", "streams", "windows"]
