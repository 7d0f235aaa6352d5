"""A version beside the programme's own readers: their blind reads as points on its curve, agreement, and time."""

import plotly.graph_objects as go

from core.metrics.accuracy import Accuracy
from core.metrics.interval import Interval
from core.monitoring.beside_readers import BesideReaders, ReaderPoint
from core.workflow.performance import ModelPerformance
from pages.ui import figures, score_figures
from pages.ui.figures import Palette
from pages.ui.i18n import _, n_, number
from pages.ui.i18n import show as said
from pages.ui.indicators import listed
from pages.ui.monitoring.written import meaning, nothing, share, source, span
from pages.ui.tables import Column, Row, table


def show(found: ModelPerformance, accuracy: Accuracy, made: BesideReaders) -> None:
    """Points on the curve, the table of readers, agreement and time."""
    if made.reason is not None:
        nothing(said(made.reason))
        return
    look = figures.palette()
    title = _("Readers on the curve of the AI")
    plot = figures.titled(_points(score_figures.roc(accuracy, look), made, look), title, source(found), look)
    header = [_("Reader"), _("1 − specificity"), _("Sensitivity")]
    rows = [(one.name, 1 - (one.specificity.value or 0), one.sensitivity.value) for one in made.readers if one.enough]
    figures.show(plot, "readers", alt=_("Readers as points beside the ROC curve of {model}", model=found.model), header=header, rows=rows)
    counts = [n_("{n} blind read", "{n} blind reads", made.blind), n_("of {n} exam", "of {n} exams", made.exams)]
    left_out = n_(
        "{n} read with the AI or another read in sight is left out", "{n} reads with the AI or another read in sight are left out", made.led
    )
    below = _("A point below the curve: at the same false recalls the AI would have found more. Readers with few cancers have no point.")
    meaning(f"{listed([*counts, left_out])} {below}")
    _table(made)
    _agreement(made)
    _time(made)


def _points(figure: go.Figure, made: BesideReaders, look: Palette) -> go.Figure:
    shown = [one for one in made.readers if one.enough]
    together = [made.together] if made.together is not None and made.together.enough else []
    for points, colour, size in ((shown, look.first, 9), (together, look.second, 13)):
        figure.add_scatter(
            x=[1 - (one.specificity.value or 0) for one in points], y=[one.sensitivity.value for one in points], mode="markers",
            marker={"size": size, "color": colour, "symbol": "diamond"}, cliponaxis=False, hovertemplate="%{hovertext}<extra></extra>",
            hovertext=[_hover(one) for one in points],
        )  # fmt: skip
    for one in together:
        x, y = 1 - (one.specificity.value or 0), one.sensitivity.value or 0.0
        figures.note(figure, f"<b>{_('all readers')}</b>", look, x + 0.02, y - 0.06, font={"size": 12, "color": look.second})
    return figure


def _hover(one: ReaderPoint) -> str:
    told = [one.name or _("all readers"), f"{_('Sensitivity')} {score_figures.percent(one.sensitivity)}"]
    return "<br>".join([*told, f"{_('Specificity')} {score_figures.percent(one.specificity)}"])


def _table(made: BesideReaders) -> None:
    columns = [Column("name", _("Reader"), "strong"), Column("sensitivity", _("Sensitivity")), Column("specificity", _("Specificity"))]
    every = [(one.name, one) for one in made.readers] + ([(_("All readers"), made.together)] if made.together else [])
    rows = [Row(name, {"name": name, "sensitivity": share(one.sensitivity), "specificity": share(one.specificity)}) for name, one in every]
    if made.model is not None:
        cells = {"sensitivity": share(made.model.sensitivity), "specificity": share(made.model.specificity)}
        rows.append(Row("model", {"name": _("The AI at the readers' specificity"), **cells}))
    table("readers", columns, rows, label=_("Readers and the AI"))


def _agreement(made: BesideReaders) -> None:
    told = {_("first reader and AI"): made.reader_and_model, _("first and second reader"): made.reader_and_reader}
    parts = [f"{name}: {_kappa(found)}" for name, found in told.items()]
    meaning(f"**{_('Agreement beyond chance')}** {listed(parts)}")


def _kappa(found: Interval | None) -> str:
    if found is None:
        return _("no result, because there are too few pairs or no disagreement")
    return f"κ {number(found.value, 2)} ({span(found, 2)})"


def _time(made: BesideReaders) -> None:
    if made.time is None:
        meaning(f"**{_('Time saved')}** {said(made.time_reason)}")
        return
    told = _(
        "median {a} s without the AI ({n} reads), {b} s with it in sight ({m} reads): {saved} s less (95 % {limits}). The reads were not "
        "assigned by chance, so other differences between them count too.",
        a=number(made.time.without), n=made.time.n_without, b=number(made.time.with_ai), m=made.time.n_with,
        saved=number(made.time.saved.value), limits=span(made.time.saved, 0),
    )  # fmt: skip
    meaning(f"**{_('Time saved')}** {told}")
