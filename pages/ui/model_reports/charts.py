"""The plots of a report: ROC with its band, FROC, reliability in bins, and volumes against the readers' as Bland–Altman."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any

import plotly.graph_objects as go

from core.workflow.report_limits import RatioLimits, at_ratios, observed
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, number

SHARE = {"range": [0, 1], "tickformat": ".0%", "dtick": 0.2}
RATES = {0.125: "1/8", 0.25: "1/4", 0.5: "1/2", 1: "1", 2: "2", 4: "4", 8: "8"}
Rows = Sequence[Sequence[float]]


def roc(rows: Rows, beside: Rows, look: Palette) -> go.Figure:
    """The model's curve in its band, and the curve of the diameter alone where the report has one."""
    figure = blank(_("1 − specificity: share of the benign called suspicious"), _("Sensitivity"), look)
    _band(figure, rows, look)
    _line(figure, [0, 1], [0, 1], look.line, "dot")
    if beside:
        _line(figure, [row[0] for row in beside], [row[1] for row in beside], look.second, "dash")
        note(figure, _("diameter alone"), look, 0.98, 0.08, xanchor="right", font={"size": 12, "color": look.second})
    told = [[row[2], row[3]] for row in rows]
    words = f"{_('Sensitivity')} %{{y:.1%}} (%{{customdata[0]:.1%}}–%{{customdata[1]:.1%}})<extra></extra>"
    figure.add_scatter(
        x=[row[0] for row in rows], y=[row[1] for row in rows], mode="lines", line={"color": look.accent, "width": 2},
        customdata=told, hovertemplate=words,
    )  # fmt: skip
    note(figure, _("model"), look, 0.98, 0.16, xanchor="right", font={"size": 12, "color": look.accent})
    figure.update_xaxes(**SHARE)
    figure.update_yaxes(**SHARE | {"range": [0, 1.02]})
    return figure


def froc(rows: Rows, point: tuple[float, Mapping[str, float]] | None, look: Palette) -> go.Figure:
    """Sensitivity by false marks per scan on a logarithmic axis; `point`: where the operating point lies, with its limits."""
    figure = blank(_("False marks per scan"), _("Sensitivity"), look)
    if all(row[2] is not None for row in rows):
        _band(figure, rows, look)
    words = f"{_('Sensitivity')} %{{y:.1%}}, %{{x:.2f}} {_('false marks per scan')}<extra></extra>"
    line = {"color": look.accent, "width": 2}
    figure.add_scatter(x=[row[0] for row in rows], y=[row[1] for row in rows], mode="lines", line=line, hovertemplate=words)
    if point is not None and point[0] > 0:
        _operating(figure, point, look)
    figure.update_xaxes(type="log", tickvals=list(RATES), ticktext=list(RATES.values()), range=[log10(0.0625), log10(16)])
    figure.update_yaxes(**SHARE | {"range": [0, 1.02]})
    return figure


def _operating(figure: go.Figure, point: tuple[float, Mapping[str, float]], look: Palette) -> None:
    rate, found = point
    figure.add_scatter(
        x=[rate], y=[found["value"]], mode="markers", cliponaxis=False,
        marker={"size": 9, "color": look.surface, "line": {"color": look.second, "width": 2}},
        error_y={
            "type": "data", "symmetric": False, "array": [found["high"] - found["value"]], "arrayminus": [found["value"] - found["low"]],
            "color": look.second, "thickness": 1, "width": 3,
        },
        hovertemplate=f"{_('Operating point')} %{{y:.1%}}, %{{x:.2f}}<extra></extra>",
    )  # fmt: skip
    note(figure, _("operating point"), look, log10(rate), found["low"] - 0.05, xanchor="center", font={"size": 12, "color": look.second})


def reliability(bins: Sequence[Mapping[str, Any]], look: Palette) -> go.Figure:
    """Observed share with its Wilson limits against the mean probability of each bin; larger points stand on more cases."""
    figure = blank(_("Mean probability of the bin"), _("Observed share"), look)
    known = [(row, observed(row)) for row in bins if row["predicted"] is not None]
    used = [(row, limits) for row, limits in known if limits is not None]
    most = max((row["n"] for row, _limits in used), default=1)
    _line(figure, [0, 1], [0, 1], look.muted, "dot")
    figure.add_scatter(
        x=[row["predicted"] for row, _limits in used], y=[limits.value for _row, limits in used], mode="markers", cliponaxis=False,
        marker={"size": [5 + 8 * (row["n"] / most) ** 0.5 for row, _limits in used], "color": look.accent},
        error_y={
            "type": "data", "symmetric": False, "array": [limits.high - limits.value for _row, limits in used],
            "arrayminus": [limits.value - limits.low for _row, limits in used], "color": look.accent, "thickness": 1, "width": 3,
        },
        customdata=[[row["low"], row["high"], row["n"], limits.low, limits.high] for row, limits in used],
        hovertemplate="%{customdata[0]:.1f}–%{customdata[1]:.1f}: %{y:.1%} (%{customdata[3]:.1%}–%{customdata[4]:.1%}), "
        "n = %{customdata[2]}<extra></extra>",
    )  # fmt: skip
    note(figure, _("on the dotted line the probability equals the share"), look, 0.04, 0.96)
    figure.update_xaxes(**SHARE)
    figure.update_yaxes(**SHARE | {"range": [0, 1.02]})
    return figure


def bland_altman(pairs: Rows, found: RatioLimits, look: Palette) -> go.Figure:
    """Model over readers against the mean of both, both axes logarithmic; bias and limits of agreement as lines with their value."""
    figure = blank(_("Volume, mm³ (geometric mean of model and readers)"), _("Model over readers"), look)
    points = at_ratios(pairs)
    figure.add_scatter(
        x=[x for x, _y in points], y=[y for _x, y in points], mode="markers", marker={"size": 5, "color": look.first, "opacity": 0.45},
        hovertemplate="%{x:.0f} mm³ · × %{y:.2f}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=1, line={"color": look.line, "width": 1})
    for ratio, dash in ((found.bias.value, "solid"), (found.lower, "dash"), (found.upper, "dash")):
        figure.add_hline(y=ratio, line={"color": look.accent, "width": 1, "dash": dash})
        label = {"xref": "paper", "xanchor": "right", "yanchor": "bottom", "font": {"size": 12, "color": look.accent}}
        note(figure, f"× {number(ratio, 2)}", look, 1.0, log10(ratio), **label)
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", tickvals=[0.25, 0.5, 0.75, 1, 1.5, 2, 4], rangemode="normal")
    return figure


def _band(figure: go.Figure, rows: Rows, look: Palette) -> None:
    x, high, low = [row[0] for row in rows], [row[3] for row in rows], [row[2] for row in rows]
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*high, *low[::-1]], fill="toself", fillcolor=look.band, mode="lines", line={"width": 0}, hoverinfo="skip"
    )


def _line(figure: go.Figure, x: Sequence[float], y: Sequence[float], colour: str, dash: str) -> None:
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 1.5, "dash": dash}, hoverinfo="skip")
