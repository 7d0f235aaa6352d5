"""What is asked of the programme page: programme, site, day of knowledge, period, what counts as positive, which outcomes."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.clock import today
from core.metrics.screening import POSITIVE
from core.sites import SiteLine
from core.workflow.period import periods
from core.workflow.programme_figures import ProgrammeFigures, Question
from core.workflow.programmes import cards as programme_cards
from pages.ui.choice import choice, pick
from pages.ui.i18n import N_, _, n_, show
from pages.ui.indicators import listed
from pages.ui.words import PROGRAMME

DATA = {"real": N_("Real exams"), "invented": N_("Invented exams")}
YEARS = 6


def asked(sites: Sequence[SiteLine]) -> Question:
    """The filters, as widgets and as the question that they put."""
    card_id = choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(programme_cards(), reverse=True)})
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=200) if len(sites) > 1 else ""
    known = as_of()
    spans = periods(known, years=YEARS)
    span = pick("period", _("Period"), {key: show(period.name) for key, period in spans.items()}, width=230)
    positive = _positive(card_id)
    final = pick("outcomes", _("Outcomes"), {"all": _("All outcomes"), "final": _("Final outcomes only")}, width=180)
    wanted = {"real": False, "invented": True}.get(st.query_params.get("data") or "")
    return Question(card_id, spans[span], int(site) if site else None, known, positive, wanted, final == "final")


def as_of() -> date:
    """The day of knowledge; what was entered later is not counted."""
    st.markdown(f":gray[{_('as known on')}]", width="content")
    chosen = st.date_input(
        _("As known on"), value=today(), max_value=today(), key="as_of", format="YYYY-MM-DD", label_visibility="collapsed", width=140,
        bind="query-params",
    )  # fmt: skip
    return chosen if isinstance(chosen, date) else today()


def _positive(card_id: str) -> int | None:
    """A definition of positive to look at; None for the one in force."""
    choices = {"": _("Positive: as set")}
    choices |= {str(place): _("Positive: {categories}", categories=", ".join(codes)) for place, codes in enumerate(POSITIVE[card_id])}
    chosen = pick("positive", _("What counts as positive"), choices, width=220) if len(POSITIVE[card_id]) > 1 else ""
    return int(chosen) if chosen else None


def state_line(found: ProgrammeFigures, where: str) -> str:
    """How many exams of when and where, as known when, how far they have come, and what is called positive."""
    n = found.counts
    when = {"first": found.first, "last": found.last, "where": where, "as_of": found.as_of}
    words = n_(
        "**{n} exam** of {first} – {last}, {where}, as known on {as_of}.",
        "**{n} exams** of {first} – {last}, {where}, as known on {as_of}.",
        n.exams,
        **when,
    )
    apart = [
        (0 if found.about else n.undecided, n_("{n} not decided yet", "{n} not decided yet", n.undecided)),
        (n.technical, n_("{n} technical recall", "{n} technical recalls", n.technical)),
        (n.short_term, n_("{n} short-term recall", "{n} short-term recalls", n.short_term)),
        (n.answers, n_("{n} answer to a recall", "{n} answers to recalls", n.answers)),
        (n.unchecked, n_("{n} with an entry that waits for its second person", "{n} with an entry that waits for its second person",
                         n.unchecked)),
        (n.provisional, n_("{n} provisional outcome", "{n} provisional outcomes", n.provisional)),
    ]  # fmt: skip
    mark = f":orange-badge[{_('invented')}] " if found.synthetic else ""
    if not n.exams:
        words = _("**No exam**, {where}, as known on {as_of}.", where=where, as_of=found.as_of)
    rule = _("Positive: {categories}, or recalled for assessment.", categories=", ".join(found.terms.positive))
    return f"{mark}{words} {listed(text for count, text in apart if count)} {rule}"


def source(found: ProgrammeFigures, where: str) -> str:
    """Programme, place, day and, where it is so, that all of it is invented: for the image of a plot."""
    parts = [_(PROGRAMME[found.terms.programme]), where, _("as known on {day}", day=found.as_of)]
    return " · ".join([*parts, *([_("invented")] if found.synthetic else [])])
