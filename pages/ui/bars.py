"""A small bar chart that filters by a click; the choice lives in the address."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from pages.ui.choice import remember
from pages.ui.i18n import _

COLOURS = {"light": ("#0B6B74", "#B9CDD1", "#B3261E", "#5A6B78"), "dark": ("#4FB3BC", "#2F4A50", "#F2867E", "#9FB0BC")}


def bars(name: str, title: str, counts: Mapping[str, int], *, alt: str, red: frozenset[str] = frozenset(), help: str = "") -> str | None:
    """One bar for each key of `counts`, with its number; the chosen key, or None. `red` names the bars that need action."""
    chosen = st.query_params.get(name)
    chosen = chosen if chosen in counts else None
    full, faint, action, muted = COLOURS["dark" if st.context.theme.type == "dark" else "light"]
    colours = [action if key in red else full if chosen in (None, key) else faint for key in counts]
    heights = list(counts.values())
    figure = go.Figure(go.Bar(x=list(counts), y=heights, marker_color=colours, text=[n or "" for n in heights]))
    figure.update_traces(textposition="outside", cliponaxis=False)
    figure.update_traces(selected_marker_opacity=1, unselected_marker_opacity=1, hoverinfo="none", textfont={"size": 12, "color": muted})
    figure.update_layout(
        height=92, margin={"l": 0, "r": 0, "t": 16, "b": 22}, bargap=0.35, dragmode=False, clickmode="event+select", showlegend=False,
        xaxis={"type": "category", "tickfont": {"size": 12, "color": muted}, "fixedrange": True, "showgrid": False},
        yaxis={"visible": False, "fixedrange": True, "range": [0, max([*heights, 1]) * 1.05]},
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{title}]", width=150, help=help or None)
        st.plotly_chart(
            figure, key=f"bars-{name}", on_select=lambda: _picked(name), selection_mode="points", config={"displayModeBar": False}, alt=alt
        )
        if chosen is not None:
            st.button(_("All"), key=f"all-{name}", icon=":material/close:", type="tertiary", on_click=remember, args=(name, None))
    return chosen


def _picked(name: str) -> None:
    points = st.session_state[f"bars-{name}"].selection.points
    remember(name, str(points[0]["x"]) if points else None)
