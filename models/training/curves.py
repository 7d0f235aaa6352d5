"""Losses and figures by epoch of every network: `curves.png`, and `curves.html` that opens anywhere without a network connection."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from models.training import whole
from models.training.history import Epoch, best

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Training curves</title>
<style>body{{font:15px system-ui,sans-serif;margin:2rem;max-width:1100px}} svg{{width:100%;height:auto}}
table{{border-collapse:collapse}} td,th{{padding:.25rem .75rem;border-bottom:1px solid #ccc;text-align:left}}</style>
</head><body><h1>Training curves</h1>
<p>Losses on the training patients and figures on the patients that each network never saw.
The dotted line marks the best epoch by the first figure.</p>
{chart}
<table><thead><tr><th>Network</th><th>Epochs</th><th>Last losses</th><th>Last figures</th><th>Best epoch</th></tr></thead>
<tbody>{rows}</tbody></table>
</body></html>
"""


def write(out: Path, networks: Mapping[str, list[Epoch]]) -> None:
    """Draw both files anew; nothing is drawn before the first epoch of the first network is over."""
    drawn = {name: epochs for name, epochs in networks.items() if epochs}
    if not drawn:
        return
    with rc_context({"svg.hashsalt": "firstlight", "svg.fonttype": "none"}):
        figure = draw(drawn)
        png, svg = io.BytesIO(), io.StringIO()
        figure.savefig(png, format="png", dpi=100)
        figure.savefig(svg, format="svg", metadata={"Date": None})
    whole.write(out / "curves.png", png.getvalue())
    chart = re.sub(r"^.*?(?=<svg)", "", svg.getvalue(), flags=re.DOTALL)
    whole.write(out / "curves.html", PAGE.format(chart=chart, rows="".join(_row(*item) for item in drawn.items())).encode())


def draw(networks: Mapping[str, list[Epoch]]) -> Figure:
    """One row per network: losses to the left, figures on unseen patients to the right."""
    figure = Figure(figsize=(11, 2.6 * len(networks) + 0.3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(networks), 2, squeeze=False)
    for (name, epochs), (left, right) in zip(networks.items(), axes, strict=True):
        _lines(left, [(epoch.number, epoch.losses) for epoch in epochs], f"{name}: losses")
        _lines(right, [(epoch.number, epoch.figures) for epoch in epochs], f"{name}: unseen patients")
        top = best(epochs)
        if top:
            right.axvline(top.number, linestyle=":", color="grey")
    return figure


def _lines(axis: Any, points: list[tuple[int, Mapping[str, float]]], title: str) -> None:
    names = list(dict.fromkeys(name for _, values in points for name in values))
    for name in names:
        known = [(number, values[name]) for number, values in points if name in values]
        axis.plot(*zip(*known, strict=True), marker="o", markersize=3, label=name)
    axis.set_title(title, fontsize=10)
    axis.set_xlabel("epoch")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.grid(alpha=0.3)
    if names:
        axis.legend(fontsize=8)
    else:
        axis.text(0.5, 0.5, "none", transform=axis.transAxes, ha="center", color="grey")


def _row(name: str, epochs: list[Epoch]) -> str:
    top, last = best(epochs), epochs[-1]
    cells = (name, str(last.number), _said(last.losses), _said(last.figures), f"{top.number}: {_said(top.figures)}" if top else "–")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _said(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items()) or "–"
