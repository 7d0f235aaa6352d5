"""What each threshold of the chosen policy would do: reads saved against sensitivity."""

import plotly.graph_objects as go
import streamlit as st

from core.metrics.consequences import Consequences
from core.metrics.interval import Interval
from core.metrics.proportions import STABLE_NUMERATOR
from core.simulation.policies import Weighed
from pages.ui import figures
from pages.ui.figures import Palette, blank, note
from pages.ui.i18n import _, number


def course(found: Weighed, chosen: int | None, source: str, against: str) -> None:
    """A point for each threshold with whiskers; nothing where no threshold changes anything, or no cancer is known."""
    points = {step: one for step, one in found.course.items() if one.reads_saved is not None and one.sensitivity is not None}
    if not points or chosen is None:
        return
    look = figures.palette()
    title = _("Reads saved and sensitivity at each threshold")
    plot = figures.titled(_plot(points, found.today, chosen, against, look), title, source, look)
    header = [
        _("Threshold"),
        *(f"{name} {part}" for name in (_("Reads saved"), _("Sensitivity"), _("Recalled")) for part in ("", "95 % −", "95 % +")),
    ]
    rows = [(step, *_numbers(one.reads_saved), *_numbers(one.sensitivity), *_numbers(one.recall)) for step, one in points.items()]
    figures.show(plot, "simulated-thresholds", alt=f"{title}. {source}", header=header, rows=rows)
    words = _("Each point is a threshold. To the right: less reading. Above the dotted line: more cancers found than with the baseline.")
    few = "" if all(_stable(one) for one in points.values()) else f" {_('Hollow points have fewer than 25 in the numerator.')}"
    st.markdown(f":gray[{words}{few}]")


def _plot(points: dict[int, Consequences], today: Consequences, chosen: int, against: str, look: Palette) -> go.Figure:
    figure = blank(_("Reads saved"), _("Sensitivity"), look)
    saved, found = ([getattr(one, name) for one in points.values()] for name in ("reads_saved", "sensitivity"))
    figure.add_scatter(
        x=[one.value for one in saved], y=[one.value for one in found], mode="lines+markers+text", text=[str(step) for step in points],
        textposition="top right", textfont={"size": 11, "color": look.muted}, line={"color": look.line, "width": 1},
        marker={"symbol": ["circle" if _stable(one) else "circle-open" for one in points.values()],
                "size": [13 if step == chosen else 8 for step in points],
                "color": [look.second if step == chosen else look.accent for step in points]},
        error_y=_whiskers(found, look), error_x=_whiskers(saved, look),
        customdata=[_told(step, one) for step, one in points.items()], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    if today.sensitivity is not None:
        figure.add_hline(y=today.sensitivity.value, line={"color": look.muted, "width": 1, "dash": "dot"})
        note(figure, against, look, 1.0, today.sensitivity.value, xref="paper", xanchor="right", yanchor="top")
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(tickformat=".0%", rangemode="normal")
    return figure


def _stable(one: Consequences) -> bool:
    """Whether enough cancers were found for the point to be a rate."""
    rate = one.rates["sensitivity"]
    return rate is not None and rate.numerator >= STABLE_NUMERATOR


def _whiskers(values: list[Interval], look: Palette) -> dict[str, object]:
    return {
        "type": "data", "symmetric": False, "array": [one.high - one.value for one in values],
        "arrayminus": [one.value - one.low for one in values], "color": look.muted, "thickness": 1, "width": 3,
    }  # fmt: skip


def _told(step: int, one: Consequences) -> str:
    lines = [_("Threshold {step}", step=step)]
    for name, interval in ((_("Reads saved"), one.reads_saved), (_("Sensitivity"), one.sensitivity), (_("Recalled"), one.recall)):
        if interval is not None:
            value, low, high = (number(100 * share, 1) for share in (interval.value, interval.low, interval.high))
            lines.append(f"{name} {value} % ({low}–{high})")
    return "<br>".join(lines)


def _numbers(interval: Interval | None) -> tuple[object, ...]:
    return (None, None, None) if interval is None else (interval.value, interval.low, interval.high)
