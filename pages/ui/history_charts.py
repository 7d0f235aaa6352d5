"""Nodule volumes, density and AI scores over the rounds; what belongs together is joined, everything else stands alone."""

from collections import defaultdict
from collections.abc import Sequence

import streamlit as st

from core.workflow.trajectories import Density, Scored, Trajectories
from pages.ui.figures import Palette, blank, palette, show
from pages.ui.history_nodules import SHAPES, dated, nodules
from pages.ui.i18n import _, day
from pages.ui.i18n import show as said

LETTERS = ("A", "B", "C", "D")


def charts(found: Trajectories) -> None:
    """What there is to draw; what is held back is named with its day."""
    look = palette()
    for reason in found.held_back:
        st.caption(f":material/visibility_off: {said(reason)}")
    if found.nodules:
        nodules(found.nodules, look)
    if found.densities:
        _densities(found.densities, look)
    if found.scores:
        _scores(found.scores, look)


def _densities(found: Sequence[Density], look: Palette) -> None:
    st.subheader(_("Breast density"), anchor=False)
    figure = blank("", _("Density"), look)
    for ai, name, colour, symbol in ((False, _("Reader"), look.first, "circle"), (True, _("AI"), look.second, "diamond-open")):
        some = [one for one in found if one.ai == ai and one.letter.upper() in LETTERS]
        figure.add_scatter(
            x=[one.at for one in some], y=[one.letter.upper() for one in some], mode="markers", cliponaxis=False, name=name,
            marker={"size": 11, "color": colour, "symbol": symbol}, customdata=[f"{day(one.at)} · {one.letter} · {one.by}" for one in some],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=LETTERS, range=[-0.5, 3.5])
    figure.update_layout(height=220, showlegend=True, legend={"orientation": "h", "y": 1.18, "x": 0})
    with st.container(key="chart-density"):
        rows = [(one.at, one.letter, one.by) for one in found]
        header = (_("Day"), _("Density"), _("By"))
        show(dated(figure, [one.at for one in found]), "density", alt=_("Breast density over the rounds"), header=header, rows=rows)


def _scores(found: Sequence[Scored], look: Palette) -> None:
    """One line for each model version; versions are never joined, because their scores mean different things."""
    st.subheader(_("AI score"), anchor=False)
    of: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for one in found:
        of[(one.programme, one.model)].append(one)
    figure = blank("", _("Score, 1 to 10"), look)
    for place, ((_programme, model), some) in enumerate(of.items()):
        colour = (look.first, look.second, look.accent, look.muted)[place % 4]
        name = f"{model} ({_('simulated')})" if some[0].synthetic else model
        figure.add_scatter(
            x=[one.at for one in some], y=[one.step for one in some], mode="lines+markers", cliponaxis=False, name=name,
            line={"color": colour, "width": 2}, marker={"size": 9, "color": colour, "symbol": SHAPES[place % len(SHAPES)]},
            customdata=[f"{day(one.at)} · {_('{step} of 10', step=one.step)} · {name}" for one in some],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(range=[0.5, 10.5], dtick=1, rangemode="normal")
    figure.update_layout(height=280, showlegend=True, legend={"orientation": "h", "y": 1.14, "x": 0})
    with st.container(key="chart-scores"):
        rows = [(one.at, one.step, one.model, one.synthetic) for one in found]
        header = (_("Day"), _("Score"), _("Model"), _("Simulated"))
        show(
            dated(figure, [one.at for one in found]),
            "scores",
            alt=_("AI scores over the rounds by model version"),
            header=header,
            rows=rows,
        )
