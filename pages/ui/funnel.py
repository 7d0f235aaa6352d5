"""A funnel plot: each site or reader by its number of cases, between the limits that chance allows."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.metrics.funnel import ACT, WATCH, Funnel, Point, curve, funnel
from core.metrics.indicator import Indicator
from core.workflow.programme_figures import Group
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, number, show
from pages.ui.indicators import SCALE, UNITS, figure_of, sentence

MOST_NAMES = 12
STEPS = 160


def funnel_plot(groups: Sequence[Group], key: str, look: Palette) -> go.Figure:
    """Limits at 95 and 99.8 %, the rate of all as a line, names at what lies outside."""
    known = {group.key: (show(group.name), group.of(key)) for group in groups if group.of(key).denominator}
    drawn = funnel((name, one.numerator, one.denominator) for name, (_n, one) in known.items())
    figure = blank(_("Cases"), "", look)
    if drawn is None:
        return figure
    first = next(iter(known.values()))[1]
    _limits(figure, drawn, first, look)
    _points(figure, drawn, known, look)
    text = _("all together {rate}", rate=_(UNITS[first.unit], value=figure_of(first, drawn.rate)))
    figure.add_hline(y=drawn.rate * SCALE[first.unit], line={"color": look.muted, "width": 1})
    note(figure, text, look, 1, drawn.rate * SCALE[first.unit], xref="paper", xanchor="right", yanchor="bottom")
    figure.update_yaxes(ticksuffix=" %" if first.unit == "%" else "", rangemode="tozero")
    figure.update_xaxes(showgrid=False, rangemode="tozero")
    return figure


def _limits(figure: go.Figure, drawn: Funnel, one: Indicator, look: Palette) -> None:
    most = max(point.n for point in drawn.points)
    least = max(1, min(point.n for point in drawn.points) // 2)
    sizes = np.unique(np.linspace(least, most * 1.05 + 1, STEPS).astype(int)).tolist()
    for confidence, dash in ((WATCH, "dot"), (ACT, "solid")):
        for rates in curve(drawn.rate, sizes, confidence=confidence):
            figure.add_scatter(
                x=sizes, y=rates * SCALE[one.unit], mode="lines", hoverinfo="skip", line={"color": look.muted, "width": 1, "dash": dash}
            )


def _points(figure: go.Figure, drawn: Funnel, known: dict[str, tuple[str, Indicator]], look: Palette) -> None:
    colours = {"inside": look.accent, "watch": look.second, "act": look.action}
    shapes = {"inside": "circle", "watch": "diamond", "act": "triangle-up"}
    names = {point.key for point in _outermost(drawn)}
    figure.add_scatter(
        x=[point.n for point in drawn.points], cliponaxis=False,
        y=[point.events / point.n * SCALE[known[point.key][1].unit] for point in drawn.points],
        mode="markers+text", textposition="top center", textfont={"size": 12, "color": look.text},
        text=[known[point.key][0] if point.key in names else "" for point in drawn.points],
        marker={"size": 9, "color": [colours[point.standing] for point in drawn.points],
                "symbol": [shapes[point.standing] for point in drawn.points]},
        customdata=[_told(point, *known[point.key]) for point in drawn.points], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _outermost(drawn: Funnel) -> list[Point]:
    """Those that carry their name: outside of 95 %, the furthest first, no more than can be read."""
    out = [point for point in drawn.points if point.standing != "inside"]
    return sorted(out, key=lambda point: abs(point.events - drawn.rate * point.n) / (drawn.rate * point.n or 1), reverse=True)[:MOST_NAMES]


def _told(point: Point, name: str, one: Indicator) -> str:
    low, high = (number(rate * SCALE[one.unit], 1) for rate in point.act.rates)
    return f"{name}: {sentence(one)}<br>" + _("99.8 % limits {low}–{high}", low=low, high=high)
