"""The figures of a mammography report that no other report has: areas by subgroup, and cancers by exam score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.reports.look import ACCENT, MUTED, SECOND, Report, figure, interval

WITHIN = ("machine", "site", "density")
NAMES = {"metadata": "without the image", "age": "age alone", "image_and_age": "image and age"}


def plots(report: Report) -> Iterator[tuple[str, Figure]]:
    """(name, figure) of everything that the report has figures for."""
    if (report.get("breast") or {}).get("subgroups"):
        yield "subgroups", subgroups(report)
    if (report.get("screening") or {}).get("exam_score"):
        yield "exam-score", exam_score(report)


def counted(report: Report) -> str:
    """What the ROC curve of a mammography report was counted on."""
    breast, alone = report["breast"], ((report.get("baselines") or {}).get("metadata") or {}).get("breast")
    told = f"{breast['n']} breasts, {breast['cancers']} with cancer. Band: Wilson 95 %."
    return told + (f"\nAge, machine, implant and view alone {interval(alone['auc'])}." if alone else "")


def subgroups(report: Report) -> Figure:
    """Area per breast with its 95 % interval: all, within groups, without the image, and by subgroup."""
    return figure(report, f"Area per breast {interval(report['breast']['auc'])}", "Bars: 95 %. n: breasts.", _subgroups)


def _subgroups(axes: Axes, report: Report) -> None:
    rows = list(_rows(report))[::-1]
    for place, (_name, found, colour) in enumerate(rows):
        area = found["auc"]
        axes.plot([area["low"], area["high"]], [place, place], color=colour, linewidth=1.4)
        axes.plot([area["value"]], [place], "o", color=colour, markersize=4)
        beside: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "xytext": (3, -3), "textcoords": "offset points", "fontsize": 7}
        axes.annotate(f"{found['n']}", (1.0, place), **beside)
    axes.axvline(0.5, color=MUTED, linestyle=":")
    axes.axvline(report["breast"]["auc"]["value"], color=ACCENT, linewidth=0.7)
    axes.set_yticks(range(len(rows)), [name for name, _found, _colour in rows], fontsize=7)
    axes.set(xlabel="Area under the ROC curve", ylim=(-0.7, len(rows) - 0.3))
    axes.grid(axis="y", visible=False)


def _rows(report: Report) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    breast = report["breast"]
    yield "all breasts", breast, ACCENT
    for name in WITHIN:
        if found := breast.get(f"within_{name}"):
            yield f"pairs within {name}", found, ACCENT
    for key, words in NAMES.items():
        if found := ((report.get("baselines") or {}).get(key) or {}).get("breast"):
            yield words, found, SECOND
    for name, found in breast["subgroups"].items():
        yield name, found, MUTED


def exam_score(report: Report) -> Figure:
    """Cancers in a thousand women screened, by exam score, with the 95 % interval of drawing women."""
    found = report["screening"]["exam_score"]
    caption = f"{report['screening']['n']} women, weighted to {report['screening']['prevalence']:.1%} with cancer. Limits set on "
    caption += f"{found['limits_set_on']}.\nNumber: share of the cancers."
    return figure(report, f"A score of 10 holds {interval(found['sensitivity_of_10'])} of the cancers", caption, _exam_score)


def _exam_score(axes: Axes, report: Report) -> None:
    levels = report["screening"]["exam_score"]["levels"]
    score, rate = [one["score"] for one in levels], [one["cancers_per_1000"] for one in levels]
    value = np.array([one["value"] for one in rate])
    ends = np.array([[one["value"] - one["low"] for one in rate], [one["high"] - one["value"] for one in rate]])
    axes.bar(score, value, color=ACCENT, width=0.7)
    axes.errorbar(score, value, yerr=ends, fmt="none", ecolor=SECOND, capsize=3, linewidth=1.1)
    for one in levels:
        axes.annotate(f"{one['share_of_cancers']['value']:.0%}", (one["score"], one["cancers_per_1000"]["high"]), (0, 4),
                      textcoords="offset points", ha="center", color=MUTED, fontsize=8)  # fmt: skip
    axes.axhline(1000 * report["screening"]["prevalence"], color=MUTED, linestyle=":")
    axes.set_xticks(score)
    axes.set(xlabel="Exam score", ylabel="Cancers in 1000 women of this score")
    axes.grid(axis="x", visible=False)
