"""The course of one indicator by quarter, with its interval and what it is held against."""

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

from core.metrics.programme import Indicator
from core.workflow.programme_figures import Group
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, show
from pages.ui.indicators import SCALE, band_text, sentence, standing


def trend(groups: Iterable[Group], key: str, look: Palette) -> go.Figure:
    """The indicator by quarter with its interval; hollow points have fewer than 25 in the numerator."""
    named = [(show(group.name), group.of(key)) for group in groups]
    known = [(name, one, one.interval) for name, one in named if one.interval is not None]
    figure = blank("", "", look)
    if not known:
        return figure
    scale, unit = SCALE[known[0][1].unit], known[0][1].unit
    x = [name for name, _one, _i in known]
    low, high = [i.low * scale for _n, _o, i in known], [i.high * scale for _n, _o, i in known]
    filled = [look.accent if one.stable else look.surface for _n, one, _i in known]
    figure.update_layout(margin_t=82)
    _shade(figure, known[0][1], scale, max(high), look)
    figure.add_scatter(
        x=x + x[::-1], y=high + low[::-1], fill="toself", fillcolor=look.band, line={"width": 0}, mode="lines", hoverinfo="skip"
    )
    figure.add_scatter(
        x=x, y=[i.value * scale for _n, _o, i in known], mode="lines+markers", cliponaxis=False, line={"color": look.accent, "width": 2},
        marker={"size": 8, "color": filled, "line": {"color": look.accent, "width": 1.5}},
        customdata=[sentence(one) for _n, one, _i in known], hovertemplate="%{x}: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=[name for name, _one in named], showgrid=False)
    figure.update_yaxes(ticksuffix=" %" if unit == "%" else "", range=_range(low, high))
    return figure


def _range(low: Sequence[float], high: Sequence[float]) -> list[float]:
    """From zero, unless everything lies in the upper half of a long way: then from the ten below the lowest limit."""
    floor = min(0.0, *low) if min(low) < 0.6 * max(high) else min(low) // 10 * 10
    return [floor, max(high) + (max(high) - floor) * 0.08 or 1]


def _shade(figure: go.Figure, one: Indicator, scale: float, top: float, look: Palette) -> None:
    """The band of the benchmark, or the line of another programme, with its source."""
    if one.benchmark is not None:
        low = (one.benchmark.low or 0.0) * scale
        high = one.benchmark.high * scale if one.benchmark.high is not None else max(top * 1.08, low)
        figure.add_hrect(y0=low, y1=high, fillcolor=look.good, line_width=0, layer="below")
        source = f"{_(one.benchmark.source)}: {band_text(one, one.benchmark)}"
        note(figure, source, look, 0, 1.02, xref="paper", yref="paper", yanchor="bottom")
    elif one.reference is not None:
        figure.add_hline(y=one.reference.value * scale, line={"color": look.muted, "width": 1, "dash": "dot"})
        note(figure, standing(one)[0], look, 0, 1.02, xref="paper", yref="paper", yanchor="bottom")
