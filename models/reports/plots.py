"""The figures a report has points for: ROC, FROC, calibration, volumes, and the cases that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, NullLocator

from core.metrics import agreement, proportions
from models.reports import breast_plots
from models.reports.look import ACCENT, BAND, LINE, MUTED, SECOND, TEXT, Report, columns, figure, interval, shares

RATES = ((0.125, "1/8"), (0.25, "1/4"), (0.5, "1/2"), (1.0, "1"), (2.0, "2"), (4.0, "4"), (8.0, "8"))
LISTED = 14
"""So many cases are listed in the figure of what went wrong; the report has them all."""


def plots(report: Report) -> Iterator[tuple[str, Figure]]:
    """(name, figure) of everything that the report has points for."""
    curves = report.get("curves") or {}
    if curves.get("roc"):
        yield "roc", roc(report)
    if curves.get("froc"):
        yield "froc", froc(report)
    if (report.get("calibration") or {}).get("bins"):
        yield "calibration", calibration(report)
    if len(curves.get("bland_altman") or ()) > 2:
        yield "volume", bland_altman(report)
    if report.get("misses"):
        yield "misses", misses(report)
    yield from breast_plots.plots(report)


def roc(report: Report) -> Figure:
    """ROC in its band, the diameter alone beside it where the report has it."""
    alone = ((report.get("baselines") or {}).get("diameter") or {}).get("auc")
    caption = f"n = {report['n']}, {report.get('malignant', '?')} malignant. Band: Wilson 95 %."
    caption += f" Diameter alone {interval(alone)}." if alone else ""
    caption = breast_plots.counted(report) if "breast" in report else caption
    return figure(report, f"Area {interval(report.get('auc'))}", caption, _roc)


def _roc(axes: Axes, report: Report) -> None:
    rate, found, low, high = columns(report["curves"]["roc"])
    axes.fill_between(rate, low, high, color=ACCENT, alpha=BAND, linewidth=0)
    axes.plot([0, 1], [0, 1], color=LINE, linestyle=":")
    if report["curves"].get("roc_diameter"):
        others, alone, *_limits = columns(report["curves"]["roc_diameter"])
        axes.plot(others, alone, color=SECOND, linestyle="--", linewidth=1.3)
        axes.text(0.98, 0.06, "diameter alone", color=SECOND, ha="right")
    axes.plot(rate, found, color=ACCENT, linewidth=1.8)
    axes.text(0.98, 0.13, "model", color=ACCENT, ha="right")
    axes.set(xlabel="1 − specificity", ylabel="Sensitivity")
    shares(axes)


def froc(report: Report) -> Figure:
    """Sensitivity by false marks per scan, with the operating point."""
    rate, marks = report.get("false_marks_per_scan"), f"{report['n_nodules']} nodules in {report['n_scans']} scans"
    told = report.get("interval_reason") or "Band: scans drawn again, 95 %."
    at = f" Operating point: {rate:.2f} false marks per scan." if rate is not None else ""
    return figure(report, f"Found {interval(report.get('sensitivity'))}", f"{marks}.{at} {told}", _froc)


def _froc(axes: Axes, report: Report) -> None:
    rows = report["curves"]["froc"]
    rate, found = [row[0] for row in rows], [row[1] for row in rows]
    if all(row[2] is not None for row in rows):
        axes.fill_between(rate, [row[2] for row in rows], [row[3] for row in rows], color=ACCENT, alpha=BAND, linewidth=0)
    axes.plot(rate, found, color=ACCENT, linewidth=1.8)
    point, at = report.get("sensitivity"), report.get("false_marks_per_scan")
    if point and at:
        error = [[point["value"] - point["low"]], [point["high"] - point["value"]]]
        axes.errorbar([at], [point["value"]], yerr=error, fmt="o", color=SECOND, markerfacecolor="white", capsize=3)
        axes.annotate("operating point", (at, point["low"]), (0, -12), textcoords="offset points", ha="center", color=SECOND)
    axes.set_xscale("log")
    axes.set_xlim(0.0625, 16)
    axes.xaxis.set_major_locator(FixedLocator([value for value, _word in RATES]))
    axes.xaxis.set_major_formatter(FixedFormatter([word for _value, word in RATES]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(xlabel="False marks per scan", ylabel="Sensitivity")
    shares(axes, both=False)


def calibration(report: Report) -> Figure:
    """Observed share with its Wilson interval by mean probability; larger points stand on more cases."""
    found = report["calibration"]
    n = sum(row["n"] for row in found["bins"])
    slope = f" Slope {interval(found['slope'])}." if found.get("slope") else ""
    title = f"Calibration: Brier {found['brier']:.3f}, error {found['ece_10_bins']:.3f}"
    return figure(report, title, f"n = {n} in {len(found['bins'])} bins, Wilson 95 %.{slope}", _calibration)


def _calibration(axes: Axes, report: Report) -> None:
    used = [row for row in report["calibration"]["bins"] if row["n"] and row["predicted"] is not None]
    most = max(row["n"] for row in used)
    axes.plot([0, 1], [0, 1], color=MUTED, linestyle=":")
    for row in used:
        limits = proportions.wilson(round(row["observed"] * row["n"]), row["n"])
        axes.plot([row["predicted"]] * 2, [limits.low, limits.high], color=ACCENT, linewidth=1)
    sizes = [12 + 40 * row["n"] / most for row in used]
    axes.scatter([row["predicted"] for row in used], [row["observed"] for row in used], s=sizes, color=ACCENT, clip_on=False, zorder=3)
    for row in used:
        axes.annotate(f"{row['n']}", (row["predicted"], row["observed"]), (7, -10), textcoords="offset points", color=MUTED, fontsize=8)
    axes.set(xlabel="Mean probability of the bin (number: cases in it)", ylabel="Observed share")
    shares(axes)


def bland_altman(report: Report) -> Figure:
    """Model over readers, both axes logarithmic, with bias and 95 % limits."""
    pairs = np.log(np.array(report["curves"]["bland_altman"], dtype=np.float64))
    found = agreement.limits(pairs[:, 0], pairs[:, 1])
    bias, low, high = np.exp([found.bias.value, found.bias.low, found.bias.high])
    caption = f"n = {found.n}. 95 % of nodules between × {np.exp(found.lower):.2f} and × {np.exp(found.upper):.2f}."
    return figure(report, f"Volume × {bias:.3f} (95 % {low:.3f}–{high:.3f}) of the readers'", caption, _bland_altman)


def _bland_altman(axes: Axes, report: Report) -> None:
    readers, model = np.array(report["curves"]["bland_altman"], dtype=np.float64).T
    found = agreement.limits(np.log(readers), np.log(model))
    axes.scatter(np.sqrt(readers * model), model / readers, s=9, color=ACCENT, alpha=0.35, linewidth=0)
    axes.axhline(1, color=MUTED, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for value, dash in ((found.bias.value, "-"), (found.lower, "--"), (found.upper, "--")):
        axes.axhline(float(np.exp(value)), color=SECOND, linewidth=1.1, linestyle=dash)
        end: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "ha": "right", "va": "bottom", "color": SECOND, "fontsize": 8}
        axes.annotate(f"× {np.exp(value):.2f}", (0.995, float(np.exp(value))), **end)
    axes.yaxis.set_major_locator(FixedLocator([0.125, 0.25, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 4, 8]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.set(xlabel="Volume, mm³ (geometric mean of both)", ylabel="Model over readers")


def misses(report: Report) -> Figure:
    """The worst cases as a list, so that a document can show what a model gets wrong."""
    found = report["misses"]
    caption = f"The first {min(len(found), LISTED)} of {len(found)}; the report has them all."
    return figure(report, "Missed or most wrong", caption, _misses)


def _misses(axes: Axes, report: Report) -> None:
    rows = report["misses"][:LISTED]
    names = list(rows[0])
    axes.axis("off")
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    drawn = axes.table(cells, colLabels=[name.replace("_", " ") for name in names], loc="upper center", cellLoc="left", edges="horizontal")
    drawn.auto_set_font_size(value=False)
    drawn.set_fontsize(7.5)
    drawn.auto_set_column_width(list(range(len(names))))
    for (row, _column), cell in drawn.get_celld().items():
        cell.set_edgecolor(LINE)
        cell.get_text().set_color(MUTED if row == 0 else TEXT)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else "none" if value is None else str(value)
