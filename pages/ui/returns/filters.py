"""Which return is asked for: programme, year, site and day of knowledge."""

from collections.abc import Sequence
from dataclasses import replace

from core.returns.years import calendar_years, financial_years
from core.sites import SiteLine
from core.workflow.programme_figures import ProgrammeFigures, Question
from pages.ui.choice import choice, pick
from pages.ui.i18n import _, n_, show
from pages.ui.programme_view import as_of
from pages.ui.words import PROGRAMME

CARDS = ("breast", "lung")


def asked(sites: Sequence[SiteLine]) -> tuple[Question, str]:
    """The question and the year in a word for the file's name."""
    card_id = choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in CARDS})
    known = as_of()
    years = financial_years(known) if card_id == "breast" else calendar_years(known)
    year = pick("year", _("Year"), {key: show(period.name) for key, period in years.items()}, width=140)
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=230) if len(sites) > 1 else ""
    return Question(card_id, years[year], int(site) if site else None, known), year


def about(found: ProgrammeFigures) -> str:
    """How many exams of when, as known when, in markdown."""
    n = found.counts.exams
    mark = f":orange-badge[{_('invented')}] " if found.synthetic and n else ""
    exams = n_("**{n} exam** of {start} – {end}, as known on {as_of}.", "**{n} exams** of {start} – {end}, as known on {as_of}.", n,
               start=found.asked.period.start, end=found.asked.period.end, as_of=found.as_of)  # fmt: skip
    return f"{mark}{exams}"


def plain(found: ProgrammeFigures) -> str:
    """The same without marks of markdown, for a file."""
    said = about(replace(found, synthetic=False)).replace("**", "")
    return f"{_('invented')}: {said}" if found.synthetic else said
