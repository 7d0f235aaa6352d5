"""How the programme page shows its figures: what is asked, exceptions, cards, the chosen figure by time, site and round."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.clock import today
from core.metrics.programme import Indicator
from core.metrics.screening import POSITIVE
from core.sites import SiteLine
from core.workflow.period import periods
from core.workflow.programme_figures import ProgrammeFigures, Question
from core.workflow.programmes import cards as programme_cards
from pages.ui import figures, indicators
from pages.ui.cards import Card, cards
from pages.ui.choice import choice, pick
from pages.ui.i18n import N_, _, n_, show
from pages.ui.indicators import listed
from pages.ui.sheet import sheet
from pages.ui.tables import Column, Row, table
from pages.ui.trend import trend
from pages.ui.words import PROGRAMME

DATA = {"real": N_("Real exams"), "invented": N_("Invented exams")}


def asked(sites: Sequence[SiteLine]) -> Question:
    """The filters, as widgets and as the question that they put."""
    card_id = choice("programme", _("Programme"), {key: _(PROGRAMME[key]) for key in sorted(programme_cards(), reverse=True)})
    places = {"": _("All sites"), **{str(line.id): line.name for line in sites}}
    site = pick("site", _("Site"), places, width=230) if len(sites) > 1 else ""
    st.markdown(f":gray[{_('as known on')}]", width="content")
    as_of = st.date_input(
        _("As known on"), value=today(), max_value=today(), key="as_of", format="YYYY-MM-DD", label_visibility="collapsed", width=140,
        bind="query-params",
    )  # fmt: skip
    known = as_of if isinstance(as_of, date) else today()
    spans = periods(known)
    span = pick("period", _("Period"), {key: show(period.name) for key, period in spans.items()}, width=250)
    choices = {str(place): _("Positive: {categories}", categories=", ".join(codes)) for place, codes in enumerate(POSITIVE[card_id])}
    positive = pick("positive", _("What counts as positive"), choices, width=250) if len(choices) > 1 else "0"
    data = st.query_params.get("data")
    wanted = {"real": False, "invented": True}.get(data or "")
    return Question(card_id, spans[span], int(site) if site else None, known, int(positive), wanted)


def state_line(found: ProgrammeFigures, where: str) -> str:
    """How many exams of when and where, as known when, and how far they have come."""
    n = found.counts
    when = {"first": found.first, "last": found.last, "where": where, "as_of": found.as_of}
    words = n_(
        "**{n} exam** of {first} – {last}, {where}, as known on {as_of}.",
        "**{n} exams** of {first} – {last}, {where}, as known on {as_of}.",
        n.exams,
        **when,
    )
    apart = [
        n_("{n} not decided yet", "{n} not decided yet", n.undecided),
        n_("{n} technical recall", "{n} technical recalls", n.technical),
        n_("{n} short-term recall", "{n} short-term recalls", n.short_term),
        n_("{n} answer to a recall", "{n} answers to recalls", n.answers),
    ]
    told = [text for text, count in zip(apart, (n.undecided, n.technical, n.short_term, n.answers), strict=True) if count]
    mark = f":orange-badge[{_('invented')}] " if found.synthetic else ""
    return f"{mark}{words} {listed(told)}"


def source(found: ProgrammeFigures, where: str) -> str:
    """Programme, place, day and, where it is so, that all of it is invented: for the image of a plot."""
    parts = [_(PROGRAMME[found.terms.programme]), where, _("as known on {day}", day=found.as_of)]
    return " · ".join([*parts, *([_("invented")] if found.synthetic else [])])


def exceptions(found: ProgrammeFigures) -> None:
    """What lies outside of its band, one line each; a quiet line when nothing does."""
    for one in found.exceptions:
        words, tone, shape = indicators.standing(one)
        line = _("**{name}** is {figure}; the band is {band} ({source}).", name=one.name, figure=indicators.sentence(one), band=words,
                 source=_(one.benchmark.source if one.benchmark else ""))  # fmt: skip
        more = "" if one.place == "outside" else f" :gray[{_('The interval still reaches into the band.')}]"
        st.markdown(f":{tone}-badge[{shape} {_('Outside the band')}] {line}{more}")
    judged = [one for one in found.whole.indicators if one.place is not None]
    if not found.exceptions and judged:
        st.markdown(
            f":green-badge[✓ {_('Inside')}] "
            + n_("{n} figure with a band lies inside it.", "All {n} figures with a band lie inside it.", len(judged))
        )
    elif not judged:
        st.markdown(f":gray[{_('No figure has both a band and enough cases to be held against it.')}]")


def overview(found: ProgrammeFigures) -> str:
    """Every indicator as a card; the key of the chosen one."""
    first = found.exceptions[0].key if found.exceptions else "recall"
    return cards("figure", _("Indicators"), [_card(one, found) for one in found.whole.indicators], default=first)


def detail(found: ProgrammeFigures, key: str, source: str) -> None:
    """The chosen indicator: what it means, its course, and its parts. `source` says in an image what it was counted from."""
    one, look = found.whole.of(key), figures.palette()
    st.subheader(show(one.name), anchor=False)
    told = [show(one.definition), show(one.mature, ""), _band(one)]
    st.markdown(f"**{indicators.sentence(one)}.** " + " ".join(text for text in told if text))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        title = _("{name} by quarter with 95 % interval", name=one.name)
        plot = figures.titled(trend(found.by_quarter, key, look), title, source, look)
        rows = [(show(group.name), *_numbers(group.of(key))) for group in found.by_quarter]
        figures.show(plot, f"{key}-by-quarter", alt=f"{title}. {source}", header=[_("Quarter"), *_header()], rows=rows)
        st.markdown(f":gray[{_('Hollow points have fewer than 25 in the numerator.')}]")
    with right:
        st.markdown(f"**{_('By site and round')}**")
        table(f"parts-{key}", _part_columns(), _part_rows(found, key), label=_("By site and round"))


def export(found: ProgrammeFigures) -> str:
    """Every figure of the page: the whole, each site, each round and each quarter."""
    named = [(_("All"), found.whole), *((show(group.name), group) for group in (*found.by_site, *found.by_quarter))]
    named[1:1] = [(_("Round {n}", n=show(group.name)), group) for group in found.by_round]
    header = [_("Part"), _("Figure"), *_header(), _("Unit"), _("As known on"), _("Definition")]
    return sheet(header, [
        (name, show(one.name), *_numbers(one), _(indicators.UNIT_NAMES[one.unit]), found.as_of.isoformat(), show(one.definition))
        for name, group in named for one in group.indicators
    ])  # fmt: skip


def _card(one: Indicator, found: ProgrammeFigures) -> Card:
    foot, tone, shape = indicators.standing(one)
    course = (group.of(one.key).interval for group in found.by_quarter)
    return Card(
        id=one.key, name=show(one.name), value=indicators.value(one), beside=indicators.beside(one), foot=foot, tone=tone, shape=shape,
        title=f"{indicators.sentence(one)}\n{show(one.definition)}\n{show(one.mature, '')}".strip(),
        course=tuple((i.low, i.value, i.high) if i and one.stable else None for i in course),
    )  # fmt: skip


def _band(one: Indicator) -> str:
    if one.benchmark is not None:
        doubt = "" if one.benchmark.verified else f" {_('This band could not be verified in its source.')}"
        return _("Band: {band} ({source}).", band=indicators.band_text(one, one.benchmark), source=_(one.benchmark.source)) + doubt
    return f"{_('To compare')}: {indicators.standing(one)[0]}." if one.reference is not None else ""


def _header() -> list[str]:
    return [_("Numerator"), _("Denominator"), _("Value"), _("95 % from"), _("95 % to")]


def _numbers(one: Indicator) -> tuple[object, ...]:
    scale = indicators.SCALE[one.unit]
    interval = one.interval
    limits = (interval.value * scale, interval.low * scale, interval.high * scale) if interval else (None, None, None)
    return one.numerator, one.denominator, *limits


def _part_columns() -> list[Column]:
    return [
        Column("part", "", "strong"),
        Column("value", _("Value"), "number", align="right nowrap"),
        Column("limits", _("95 % interval"), "number", align="right nowrap"),
        Column("counts", _("Counts"), "number", align="right nowrap"),
    ]


def _part_rows(found: ProgrammeFigures, key: str) -> list[Row]:
    named = [(show(group.name), group) for group in found.by_site]
    named += [(_("Round {n}", n=show(group.name)), group) for group in found.by_round]
    return [_part_row(name, group.of(key)) for name, group in named if group.of(key).denominator]


def _part_row(name: str, one: Indicator) -> Row:
    gated = one.unit in ("%", "per 1000") and not one.stable
    shown = _("too few") if gated and one.interval else indicators.value(one)
    limits = "–" if gated else indicators.limits(one)
    return Row(name, {"part": name, "value": shown, "limits": limits, "counts": indicators.counts(one)})
