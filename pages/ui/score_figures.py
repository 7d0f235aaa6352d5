"""The plots of a model's scores: ROC with its band, reliability in stated bins, and the scores of exams with and without a cancer."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.metrics.accuracy import BINS, Accuracy
from core.metrics.operating_points import OperatingPoint
from core.metrics.proportions import Proportion
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, number

CORNERS = 500
"""A plot draws about so many corners of a curve."""
SHARE = {"range": [0, 1], "tickformat": ".0%", "dtick": 0.2}


def percent(found: Proportion) -> str:
    """12 of 431 (2.8 %, 1.6–4.8); the counts alone where there is nothing to divide by."""
    counts = _("{x} of {n}", x=found.numerator, n=found.denominator)
    if found.interval is None:
        return counts
    value, low, high = (number(100 * share, 1) for share in (found.interval.value, found.interval.low, found.interval.high))
    return f"{counts} ({value} %, {low}–{high})"


def roc(found: Accuracy, look: Palette) -> go.Figure:
    """Sensitivity against false alarms; the band holds the Wilson limits of the sensitivity at each corner."""
    figure = blank(_("1 − specificity: exams without cancer above the threshold"), _("Sensitivity"), look)
    step = max(1, len(found.curve.sensitivity) // CORNERS)
    kept = np.unique(np.append(np.arange(0, len(found.curve.sensitivity), step), len(found.curve.sensitivity) - 1))
    x, y, low, high = (each[kept] for each in (found.curve.false_positive_rate, found.curve.sensitivity, found.low, found.high))
    band_x, band_y = [*x, *x[::-1]], [*high, *low[::-1]]
    figure.add_scatter(x=band_x, y=band_y, fill="toself", fillcolor=look.band, mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": look.muted, "width": 1, "dash": "dot"}, hoverinfo="skip")
    told = np.column_stack([low, high, 1 - x, found.curve.threshold[kept]])
    words = f"{_('Sensitivity')} %{{y:.1%}} (%{{customdata[0]:.1%}}–%{{customdata[1]:.1%}})<br>{_('Specificity')} %{{customdata[2]:.1%}}"
    words += f"<br>{_('Threshold')} %{{customdata[3]:.3f}}<extra></extra>"
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": look.accent, "width": 2}, customdata=told, hovertemplate=words)
    figure.add_scatter(
        x=[1 - (point.specificity.value or 0) for point in found.points], y=[point.sensitivity.value for point in found.points],
        mode="markers", cliponaxis=False, marker={"size": 8, "color": look.surface, "line": {"color": look.accent, "width": 2}},
        hovertext=[_point(point) for point in found.points], hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    note(figure, _("no better than chance"), look, 0.56, 0.45)
    figure.update_xaxes(**SHARE)
    figure.update_yaxes(**SHARE | {"range": [0, 1.02]})
    return figure


def reliability(found: Accuracy, look: Palette) -> go.Figure:
    """Observed share of cancers against the mean score of each bin, with Wilson whiskers; on the line the score is a probability."""
    figure = blank(_("Mean score of the bin"), _("Share with a cancer"), look)
    used = [(row, row.observed.interval) for row in found.bins if row.observed.interval is not None]
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": look.muted, "width": 1, "dash": "dot"}, hoverinfo="skip")
    figure.add_scatter(
        x=[row.mean_probability for row, _i in used], y=[i.value for _r, i in used],
        mode="markers", cliponaxis=False, marker={"size": 8, "color": look.accent},
        error_y={
            "type": "data", "symmetric": False, "array": [i.high - i.value for _r, i in used],
            "arrayminus": [i.value - i.low for _r, i in used], "color": look.accent, "thickness": 1, "width": 3,
        },
        customdata=[f"{row.low:.1f}–{row.high:.1f}: {percent(row.observed)}" for row, _i in used],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    note(figure, _("on the dotted line the score equals the share"), look, 0.04, 0.96)
    figure.update_xaxes(**SHARE | {"range": [0, 1]})
    figure.update_yaxes(**SHARE | {"range": [0, 1.02]})
    return figure


def distribution(truth: NDArray[np.bool_], score: NDArray[np.float64], look: Palette) -> go.Figure:
    """Share of the exams with and of those without a cancer in each tenth of the score, as two rows of bars from zero."""
    figure = blank(_("Score"), "", look)
    edges, every = tenths(truth, score)
    names = ((True, _("with a cancer"), look.second), (False, _("without a cancer"), look.first))
    for row, (cancer, name, colour) in enumerate(names):
        counts = every[cancer]
        total = int(counts.sum())
        axis = "y" if row == 0 else "y2"
        figure.add_bar(
            x=edges[:-1] + 0.5 / BINS, y=counts / max(total, 1), width=0.9 / BINS, marker_color=colour, yaxis=axis,
            customdata=[_("{x} of {n}", x=int(count), n=total) for count in counts],
            hovertemplate="%{customdata} · %{y:.1%}<extra></extra>",
        )  # fmt: skip
        place = {"x": 0.0, "y": 1.04, "xanchor": "left"} if row == 0 else {"x": 1.0, "y": 0.46, "xanchor": "right"}
        text = f"<b>{name}</b> (n = {number(total)})"
        note(figure, text, look, **place, xref="paper", yref="paper", yanchor="top", font={"size": 12, "color": colour})
    figure.update_xaxes(range=[0, 1], dtick=0.1, showgrid=False)
    share = {"tickformat": ".0%", "nticks": 3, "rangemode": "tozero"}
    upper, lower = {"domain": [0.54, 0.96], **share}, {"domain": [0, 0.42], "anchor": "x", **share}
    figure.update_layout(yaxis=upper, yaxis2=lower, xaxis_anchor="y2")
    return figure


def tenths(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[NDArray[np.float64], dict[bool, NDArray[np.int64]]]:
    """Edges (11,) of the tenths of the score, and how many exams with and without a cancer lie in each (10,)."""
    edges = np.linspace(0, 1, BINS + 1)
    return edges, {cancer: np.histogram(score[truth == cancer], edges)[0] for cancer in (True, False)}


def _point(point: OperatingPoint) -> str:
    lines = [f"{_('Sensitivity')} {percent(point.sensitivity)}", f"{_('Specificity')} {percent(point.specificity)}"]
    return "<br>".join([*lines, f"{_('Threshold')} {number(point.threshold, 3)}"])
