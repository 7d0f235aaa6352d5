"""Ranking: precision and recall of a version at a prevalence of choice."""

import plotly.graph_objects as go
import streamlit as st

from core.metrics import precision_recall
from core.metrics.interval import Interval
from core.metrics.precision_recall import PrecisionRecall
from core.workflow.performance import ModelPerformance
from pages.ui import figures
from pages.ui.choice import pick
from pages.ui.figures import Palette
from pages.ui.i18n import _, number
from pages.ui.monitoring.written import meaning, source, span

PREVALENCE = {"": None, "0.3": 0.003, "0.5": 0.005, "0.7": 0.007, "1": 0.01, "1.5": 0.015, "2": 0.02, "5": 0.05}
POINTS = 400
MOST = 20_000
"""Beyond so many exams the interval is not drawn by resampling; it would be narrower than the line."""


def prevalence() -> float | None:
    """The control: for which share of cancers precision is shown; None: that of the exams."""
    words = {key: _("prevalence as in these exams") if not key else _("prevalence {n} %", n=key) for key in PREVALENCE}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{_('Precision for a')}]", width="content")
        return PREVALENCE[pick("prevalence", _("Prevalence"), words, width=260)]


def show(found: ModelPerformance, share: float | None) -> None:
    """Precision against recall with the average precision, at a prevalence."""
    points = precision_recall.curve(found.truth, found.score, prevalence=share)
    look = figures.palette()
    value = precision_recall.average_precision(found.truth, found.score, prevalence=share)
    limits = ""
    if found.n <= MOST:
        interval = _interval(found, share)
        limits = f" (95 % {span(interval, 3)})"
    title = _("Precision: average {value}", value=number(value, 3)) + limits
    plot = figures.titled(_plot(points, look), title, source(found), look)
    header = [_("Threshold"), _("Sensitivity"), _("Cancer among recalled")]
    rows = zip(points.threshold.tolist(), points.recall.tolist(), points.precision.tolist(), strict=True)
    kept = [row for place, row in enumerate(rows) if place % _every(points) == 0]
    figures.show(plot, "precision", alt=_("Precision against recall of {model}", model=found.model), header=header, rows=kept)
    meaning(
        _(
            "How many of the recalled exams would hold a cancer, for each share of cancers found, where {prevalence} % of the exams hold "
            "one; a score that knows nothing stays on the dotted line. n = {n}, {cancers} with a cancer.",
            prevalence=number(100 * points.prevalence, 2), n=found.n, cancers=found.positives,
        )
    )  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={ModelPerformance: lambda one: (one.model, one.n, one.score.tobytes())})
def _interval(found: ModelPerformance, share: float | None) -> Interval:
    return precision_recall.interval(found.truth, found.score, found.person, prevalence=share, replicates=200)


def _every(points: PrecisionRecall) -> int:
    return max(1, len(points.recall) // POINTS)


def _plot(points: PrecisionRecall, look: Palette) -> go.Figure:
    figure = figures.blank(_("Sensitivity (recall)"), _("Cancer among recalled (precision)"), look)
    step = _every(points)
    level = points.prevalence
    figure.add_hline(y=level, line={"color": look.muted, "width": 1, "dash": "dot"})
    words = (
        f"{_('Sensitivity')} %{{x:.1%}}<br>{_('Cancer among recalled')} %{{y:.1%}}<br>{_('Threshold')} %{{customdata:.3f}}<extra></extra>"
    )
    figure.add_scatter(
        x=points.recall[::step], y=points.precision[::step], mode="lines", line={"color": look.accent, "width": 2, "shape": "hv"},
        customdata=points.threshold[::step], hovertemplate=words,
    )  # fmt: skip
    share = {"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.2}
    figure.update_xaxes(**share)
    figure.update_yaxes(**share)
    return figure
