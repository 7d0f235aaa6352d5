"""Decision curve and recalibration: is acting on the score worth it, and does the score mean what it says?"""

import numpy as np
import plotly.graph_objects as go

from core.metrics import calibration
from core.metrics.decision_curve import DecisionCurve, decision_curve
from core.workflow.performance import ModelPerformance
from pages.ui import figures
from pages.ui.figures import Palette
from pages.ui.i18n import _
from pages.ui.monitoring.written import between, meaning, nothing, signed, source
from pages.ui.tables import Column, Row, table, two

THRESHOLDS = np.round(np.concatenate([np.arange(0.005, 0.1, 0.005), np.arange(0.1, 0.51, 0.02)]), 3)


def decision(found: ModelPerformance) -> None:
    """Net benefit with its limits, against recalling everybody and nobody."""
    curve, look = decision_curve(found.truth, found.score, THRESHOLDS, found.person), figures.palette()
    plot = figures.titled(_plot(curve, look), _("Decision curve"), source(found), look)
    header = [_("Threshold"), _("Net benefit"), _("95 % from"), _("95 % to"), _("Everybody recalled")]
    columns = (curve.threshold, curve.model, curve.low, curve.high, curve.all)
    rows = list(zip(*(values.tolist() for values in columns), strict=True))
    figures.show(plot, "decision", alt=_("Net benefit of {model} by threshold", model=found.model), header=header, rows=rows)
    meaning(
        _(
            "Cancers found per exam, less the false recalls weighed at the threshold: recalling from 0.02 on says that one cancer found is "
            "worth 49 false recalls. Acting on the score pays where its band lies above both other lines. It takes the score as a "
            "probability. n = {n}.",
            n=found.n,
        )
    )


def recalibration(found: ModelPerformance) -> None:
    """Intercept, slope and calibration-in-the-large with their intervals."""
    try:
        made = calibration.slope_intercept(found.truth, found.score)
    except ValueError:
        nothing(_("No result for slope and intercept, because the scores of exams with and without a cancer do not overlap."))
        return
    told = {
        _("Slope"): (made.slope, _("1 is right; below 1 the scores are too extreme, above 1 too timid.")),
        _("Intercept"): (made.intercept, _("0 is right, together with slope 1.")),
        _("Calibration in the large"): (made.in_the_large, _("0 is right; below 0 the scores are too high on the whole.")),
    }
    columns = [
        Column("what", _("Figure"), "strong", "190px"),
        Column("value", _("Value, 95 %"), "text", "150px"),
        Column("says", _("Meaning")),
    ]
    rows = [
        Row(what, {"what": what, "value": two(signed(value.value, 2), between(value, 2)), "says": says})
        for what, (value, says) in told.items()
    ]
    table(f"recalibration-{found.model}", columns, rows, label=_("Recalibration"))
    meaning(_("Logistic recalibration after Cox, n = {n}, {cancers} with a cancer.", n=found.n, cancers=found.positives))


def _plot(curve: DecisionCurve, look: Palette) -> go.Figure:
    figure = figures.blank(_("Threshold: score from which on exams are recalled"), _("Net benefit"), look)
    x, band = curve.threshold, [*curve.high, *curve.low[::-1]]
    figure.add_scatter(x=[*x, *x[::-1]], y=band, fill="toself", fillcolor=look.band, line={"width": 0}, mode="lines", hoverinfo="skip")
    words = f"{_('Threshold')} %{{x:.3f}}<br>{_('Net benefit')} %{{y:.4f}}<extra></extra>"
    figure.add_scatter(x=x, y=curve.all, mode="lines", line={"color": look.second, "width": 1.5, "dash": "dash"}, hovertemplate=words)
    figure.add_scatter(x=x, y=curve.model, mode="lines", line={"color": look.accent, "width": 2}, hovertemplate=words)
    figure.add_hline(y=0, line={"color": look.muted, "width": 1, "dash": "dot"})
    top = max(float(curve.high.max()), float(curve.all.max()), 0.001)
    low = max(-top, min(float(curve.low.min()), 0.0))
    figure.update_yaxes(range=[low - 0.05 * top, 1.12 * top], rangemode="normal")
    figures.note(figure, f"<b>{_('by the score')}</b>", look, float(x[-1]), float(curve.model[-1]), xanchor="right", yanchor="bottom")
    figures.note(figure, _("nobody recalled"), look, float(x[-1]), 0.0, xanchor="right", yanchor="top")
    figures.note(
        figure, _("everybody recalled"), look, float(x[0]), float(curve.all[0]), yanchor="bottom", font={"color": look.second, "size": 12}
    )
    return figure


__all__ = ["decision", "recalibration"]
