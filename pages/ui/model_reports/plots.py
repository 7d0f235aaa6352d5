"""The plots of one report, each with its n, its interval, one sentence that says what it means, and its numbers as a table."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.workflow.model_reports import ReportRow
from core.workflow.report_limits import ratio_limits
from pages.ui import figures
from pages.ui.i18n import _, day, number
from pages.ui.model_reports import charts
from pages.ui.monitoring.written import meaning

Content = Mapping[str, Any]


def show(report: ReportRow) -> None:
    """Those plots for which the report has points, two beside each other."""
    content = report.content
    curves = content.get("curves") or {}
    bins = (content.get("calibration") or {}).get("bins") or ()
    known: tuple[tuple[Any, Callable[[ReportRow], None]], ...] = (
        (curves.get("roc"), _roc),
        (curves.get("froc"), _froc),
        (bins, _reliability),
        (curves.get("bland_altman"), _bland_altman),
    )
    drawn = [draw for points, draw in known if points]
    if not drawn:
        meaning(_("This report has no curves; its figures stand in the table above."))
    for first in range(0, len(drawn), 2):
        for place, draw in zip(st.columns(2, gap="medium"), drawn[first : first + 2], strict=False):
            with place:
                draw(report)


def _roc(report: ReportRow) -> None:
    look, content = figures.palette(), report.content
    rows, beside = content["curves"]["roc"], content["curves"].get("roc_diameter") or []
    plot = figures.titled(charts.roc(rows, beside, look), _headed(_("Ranking: area"), content.get("auc")), _source(report), look)
    header = [_("1 − specificity"), _("Sensitivity"), _("95 % from"), _("95 % to")]
    figures.show(plot, f"report-roc-{report.id}", alt=_("ROC curve with its 95 % band"), header=header, rows=rows)
    if beside:
        alone = ((content.get("baselines") or {}).get("diameter") or {}).get("auc")
        meaning(_headed(_("Dashed: the diameter alone, area"), alone))


def _froc(report: ReportRow) -> None:
    look, content = figures.palette(), report.content
    rows, found = content["curves"]["froc"], content.get("sensitivity")
    rate = content.get("false_marks_per_scan")
    point = (float(rate), found) if found and rate is not None else None
    plot = figures.titled(charts.froc(rows, point, look), _headed(_("Found at the operating point:"), found), _source(report), look)
    header = [_("False marks per scan"), _("Sensitivity"), _("95 % from"), _("95 % to")]
    figures.show(plot, f"report-froc-{report.id}", alt=_("Sensitivity by false marks per scan"), header=header, rows=rows)
    said = _("{n} nodules, {rate} false marks per scan.", n=content.get("n_nodules"), rate=number(rate, 2))
    drawn = _("The band comes from drawing scans again.")
    meaning(f"{said} {content.get('interval_reason') or drawn}")


def _reliability(report: ReportRow) -> None:
    look, found = figures.palette(), report.content["calibration"]
    title = _("Calibration: Brier {brier}, error {ece}", brier=number(found.get("brier"), 3), ece=number(found.get("ece_10_bins"), 3))
    plot = figures.titled(charts.reliability(found["bins"], look), title, _source(report), look)
    header = [_("From"), _("To"), _("Mean score"), _("Observed share"), "n"]
    rows = [(row["low"], row["high"], row["predicted"], row["observed"], row["n"]) for row in found["bins"]]
    figures.show(plot, f"report-calibration-{report.id}", alt=_("Observed share by mean probability"), header=header, rows=rows)
    if found.get("slope"):
        meaning(_headed(_("Slope (1 is right; below 1 the probabilities are too extreme):"), found["slope"]))


def _bland_altman(report: ReportRow) -> None:
    look, pairs = figures.palette(), report.content["curves"]["bland_altman"]
    found = ratio_limits(pairs)
    if found is None:
        return
    title = _("Volume: × {bias} ({low}–{high}) of the readers'", **_three(found.bias))
    plot = figures.titled(charts.bland_altman(pairs, found, look), title, _source(report), look)
    header = [_("Readers, mm³"), _("Model, mm³")]
    figures.show(plot, f"report-volume-{report.id}", alt=_("Model's volume over the readers' by size"), header=header, rows=pairs)
    limits = {"lower": number(found.lower, 2), "upper": number(found.upper, 2)}
    meaning(_("95 % of the nodules lie between × {lower} and × {upper}; n = {n}.", n=found.n, **limits))


def _three(found: Any) -> dict[str, str]:
    return {"bias": number(found.value, 2), "low": number(found.low, 2), "high": number(found.high, 2)}


def _headed(words: str, found: Mapping[str, float] | None) -> str:
    """Words, value and interval; that nothing is known where there is none."""
    if not found:
        return f"{words} {_('not known')}"
    value, low, high = (number(found[key], 3) for key in ("value", "low", "high"))
    return f"{words} {value} (95 % {low}–{high})"


def _source(report: ReportRow) -> str:
    """Model, number of cases and day: what a saved image has to say by itself."""
    whose = _("own cases") if report.own else _("the maker's cases")
    return f"{report.content['model']} · n = {number(report.cases)} · {whose} · {day(report.made_at.date())}"
