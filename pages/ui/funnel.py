"""A funnel plot: each site or reader by its number of cases, between the limits that chance allows."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.metrics.funnel import ACT, WATCH, Funnel, Point, curve, funnel
from core.workflow.programme_figures import Group
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, number, show

MOST_NAMES = 12
STEPS = 160


def funnel_plot(groups: Sequence[Group], key: str, look: Palette) -> go.Figure:
    """One indicator of several groups."""
    known = [(group.key, show(group.name), group.of(key)) for group in groups if group.of(key).denominator]
    drawn = funnel((part, one.numerator, one.denominator) for part, _name, one in known)
    if drawn is None:
        return blank(_("Cases"), "", look)
    return plot(drawn, {part: name for part, name, _one in known}, known[0][2].unit == "per 1000", look)


def plot(drawn: Funnel, names: Mapping[str, str], per_1000: bool, look: Palette) -> go.Figure:
    """Limits at 95 and 99.8 %, the rate of all as a line, names at what lies outside."""
    scale = 1000.0 if per_1000 else 100.0
    figure = blank(_("Cases"), "", look)
    _limits(figure, drawn, scale, look)
    _points(figure, drawn, names, scale, look)
    figure.add_hline(y=drawn.rate * scale, line={"color": look.muted, "width": 1})
    text = _("all together {rate}", rate=number(drawn.rate * scale, 1))
    note(figure, text, look, 0.01, drawn.rate * scale, xref="paper", xanchor="left", yanchor="bottom")
    figure.update_yaxes(ticksuffix="" if per_1000 else " %", rangemode="tozero", title_text=_("per 1000") if per_1000 else "")
    figure.update_xaxes(showgrid=False, rangemode="tozero")
    return figure


def _limits(figure: go.Figure, drawn: Funnel, scale: float, look: Palette) -> None:
    most = max(point.n for point in drawn.points)
    least = max(1, min(point.n for point in drawn.points) // 2)
    sizes = np.unique(np.linspace(least, most * 1.05 + 1, STEPS).astype(int)).tolist()
    for confidence, dash in ((WATCH, "dot"), (ACT, "solid")):
        for rates in curve(drawn.rate, sizes, confidence=confidence):
            figure.add_scatter(
                x=sizes, y=rates * scale, mode="lines", hoverinfo="skip", line={"color": look.muted, "width": 1, "dash": dash}
            )


def _points(figure: go.Figure, drawn: Funnel, names: Mapping[str, str], scale: float, look: Palette) -> None:
    colours = {"inside": look.accent, "watch": look.second, "act": look.action}
    shapes = {"inside": "circle", "watch": "diamond", "act": "triangle-up"}
    labelled = {point.key for point in _outermost(drawn)}
    figure.add_scatter(
        x=[point.n for point in drawn.points], y=[point.events / point.n * scale for point in drawn.points], cliponaxis=False,
        mode="markers+text", textposition="top center", textfont={"size": 12, "color": look.text},
        text=[names[point.key] if point.key in labelled else "" for point in drawn.points],
        marker={"size": 9, "color": [colours[point.standing] for point in drawn.points],
                "symbol": [shapes[point.standing] for point in drawn.points]},
        customdata=[_told(point, names[point.key]) for point in drawn.points], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _outermost(drawn: Funnel) -> list[Point]:
    """Those that carry their name: outside of 95 %, the furthest first, no more than can be read."""
    out = [point for point in drawn.points if point.standing != "inside"]
    return sorted(out, key=lambda point: abs(point.events - drawn.rate * point.n) / (drawn.rate * point.n or 1), reverse=True)[:MOST_NAMES]


def _told(point: Point, name: str) -> str:
    counts = _("{x} of {n}", x=point.events, n=point.n)
    return f"{name}: {counts}<br>" + _("99.8 % limits {low} to {high} of {n}", low=point.act.low, high=point.act.high, n=point.n)
