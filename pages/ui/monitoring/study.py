"""AI against readers in a published study: its table is chosen from the shared research data, or uploaded for this view."""

import plotly.graph_objects as go
import streamlit as st

from core.metrics.mrmc import Test
from core.monitoring import reader_study
from core.monitoring.reader_study import Beside
from pages.ui import figures
from pages.ui.figures import Palette
from pages.ui.i18n import _, number
from pages.ui.monitoring.written import area, between, meaning, p_value, signed, span
from pages.ui.session import read
from pages.ui.tables import Column, Row, table, two


def show() -> None:
    """What it is for, where the table comes from, and its figures."""
    meaning(
        _("What radiologists and published models said of the same mammograms. It is nobody's programme and stands in no other figure.")
    )
    given = st.file_uploader(_("Another reader study as CSV"), type="csv", key="reader-study", max_upload_size=20)
    path = reader_study.published()
    content = given.getvalue() if given is not None else path.read_bytes() if path else None
    if content is None:
        meaning(_("No study is here: the table {file} lies not among the shared research data. Upload one.", file=reader_study.FILE))
        return
    found = read(lambda _session: _figures(content))
    title = _("Area under the ROC curve: readers {mean} on average", mean=number(found.mean.value, 3))
    look, origin = figures.palette(), f"{reader_study.FILE if given is None else given.name} · n = {number(found.breasts)}"
    plot = figures.titled(_dots(found, look), title, origin, look)
    header = [_("Who"), _("Area under the curve"), _("95 % from"), _("95 % to")]
    every = {**found.readers, _("mean of the readers"): found.mean, **found.models}
    rows = [(name, one.value, one.low, one.high) for name, one in every.items()]
    figures.show(plot, "study", alt=_("Areas of readers and models"), header=header, rows=rows)
    meaning(
        _(
            "{breasts} breasts of {exams} exams, {cancers} with a cancer; intervals by exam (DeLong with clusters), mean and lead for "
            "other readers and other exams (Obuchowski and Rockette). A larger area ranks more pairs rightly.",
            breasts=found.breasts, exams=found.exams, cancers=found.cancers,
        )
    )  # fmt: skip
    _table(found)


@st.cache_data(max_entries=4, show_spinner=False)
def _figures(content: bytes) -> Beside:
    return reader_study.beside(reader_study.load(content))


def _table(found: Beside) -> None:
    columns = [
        Column("model", _("Model"), "strong"), Column("auc", _("Area under the curve")), Column("lead", _("Lead over the readers' mean")),
        Column("precision", _("Average precision")),
    ]  # fmt: skip
    rows = [
        Row(name, {"model": name, "auc": area(one), "lead": _lead(found.leads[name]), "precision": area(found.precision[name])})
        for name, one in found.models.items()
    ]
    rows.append(
        Row("mean", {"model": _("mean of the readers"), "auc": area(found.mean), "lead": "–", "precision": area(found.precision[""])})
    )
    table("study", columns, rows, label=_("Models beside the readers"))


def _lead(found: Test) -> object:
    return two(f"{signed(found.value.value, 3)} ({p_value(found.p_value)})", between(found.value, 3))


def _dots(found: Beside, look: Palette) -> go.Figure:
    """One line each: readers in order of their area, their mean, the models."""
    readers = sorted(found.readers.items(), key=lambda one: one[1].value)
    models = sorted(found.models.items(), key=lambda one: one[1].value)
    figure = figures.blank(_("Area under the ROC curve"), "", look)
    for group, colour in ((readers, look.first), ([(_("mean of the readers"), found.mean)], look.text), (models, look.second)):
        figure.add_scatter(
            x=[one.value for _name, one in group], y=[name for name, _one in group], mode="markers", marker={"size": 8, "color": colour},
            error_x={
                "type": "data", "symmetric": False, "array": [one.high - one.value for _name, one in group],
                "arrayminus": [one.value - one.low for _name, one in group], "thickness": 1, "width": 0, "color": colour,
            },
            customdata=[span(one, 3) for _name, one in group], hovertemplate="%{y}: %{x:.3f} (%{customdata})<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=found.mean.value, line={"color": look.muted, "width": 1, "dash": "dot"})
    figure.update_layout(height=110 + 21 * (len(readers) + len(models) + 1))
    figure.update_xaxes(range=[min(0.4, *(one.low - 0.02 for _n, one in (*readers, *models))), 1.0])
    figure.update_yaxes(showgrid=False, type="category")
    return figure
