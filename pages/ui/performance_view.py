"""How the AI performance page shows a version: what is asked, the area with its sentence, the plots, the operating table, the card."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.access import Person
from core.clock import today
from core.metrics.accuracy import Accuracy
from core.monitoring.beside_readers import beside_readers
from core.monitoring.two_versions import two_versions
from core.sites import SiteLine
from core.workflow.card_figures import CardFigure
from core.workflow.performance import RULE, Candidate, ModelPerformance
from core.workflow.period import periods
from core.workflow.programmes import cards as programme_cards
from db.enums import ModelState
from pages.ui.choice import choice, pick
from pages.ui.frame import filters
from pages.ui.i18n import N_, _, n_, number, show
from pages.ui.indicators import listed
from pages.ui.monitoring import benefit, groups, marks, plots, readers
from pages.ui.monitoring import versions as compared
from pages.ui.programme_view import DATA
from pages.ui.session import read
from pages.ui.tables import Column, Row, table
from pages.ui.words import PROGRAMME

PARTS = {
    "ranking": N_("Ranking"), "thresholds": N_("Thresholds"), "calibration": N_("Calibration"), "groups": N_("Groups"),
    "versions": N_("Versions"), "readers": N_("Readers"), "study": N_("Published study"), "marks": N_("Marks and card"),
}  # fmt: skip


def programme() -> str:
    return choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(programme_cards(), reverse=True)})


def part() -> str:
    """Which part of the figures is looked at."""
    return choice("view", _("Show"), {key: _(word) for key, word in PARTS.items()})


def kind() -> None:
    """Real or invented exams, where both are there."""
    choice("data", _("Exams"), {key: _(words) for key, words in DATA.items()})


def asked(versions: Sequence[Candidate], sites: Sequence[SiteLine]) -> dict[str, Any]:
    """The filters as widgets, and as what `model_performance` is asked."""
    found = picked(versions, sites)
    spans = periods(today())
    span = spans[pick("period", _("Period"), {key: show(period.name) for key, period in spans.items()}, width=250)]
    return {**found, "start": span.start, "end": span.end}


def picked(versions: Sequence[Candidate], sites: Sequence[SiteLine]) -> dict[str, Any]:
    """Version, site, and real or invented exams."""
    model = pick("model", _("Model version"), {one.key: _named(one) for one in versions}, width=320)
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=230) if len(sites) > 1 else ""
    wanted = {"real": False, "invented": True}.get(st.query_params.get("data", ""))
    return {"model": model, "site_id": int(site) if site else None, "synthetic": wanted}


def _named(one: Candidate) -> str:
    marks = [one.key, *([_("simulated")] if one.synthetic else []), *([_("in shadow")] if one.state == ModelState.shadow else [])]
    return " · ".join(marks)


def show_part(
    chosen: str, found: ModelPerformance, accuracy: Accuracy, user: Person, versions: Sequence[Candidate], question: Mapping[str, Any],
    sites: Mapping[int, str],
) -> None:  # fmt: skip
    """The chosen part; only what it needs is asked for."""
    if chosen == "ranking":
        plots.plots(found, accuracy)
    elif chosen == "thresholds":
        plots.operating(accuracy, found.model)
        benefit.decision(found)
    elif chosen == "calibration":
        plots.calibration(found, accuracy)
    elif chosen == "groups":
        groups.show(found, sites)
    elif chosen == "versions":
        _versions(found, user, versions, question)
    elif chosen == "readers":
        readers.show(found, accuracy, read(beside_readers, found, share=groups.called()))
    else:
        marks.show(found)
        card(found)


def _versions(found: ModelPerformance, user: Person, versions: Sequence[Candidate], question: Mapping[str, Any]) -> None:
    others = {one.key: _named(one) for one in versions if one.key != found.model}
    if not others:
        st.markdown(f":gray[{_('No other version has scored exams of this programme.')}]")
        return
    with filters():
        other = pick("other", _("Compare with"), others, width=420)
        share = groups.called()
    asked_for = {key: value for key, value in question.items() if key != "model"}
    compared.beside(read(two_versions, user, first=found.model, second=other, share=share, **asked_for))


def state_line(found: ModelPerformance) -> str:
    """How many exams the version scored and how many of them have an outcome; simulated scores say so first."""
    mark = f":orange-badge[◆ {_('Simulated scores, not a network')}] " if found.synthetic else ""
    mark += f":orange-badge[{_('invented exams')}] " if found.invented and not found.synthetic else ""
    scored = n_("**{n} exam scored**", "**{n} exams scored**", found.scored)
    followed = n_("{n} followed up for 365 days", "{n} followed up for 365 days", found.n)
    cancers = n_("{n} of them with a cancer", "{n} of them with a cancer", found.positives)
    rest = f" {n_('{n} exam got no score.', '{n} exams got no score.', found.no_result)}" if found.no_result else ""
    return f"{mark}{listed([scored, followed, cancers])}{rest}"


def rule(found: ModelPerformance) -> None:
    """What counts as truth, and how many exams wait for theirs."""
    waiting = n_(
        "{n} scored exam is not followed up for so long yet.", "{n} scored exams are not followed up for so long yet.", found.waiting
    )
    st.markdown(f":gray[{_(RULE)}{' ' + waiting if found.waiting else ''}]")


def card(found: ModelPerformance) -> None:
    """The figures that the version's own card brings, beside this programme's."""
    st.markdown(f"**{_('What its card says')}** :gray[{_('Measured by its makers on other images; not a result of this programme.')}]")
    if not found.card_figures:
        st.markdown(f":gray[{_('No figures are written in this card.') if not found.synthetic else _('Simulated scores have no card.')}]")
        return
    columns = [
        Column("what", _("Figure"), "strong"),
        Column("value", _("Value"), "number", "110px", "right nowrap"),
        Column("limits", _("95 % interval"), "number", "140px", "right nowrap"),
        Column("n", _("Cases"), "number", "90px", "right"),
    ]
    rows = [_card_row(one) for one in found.card_figures]
    table(f"card-{found.model}", columns, rows, label=_("What its card says"), height="360px")


def _card_row(one: CardFigure) -> Row:
    cells = {
        "what": " · ".join(part.replace("_", " ") for part in one.path),
        "value": number(one.interval.value, 3),
        "limits": f"{number(one.interval.low, 3)}–{number(one.interval.high, 3)}",
        "n": number(one.n),
    }
    return Row(" ".join(one.path), cells)


__all__ = ["asked", "card", "kind", "part", "picked", "programme", "rule", "show_part", "state_line"]
