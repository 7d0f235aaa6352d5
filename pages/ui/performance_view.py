"""How the AI performance page shows a version: what is asked, the area with its sentence, the plots, the operating table, the card."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.clock import today
from core.metrics.accuracy import BINS, Accuracy
from core.metrics.operating_points import OperatingPoint
from core.metrics.proportions import Proportion
from core.sites import SiteLine
from core.workflow.card_figures import CardFigure
from core.workflow.performance import RULE, Candidate, ModelPerformance
from core.workflow.period import periods
from core.workflow.programmes import cards as programme_cards
from pages.ui import figures, score_figures
from pages.ui.choice import choice, pick
from pages.ui.i18n import _, n_, number, show
from pages.ui.indicators import listed
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import PROGRAMME


def programme() -> str:
    return choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(programme_cards(), reverse=True)})


def asked(versions: Sequence[Candidate], sites: Sequence[SiteLine]) -> dict[str, Any]:
    """The filters as widgets, and as what `model_performance` is asked."""
    names = {one.key: f"{one.key}{' · ' + _('simulated') if one.synthetic else ''}" for one in versions}
    model = pick("model", _("Model version"), names, width=320)
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=230) if len(sites) > 1 else ""
    spans = periods(today())
    span = spans[pick("period", _("Period"), {key: show(period.name) for key, period in spans.items()}, width=250)]
    wanted = {"real": False, "invented": True}.get(st.query_params.get("data", ""))
    return {"model": model, "start": span.start, "end": span.end, "site_id": int(site) if site else None, "synthetic": wanted}


def state_line(found: ModelPerformance) -> str:
    """How many exams the version scored and how many of them have an outcome; simulated scores say so first."""
    mark = f":orange-badge[◆ {_('Simulated scores, not a network')}] " if found.synthetic else ""
    mark += f":orange-badge[{_('invented exams')}] " if found.invented and not found.synthetic else ""
    scored = n_("**{n} exam scored**", "**{n} exams scored**", found.scored)
    followed = n_("{n} followed up for 365 days", "{n} followed up for 365 days", found.n)
    cancers = n_("{n} of them with a cancer", "{n} of them with a cancer", found.positives)
    rest = f" {n_('{n} exam got no score.', '{n} exams got no score.', found.no_result)}" if found.no_result else ""
    return f"{mark}{listed([scored, followed, cancers])}{rest}"


def rule(found: ModelPerformance) -> None:
    """What counts as truth, and how many exams wait for theirs."""
    waiting = n_(
        "{n} scored exam is not followed up for so long yet.", "{n} scored exams are not followed up for so long yet.", found.waiting
    )
    st.markdown(f":gray[{_(RULE)}{' ' + waiting if found.waiting else ''}]")


def plots(found: ModelPerformance, accuracy: Accuracy) -> None:
    """ROC, scores by outcome and reliability, each with one sentence that says what it means."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _roc(found, accuracy)
    with middle:
        _scores(found)
    with right:
        _reliability(found, accuracy)


def operating(accuracy: Accuracy, model: str) -> None:
    """What each threshold would do, with counts and intervals."""
    meaning = _("What would have happened on these exams, had every score from the threshold on been recalled.")
    st.markdown(f"**{_('Operating points')}** :gray[{meaning}]")
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


def card(found: ModelPerformance) -> None:
    """The figures that the version's own card brings, beside this programme's."""
    st.markdown(f"**{_('What its card says')}** :gray[{_('Measured by its makers on other images; not a result of this programme.')}]")
    if not found.card_figures:
        st.markdown(f":gray[{_('No figures are written in this card.') if not found.synthetic else _('Simulated scores have no card.')}]")
        return
    columns = [
        Column("what", _("Figure"), "strong"),
        Column("value", _("Value"), "number", "110px", "right nowrap"),
        Column("limits", _("95 % interval"), "number", "140px", "right nowrap"),
        Column("n", _("Cases"), "number", "90px", "right"),
    ]
    rows = [_card_row(one) for one in found.card_figures]
    table(f"card-{found.model}", columns, rows, label=_("What its card says"), height="360px")


def _card_row(one: CardFigure) -> Row:
    cells = {
        "what": " · ".join(part.replace("_", " ") for part in one.path),
        "value": number(one.interval.value, 3),
        "limits": f"{number(one.interval.low, 3)}–{number(one.interval.high, 3)}",
        "n": number(one.n),
    }
    return Row(" ".join(one.path), cells)


def _source(found: ModelPerformance) -> str:
    """Version and number of exams, and what is simulated or invented: for the image of a plot."""
    parts = [found.model, f"n = {number(found.n)}"]
    return " · ".join([*parts, *([_("simulated")] if found.synthetic else []), *([_("invented exams")] if found.invented else [])])


def _roc(found: ModelPerformance, accuracy: Accuracy) -> None:
    area, curve, look = accuracy.area, accuracy.curve, figures.palette()
    value, low, high = (number(share, 3) for share in (area.value, area.low, area.high))
    title = _("Ranking: area {value} (95 % {low}–{high})", value=value, low=low, high=high)
    plot = figures.titled(score_figures.roc(accuracy, look), title, _source(found), look)
    header = [_("Threshold"), _("1 − specificity"), _("Sensitivity"), _("95 % from"), _("95 % to")]
    columns = (curve.threshold, curve.false_positive_rate, curve.sensitivity, accuracy.low, accuracy.high)
    rows = zip(*(values.tolist() for values in columns), strict=True)
    figures.show(plot, "roc", alt=_("ROC curve of {model} with its 95 % band", model=found.model), header=header, rows=rows)
    meaning = _(
        "Taking one exam with and one without a cancer, the one with it has the higher score in {value} % of all pairs. {cancers} exams "
        "with and {others} without a cancer; interval after DeLong, by participant.",
        value=number(100 * area.value, 1),
        cancers=found.positives,
        others=found.n - found.positives,
    )
    st.markdown(f":gray[{meaning}]")


def _scores(found: ModelPerformance) -> None:
    look = figures.palette()
    plot = figures.titled(score_figures.distribution(found.truth, found.score, look), _("Scores by outcome"), _source(found), look)
    rows = zip(found.score.tolist(), found.truth.astype(int).tolist(), strict=True)
    figures.show(plot, "scores", alt=_("Scores of exams with and without a cancer"), header=[_("Score"), _("Cancer")], rows=rows)
    meaning = _(
        "The less the two rows overlap, the better a threshold can tell them apart. Each bar is a share of its own row; n = {n}.", n=found.n
    )
    st.markdown(f":gray[{meaning}]")


def _reliability(found: ModelPerformance, accuracy: Accuracy) -> None:
    look = figures.palette()
    title = _("Calibration: Brier {brier}, error {ece}", brier=number(accuracy.brier, 3), ece=number(accuracy.ece, 3))
    plot = figures.titled(score_figures.reliability(accuracy, look), title, _source(found), look)
    header = [_("From"), _("To"), _("Mean score"), _("Cancers"), _("Exams")]
    rows = [(row.low, row.high, row.mean_probability, row.observed.numerator, row.observed.denominator) for row in accuracy.bins]
    figures.show(plot, "calibration", alt=_("Share of cancers by mean score in {bins} bins", bins=BINS), header=header, rows=rows)
    meaning = _(
        "Above the line cancers are more frequent than the score says, below it rarer. The error is the mean distance from the line (ECE) "
        "in {bins} bins of equal width, n = {n}; giving everybody the same score would have a Brier score of {base}.",
        bins=BINS,
        n=found.n,
        base=number(accuracy.prevalence_brier, 3),
    )
    st.markdown(f":gray[{meaning}]")


def _point_row(point: OperatingPoint) -> Row:
    found = {
        "recall": point.recall_rate,
        "sensitivity": point.sensitivity,
        "specificity": point.specificity,
        "ppv": point.ppv,
        "npv": point.npv,
    }
    cells = {key: _cell(one) for key, one in found.items()}
    return Row(f"{point.threshold:.6f}", {"threshold": f"≥ {number(point.threshold, 3)}", **cells})


def _cell(found: Proportion) -> object:
    """The rate over its counts; where the numerator is small, the counts come first and the interval says how little they tell."""
    if found.interval is None:
        return "–"
    counts = _("{x} of {n}", x=found.numerator, n=found.denominator)
    value, low, high = (number(100 * share, 1) for share in (found.interval.value, found.interval.low, found.interval.high))
    return two(f"{value} %", f"{low}–{high} · {counts}") if found.stable else two(counts, f"95 % {low}–{high} %")


__all__ = ["asked", "card", "operating", "plots", "programme", "rule", "state_line"]
