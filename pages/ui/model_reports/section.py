"""The reports of one version on the page of the models: which there are, the chosen one with its plots and tables, and handing one in."""

from collections.abc import Sequence

import streamlit as st

from core.access import Act, Person
from core.workflow.model_reports import ReportRow, Validated, reports
from core.workflow.registry import ModelRow
from core.workflow.report_beside import beside
from pages.ui.choice import pick
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, day, literal, moment, number
from pages.ui.model_reports import hand_in, plots, tables, words
from pages.ui.session import read


def show(user: Person, model: ModelRow, validated: Validated | None) -> None:
    """Everything about the reports of `model`."""
    if model.synthetic:
        return
    found = read(reports, user, model.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header(_("Reports"), anchor=False)
        if user.may(Act.administer) and st.button(_("Hand in a report"), icon=":material/upload_file:"):
            hand_in.ask(user, model)
    hand_in.standing(model, validated)
    if not found:
        nothing_here(_("No report of this version is here."), _("Reports that come with a model appear when the worker starts."))
        return
    chosen = pick("report", _("Report"), {str(one.id): _named(one) for one in _first(found)}, width=560)
    _one(model, next(one for one in found if str(one.id) == chosen), found)


def _first(found: Sequence[ReportRow]) -> list[ReportRow]:
    """The hospital's own reports before those that came with the card."""
    return sorted(found, key=lambda one: not one.own)


def _named(one: ReportRow) -> str:
    whose = _("Your cases") if one.own else _("Came with the card")
    return f"{whose} · {words.task(one.task)} · n = {number(one.cases)} · {day(one.made_at.date())}"


def _one(model: ModelRow, report: ReportRow, found: Sequence[ReportRow]) -> None:
    st.caption(_provenance(report))
    if report.content.get("not_scored"):
        left_out, read = int(report.content["not_scored"]), int(report.content.get("n_scans", 0))
        st.caption(_("Scans that could not be scored: {n} of {all}", n=left_out, all=left_out + read))
    for warning in report.content.get("warnings") or ():
        st.markdown(f":orange-badge[△ {_('Note')}] {literal(str(warning))}")
    if report.own:
        tables.beside(report, beside(report, found, model.card))
    else:
        tables.alone(report)
    plots.show(report)
    tables.parts(report)
    tables.wrong(report)


def _provenance(report: ReportRow) -> str:
    """When, on what machine, by whom, and the file's hash."""
    made = _("Made {at} on {device}", at=moment(report.made_at), device=literal(str(report.content.get("device", ""))))
    added = _("handed in by {name} on {day}", name=literal(report.author or ""), day=day(report.added_at.date()))
    return " · ".join([made, *([added] if report.own else []), f"SHA-256 {report.sha256[:12]}"])
