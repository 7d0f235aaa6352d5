"""The first figures of a version: ROC curve, scores by outcome, reliability in stated bins, and the table of operating points."""

import streamlit as st

from core.metrics.accuracy import BINS, Accuracy
from core.metrics.operating_points import OperatingPoint
from core.workflow.performance import ModelPerformance
from pages.ui import figures, score_figures
from pages.ui.i18n import _, number
from pages.ui.monitoring import benefit, ranking
from pages.ui.monitoring.written import meaning, share, source
from pages.ui.tables import Column, Row, table


def plots(found: ModelPerformance, accuracy: Accuracy) -> None:
    """ROC, precision and scores by outcome, each with one sentence that says what it means."""
    share = ranking.prevalence()
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _roc(found, accuracy)
    with middle:
        ranking.show(found, share)
    with right:
        _scores(found)


def operating(accuracy: Accuracy, model: str) -> None:
    """What each threshold would do, with counts and intervals."""
    told = _("What would have happened on these exams, had every score from the threshold on been recalled.")
    st.markdown(f"**{_('Operating points')}** :gray[{told}]")
    words = {
        "recall": _("Recalled"),
        "sensitivity": _("Sensitivity"),
        "specificity": _("Specificity"),
        "ppv": _("Cancer among recalled"),
        "npv": _("No cancer among the others"),
    }
    columns = [Column("threshold", _("Threshold"), "strong", "110px", "nowrap")]
    columns += [Column(key, name, "text", align="nowrap") for key, name in words.items()]
    table(f"points-{model}", columns, [_point_row(point) for point in accuracy.points], label=_("Operating points"))


def calibration(found: ModelPerformance, accuracy: Accuracy) -> None:
    """Reliability in stated bins beside slope and intercept."""
    left, right = st.columns(2, gap="medium")
    with left:
        _reliability(found, accuracy)
    with right:
        benefit.recalibration(found)


def _roc(found: ModelPerformance, accuracy: Accuracy) -> None:
    area, curve, look = accuracy.area, accuracy.curve, figures.palette()
    value, low, high = (number(share, 3) for share in (area.value, area.low, area.high))
    title = _("Ranking: area {value} (95 % {low}–{high})", value=value, low=low, high=high)
    plot = figures.titled(score_figures.roc(accuracy, look), title, source(found), look)
    header = [_("Threshold"), _("1 − specificity"), _("Sensitivity"), _("95 % from"), _("95 % to")]
    columns = (curve.threshold, curve.false_positive_rate, curve.sensitivity, accuracy.low, accuracy.high)
    rows = zip(*(values.tolist() for values in columns), strict=True)
    figures.show(plot, "roc", alt=_("ROC curve of {model} with its 95 % band", model=found.model), header=header, rows=rows)
    told = _(
        "Taking one exam with and one without a cancer, the one with it has the higher score in {value} % of all pairs. {cancers} exams "
        "with and {others} without a cancer; interval after DeLong, by participant.",
        value=number(100 * area.value, 1),
        cancers=found.positives,
        others=found.n - found.positives,
    )
    meaning(told)


def _scores(found: ModelPerformance) -> None:
    look = figures.palette()
    plot = figures.titled(score_figures.distribution(found.truth, found.score, look), _("Scores by outcome"), source(found), look)
    edges, counts = score_figures.tenths(found.truth, found.score)
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), counts[True].tolist(), counts[False].tolist(), strict=True)
    header = [_("From"), _("To"), _("with a cancer"), _("without a cancer")]
    figures.show(plot, "scores", alt=_("Scores of exams with and without a cancer"), header=header, rows=rows)
    told = _(
        "The less the two rows overlap, the better a threshold can tell them apart. Each bar is a share of its own row; n = {n}.", n=found.n
    )
    meaning(told)


def _reliability(found: ModelPerformance, accuracy: Accuracy) -> None:
    look = figures.palette()
    title = _("Calibration: Brier {brier}, error {ece}", brier=number(accuracy.brier, 3), ece=number(accuracy.ece, 3))
    plot = figures.titled(score_figures.reliability(accuracy, look), title, source(found), look)
    header = [_("From"), _("To"), _("Mean score"), _("Cancers"), _("Exams")]
    rows = [(row.low, row.high, row.mean_probability, row.observed.numerator, row.observed.denominator) for row in accuracy.bins]
    figures.show(plot, "calibration", alt=_("Share of cancers by mean score in {bins} bins", bins=BINS), header=header, rows=rows)
    told = _(
        "Above the line cancers are more frequent than the score says, below it rarer. The error is the mean distance from the line (ECE) "
        "in {bins} bins of equal width, n = {n}; giving everybody the same score would have a Brier score of {base}.",
        bins=BINS,
        n=found.n,
        base=number(accuracy.prevalence_brier, 3),
    )
    meaning(told)


def _point_row(point: OperatingPoint) -> Row:
    found = {
        "recall": point.recall_rate,
        "sensitivity": point.sensitivity,
        "specificity": point.specificity,
        "ppv": point.ppv,
        "npv": point.npv,
    }
    cells = {key: share(one) for key, one in found.items()}
    return Row(f"{point.threshold:.6f}", {"threshold": f"≥ {number(point.threshold, 3)}", **cells})
