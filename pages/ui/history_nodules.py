"""Nodule volumes over time on a logarithmic scale, where steady growth is a straight line, with doubling times in words below."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log10

import plotly.graph_objects as go
import streamlit as st

from core.workflow.nodule_lines import NoduleLine, NodulePoint, NoduleStep
from core.workflow.opinion_parts import NODULES
from pages.ui.figures import Palette, blank, show
from pages.ui.i18n import _, day, number

MOST = 8  # lines; the smallest nodules stand in the data only
WIDE = 50  # from this ratio of volumes on, only powers of ten are written at the axis
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "x")


def nodules(lines: Sequence[NoduleLine], look: Palette) -> None:
    """The plot, and for each nodule that was seen more than once how it changed."""
    st.subheader(_("Nodule volume"), anchor=False)
    header = [_("Nodule"), _("Day"), _("Volume (mm³)"), _("Mean diameter (mm)"), _("Model")]
    header += [_("Doubling time (days)"), _("Fastest"), _("Slowest"), _("Type"), _("Solid part (mm)")]
    with st.container(key="chart-nodules"):
        alt = _("Nodule volume over time on a logarithmic scale")
        show(_figure(lines[:MOST], look), "nodules", alt=alt, header=header, rows=_rows(lines))
    for place, line in enumerate(lines[:MOST], start=1):
        if line.steps:
            st.markdown(f"**{_('Nodule {n}', n=place)}**: {'; '.join(map(step_words, line.steps))}")
    if len(lines) > MOST:
        st.caption(_("{n} smaller nodules are not drawn; they stand in the data.", n=len(lines) - MOST))


def step_words(step: NoduleStep) -> str:
    """The doubling time with its bounds, or why there is none."""
    if step.reason is not None:
        return _("no doubling time: {reason}", reason=step.reason)
    change = _("{change} % in {n} days", change=f"{step.percent or 0:+.0f}", n=step.days)
    time = step.doubling
    if time is None or time.fastest is None:
        return _("{change}, did not grow", change=change)
    fastest = round(time.fastest)
    if time.days is None or time.slowest is None:
        return _("{change}, within the error of measurement: doubling in {days} days at the fastest, or no growth at all",
                 change=change, days=fastest)  # fmt: skip
    said = {"change": change, "days": round(time.days), "fastest": fastest, "slowest": round(time.slowest)}
    return _("{change}, doubling in {days} days (within the error of measurement {fastest} to {slowest})", **said)


def dated(figure: go.Figure, days: Sequence[date]) -> go.Figure:
    """Every exam's own day as a tick, so that one round alone does not show hours."""
    ticks = sorted(set(days))
    figure.update_xaxes(type="date", tickmode="array", tickvals=ticks, ticktext=[day(one) for one in ticks], showgrid=False)
    if len(ticks) == 1:
        figure.update_xaxes(range=[date.fromordinal(ticks[0].toordinal() + side * 20) for side in (-1, 1)])
    return figure.update_layout(margin_t=40)


def _figure(lines: Sequence[NoduleLine], look: Palette) -> go.Figure:
    figure = blank("", _("Volume (mm³), logarithmic"), look)
    colours = (look.first, look.second, look.accent, look.muted)
    for place, line in enumerate(lines):
        colour = colours[place % len(colours)]
        for (before, now), step in zip(pairwise(line.points), line.steps, strict=True):
            if step.reason is None:
                ends = {"x": [before.at, now.at], "y": [before.volume_mm3, now.volume_mm3]}
                figure.add_scatter(**ends, mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip")
        known = [point for point in line.points if point.volume_mm3]
        figure.add_scatter(
            x=[point.at for point in known], y=[point.volume_mm3 for point in known], mode="markers+text", cliponaxis=False,
            text=[""] * (len(known) - 1) + [str(place + 1)], textposition="middle right",
            marker={"size": 9, "symbol": SHAPES[place % len(SHAPES)], "color": colour},
            customdata=[_point(point, place + 1) for point in known], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    volumes = [point.volume_mm3 for line in lines for point in line.points if point.volume_mm3]
    if volumes:
        low, high = min(volumes), max(volumes)
        steps = (1, 2, 5) if high / low < WIDE else (1,)
        ticks = [step * 10**power for power in range(8) for step in steps]
        figure.update_yaxes(
            type="log", range=[log10(low * 0.6), log10(high * 1.7)], rangemode="normal", tickmode="array", tickvals=ticks,
            ticktext=[number(tick) for tick in ticks],
        )  # fmt: skip
    return dated(figure, [point.at for line in lines for point in line.points])


def _point(point: NodulePoint, place: int) -> str:
    size = f", {point.mean_diameter_mm:.1f} mm" if point.mean_diameter_mm is not None else ""
    volume = f"{number(round(point.volume_mm3 or 0))} mm³"
    kind = [_(NODULES[point.kind])] if point.kind in NODULES else []
    part = [_("solid part {size:.1f} mm", size=point.solid_mm)] if point.solid_mm is not None else []
    return " · ".join([_("Nodule {n}", n=place), day(point.at), *kind, volume + size, *part, _("AI mark {n}", n=point.number), point.model])


def _rows(lines: Sequence[NoduleLine]) -> list[tuple[object, ...]]:
    """A row for each point; the doubling time is that since the point before."""
    rows: list[tuple[object, ...]] = []
    for place, line in enumerate(lines, start=1):
        steps: list[NoduleStep | None] = [None, *line.steps]
        for point, step in zip(line.points, steps, strict=True):
            time = step.doubling if step else None
            bounds = (time.days, time.fastest, time.slowest) if time else (None, None, None)
            kind = _(NODULES[point.kind]) if point.kind in NODULES else None
            rows.append((place, point.at, point.volume_mm3, point.mean_diameter_mm, point.model, *bounds, kind, point.solid_mm))
    return rows
