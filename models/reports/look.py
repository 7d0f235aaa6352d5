"""One look for every figure of the documents: light, quiet axes, the interface's colours, and what it was counted from below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

ACCENT, SECOND, MUTED, LINE, TEXT = "#0B6B74", "#D55E00", "#5A6B78", "#DCE3E8", "#1A2530"
BAND = 0.16
SIZE_IN = (5.6, 4.4)
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": TEXT,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "figure.facecolor": "white",
    "savefig.dpi": 200,
    "svg.hashsalt": "firstlight",
}
"""`svg.hashsalt` keeps the ids of an SVG the same from run to run."""
Report = Mapping[str, Any]
Draw = Callable[[Axes, Report], None]


@contextmanager
def style() -> Iterator[None]:
    """Figures made inside of the block have the one look."""
    with mpl.rc_context(STYLE):
        yield


def figure(report: Report, title: str, caption: str, draw: Draw) -> Figure:
    """`draw` on one pair of axes under `title`; below it the caption and the model, cases and day that it comes from."""
    made = Figure(figsize=SIZE_IN, layout="constrained")
    axes = made.add_subplot()
    axes.set_title(title, pad=10)
    draw(axes, report)
    made.supxlabel(f"{caption}\n{source(report)}", x=0.02, ha="left", fontsize=8, color=MUTED)
    return made


def source(report: Report) -> str:
    """lung-ct.2026.11 · n = 853 · 20 Nov 2026."""
    return f"{report['model']} · {report['data']['cases']} cases · {str(report['made_at'])[:10]} · {report['device']}"


def shares(axes: Axes, *, both: bool = True) -> None:
    """Both axes from 0 to 100 %, or the upright one alone."""
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    if both:
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1))


def interval(found: Report | None) -> str:
    """0.912 (95 % 0.880–0.940)."""
    return f"{found['value']:.3f} (95 % {found['low']:.3f}–{found['high']:.3f})" if found else "not known"


def columns(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """Rows turned into columns."""
    return [list(column) for column in zip(*rows, strict=True)]
