"""One look for every plot, light and dark: tokens of the interface page, Okabe–Ito colours for series; each plot with its two downloads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from core.exchange.tabular import csv_text
from pages.ui.i18n import _


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; `first` and `second` are an Okabe–Ito pair that stays apart without colour vision."""

    text: str
    muted: str
    line: str
    surface: str
    page: str
    accent: str
    band: str
    good: str
    action: str
    first: str
    second: str


LIGHT = Palette(
    text="#1A2530", muted="#5A6B78", line="#DCE3E8", surface="#FFFFFF", page="#F7F9FA", accent="#0B6B74", band="rgba(11,107,116,0.16)",
    good="rgba(31,111,74,0.09)", action="#B3261E", first="#0072B2", second="#D55E00",
)  # fmt: skip
DARK = Palette(
    text="#E8EEF2", muted="#9FB0BC", line="#2A363E", surface="#172026", page="#0F1518", accent="#4FB3BC", band="rgba(79,179,188,0.20)",
    good="rgba(124,199,161,0.12)", action="#F2867E", first="#56B4E9", second="#E69F00",
)  # fmt: skip
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
HEIGHT = 316


def palette() -> Palette:
    """The colours of the theme in which this page is seen."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def template(look: Palette) -> go.layout.Template:
    """The one template: no boxes, hairlines, quiet axes, surfaces of the theme."""
    axis = {
        "gridcolor": look.line, "linecolor": look.line, "zerolinecolor": look.line, "tickfont": {"size": 12, "color": look.muted},
        "title": {"font": {"size": 12, "color": look.muted}, "standoff": 8}, "fixedrange": True, "automargin": True, "ticks": "",
    }  # fmt: skip
    hover = {"bgcolor": look.surface, "bordercolor": look.line, "font": {"size": 12, "color": look.text, "family": FONT}}
    clear = "rgba(0,0,0,0)"
    layout = {
        "font": {"family": FONT, "size": 12, "color": look.text}, "paper_bgcolor": look.page, "plot_bgcolor": clear, "showlegend": False,
        "colorway": [look.first, look.second, look.accent, look.muted], "margin": {"l": 8, "r": 16, "t": 66, "b": 8}, "hoverlabel": hover,
        "xaxis": axis, "yaxis": axis | {"rangemode": "tozero"}, "dragmode": False, "bargap": 0.25,
        "modebar": {"bgcolor": clear, "color": look.muted, "activecolor": look.accent, "orientation": "h"},
    }  # fmt: skip
    return go.layout.Template(layout=layout)


def blank(x: str, y: str, look: Palette) -> go.Figure:
    """A figure with named axes and nothing in it."""
    figure = go.Figure(layout={"template": template(look)})
    figure.update_layout(height=HEIGHT, xaxis_title_text=x, yaxis_title_text=y)
    return figure


def titled(figure: go.Figure, title: str, source: str, look: Palette) -> go.Figure:
    """What it shows, and below what it was counted from, inside of the plot: a saved image says both by itself."""
    small = {"text": source, "font": {"size": 12, "color": look.muted}}
    place = {"x": 0, "xref": "container", "y": 0.98, "yanchor": "top", "pad": {"l": 2}}
    font = {"size": 13, "color": look.text, "weight": 600}
    return figure.update_layout(title={"text": title, "font": font, "subtitle": small, **place})


def note(figure: go.Figure, text: str, look: Palette, x: float, y: float, **where: object) -> None:
    """A direct label in place of a legend, at a place of the axes."""
    given = {"xanchor": "left", "font": {"size": 12, "color": look.muted}} | where
    figure.add_annotation(x=x, y=y, text=text, showarrow=False, **given)


def show(figure: go.Figure, key: str, *, alt: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The plot with "image" (the camera in its corner) and "data" (the same numbers as a table)."""
    image = {"format": "png", "filename": f"firstlight-{key}", "scale": 2}
    config = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": image}
    st.plotly_chart(figure, key=f"plot-{key}", theme=None, config=config, alt=alt)
    st.download_button(
        _("Data"), csv_text(header, rows), f"firstlight-{key}.csv", "text/csv", key=f"data-{key}", type="tertiary",
        icon=":material/table:", on_click="ignore", help=_("The numbers of this plot as a table (CSV)"),
    )  # fmt: skip
