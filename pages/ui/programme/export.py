"""The figures as files: CSV and XLSX with every number of the page, a PDF to print, and a FHIR MeasureReport."""

import json
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.clock import now
from core.exchange.content import Content, Section, Table, Text
from core.exchange.pdf import pdf
from core.exchange.tabular import csv_text, xlsx_bytes
from core.figures.cuts import KINDS, Kind
from core.metrics.indicator import Indicator
from core.metrics.measures import THEMES
from core.returns.measure_report import measure_report
from core.workflow.programme_figures import ProgrammeFigures
from pages.ui import i18n, indicators
from pages.ui.i18n import _, language, moment, show
from pages.ui.programme.numbers import header, numbers, part_name
from pages.ui.programme.overview import THEME
from pages.ui.words import PROGRAMME

PARTS: tuple[Kind, ...] = ("site", "round", "age", "density", "year", "quarter")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADLINES = ("recall", "detection", "ppv", "sensitivity", "specificity", "uptake", "coverage", "read_in_time")


def exports(found: ProgrammeFigures, state: str, where: str) -> None:
    """One button; each file is made when it is asked for."""
    with st.popover(_("Export"), icon=":material/download:"):
        for label, name, kind, make in (
            (_("Table (CSV)"), "figures.csv", "text/csv", partial(as_csv, found)),
            (_("Workbook (XLSX)"), "figures.xlsx", XLSX, partial(as_xlsx, found)),
            (_("To print (PDF)"), "figures.pdf", "application/pdf", partial(as_pdf, found, state, where)),
            (_("FHIR MeasureReport (JSON)"), "measure-report.json", "application/fhir+json", partial(as_fhir, found)),
        ):
            st.download_button(
                label, spoken(make), f"firstlight-{name}", kind, key=f"export-{name}", on_click="ignore", type="tertiary",
            )  # fmt: skip


def spoken(make: Callable[[], str | bytes]) -> Callable[[], str | bytes]:
    """`make` in the language of now: the file is written after the page has ended."""
    chosen = language()

    def made() -> str | bytes:
        i18n.use(chosen)
        return make()

    return made


def as_csv(found: ProgrammeFigures) -> str:
    return csv_text(_head(), rows(found))


def as_xlsx(found: ProgrammeFigures) -> bytes:
    """A sheet for the whole and one for each way of cutting it."""
    sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]] = {_("All"): (_head(), _whole(found))}
    for kind in PARTS:
        if some := _parts(found, kind):
            sheets[_(KINDS[kind])] = (_head(), some)
    return xlsx_bytes(sheets)


def as_fhir(found: ProgrammeFigures) -> str:
    return json.dumps(measure_report(found, at=now()), ensure_ascii=False, indent=2)


def rows(found: ProgrammeFigures) -> list[tuple[object, ...]]:
    """Every figure of the whole and of every part."""
    return [*_whole(found), *(row for kind in PARTS for row in _parts(found, kind))]


def _whole(found: ProgrammeFigures) -> list[tuple[object, ...]]:
    return [_cells(found, _("All"), one) for one in found.whole.indicators]


def _parts(found: ProgrammeFigures, kind: Kind) -> list[tuple[object, ...]]:
    if not found.cut(kind).parts.n:
        return []
    return [_cells(found, part_name(kind, group), one) for group in found.by(kind) for one in group.indicators]


def _head() -> list[str]:
    return [
        _("Part"), _("Figure"), *header(), _("Unit"), _("Too few for a rate"), _("As known on"), _("Definitions"), _("Definition"),
        _("Held against"), _("What may change"),
    ]  # fmt: skip


def _cells(found: ProgrammeFigures, part: str, one: Indicator) -> tuple[object, ...]:
    few = "" if one.stable or one.interval is None else _("yes")
    return (
        part, show(one.name), *numbers(one), _(indicators.UNIT_NAMES[one.unit]), few, found.as_of.isoformat(), found.settings.version,
        show(one.definition), _against(one), show(one.absent or one.mature, ""),
    )  # fmt: skip


def _against(one: Indicator) -> str:
    """Band or other programme with its source; whether the source was read."""
    words = indicators.standing(one)[0]
    return f"{words} ({_(one.benchmark.source)})" if one.benchmark is not None else words


def as_pdf(found: ProgrammeFigures, state: str, where: str) -> bytes:
    """Figures by theme, the main ones by site, and every definition; page numbers and day of knowledge on each page."""
    spoken_now = i18n.tongue()
    sections = [
        Section(_(THEME[theme]), [_table([one for one in found.whole.indicators if one.theme == theme])])
        for theme in THEMES
        if any(one.theme == theme for one in found.whole.indicators)
    ]
    content = Content(
        language=spoken_now.language,
        title=_("{programme}: figures", programme=_(PROGRAMME[found.terms.programme])),
        subtitle=_plain(state),
        running=f"{_(PROGRAMME[found.terms.programme])} · {where} · {_('as known on {day}', day=found.as_of)}",
        foot=_("Definitions {version}; written {at}", version=found.settings.version, at=moment(now())),
        page=_("Page {n} of {all}", n="{n}", all="{all}"),
        warnings=[_("Invented exams: a demonstration")] if found.synthetic else [],
        sections=[*sections, *_by_site(found), Section(_("Definitions"), [Text(_defined(one)) for one in found.whole.indicators])],
    )
    return pdf(content, at=now())


def _table(shown: Sequence[Indicator]) -> Table:
    head = [_("Figure"), _("Value"), _("95 % interval"), _("Counts"), _("Held against")]
    return Table(head, [_printed(one) for one in shown], (30, 16, 16, 18, 40))


def _printed(one: Indicator) -> list[str]:
    if one.absent is not None:
        return [show(one.name), "–", "–", "–", indicators.beside(one)]
    gated = one.unit in indicators.RATES and not one.stable
    value = _("too few") if gated and one.denominator else indicators.value(one)
    return [show(one.name), value, indicators.limits(one), indicators.counts(one), indicators.standing(one)[0]]


def _by_site(found: ProgrammeFigures) -> list[Section]:
    groups = found.by("site")
    if len(groups) < 2:
        return []
    head = [_("Site"), _("Value"), _("95 % interval"), _("Counts"), _("Held against")]
    made = []
    for key in HEADLINES:
        cells = [[show(group.name), *_printed(group.of(key))[1:]] for group in groups if group.has(key)]
        if cells:
            made.append(Section(_("{name}, by site", name=found.whole.of(key).name), [Table(head, cells, (30, 16, 16, 18, 40))]))
    return made


def _defined(one: Indicator) -> str:
    return f"{show(one.name)}: {show(one.definition)} {show(one.mature, '')}".strip()


def _plain(state: str) -> str:
    """The state line without its marks for the screen."""
    return state.replace("**", "").replace(f":orange-badge[{_('invented')}] ", "")
