"""The readers of a programme: who lies beyond chance, everyone on one line, a funnel, and discordant cancers."""

import streamlit as st

from core.exchange.tabular import csv_text
from core.metrics.funnel import Point
from core.metrics.proportions import STABLE_NUMERATOR, Proportion
from core.readers.lines import PER_1000, RATES, ReaderLine, Readers
from pages.ui import figures
from pages.ui.choice import pick
from pages.ui.funnel import plot as plot_funnel
from pages.ui.i18n import N_, _, literal, n_, number
from pages.ui.indicators import listed
from pages.ui.readers.discordant import share
from pages.ui.tables import Column, Row, chip, table, two

COLUMNS = ("recall", "detection", "ppv", "found", "arbitration")
SCALE = {key: 1000 if key in PER_1000 else 100 for key in COLUMNS}
SHORT = {
    "recall": N_("Recall"), "detection": N_("Detection"), "ppv": N_("PPV1"), "found": N_("Of the cancers"),
    "arbitration": N_("Arbitration"),
}  # fmt: skip
BELOW = N_(
    "Of the exams with a final result. Detection: cancers that the reader recalled; PPV1: cancer among those whom the reader recalled; of "
    "the cancers: how many of those read were recalled."
)
TARGET = {"cases": N_("cases"), "screening": N_("screening cases"), "first_reads": N_("first reads")}


def state_line(made: Readers) -> str:
    """How many readers and blind reads, of when, and how many reads are in no figure."""
    reads = sum(line.reads for line in made.lines)
    who = n_("**{n} reader**", "**{n} readers**", len(made.lines))
    mark = f":orange-badge[{_('invented')}] " if made.found.synthetic else ""
    led = n_(
        "{n} read with the AI or another opinion in sight is in no figure",
        "{n} reads with the AI or another opinion in sight are in no figure",
        made.excluded,
    )
    parts = [
        n_("{n} blind read", "{n} blind reads", reads),
        *([led] if made.excluded else []),
        _("as known on {day}", day=made.found.as_of),
    ]
    return f"{mark}{who}. {listed(parts)}"


def exceptions(made: Readers) -> None:
    """A sentence for each reader and rate outside of the 99.8 % limits; a quiet line when there is none."""
    names = {str(line.id): line for line in made.lines}
    said = 0
    for key in ("recall", "detection", "ppv"):
        drawn = made.funnel(key)
        for point in drawn.points if drawn else ():
            if drawn and point.standing == "act":
                said += 1
                st.markdown(_sentence(key, point, names[point.key], drawn.rate))
    for line in made.lines:
        if line.discordant is not None and line.discordant.n >= STABLE_NUMERATOR and line.discordant.excess.low > 0:
            said += 1
            st.markdown(f":orange-badge[◆ {_('Discordant cancers')}] **{literal(line.name)}**: {share(line.discordant)}")
    if made.lines and not any(made.funnel(key) for key in ("recall", "detection", "ppv")):
        st.markdown(f":gray[{_('Fewer than two readers with cases: nobody can be compared.')}]")
    elif not said and made.lines:
        st.markdown(f":green-badge[✓ {_('Inside')}] {_('No reader lies further from the others than chance explains.')}")


def _sentence(key: str, point: Point, line: ReaderLine, rate: float) -> str:
    high = point.above
    low, top = (_value(key, one) for one in point.act.rates)
    words = _("**{name}**: {figure} is {x} of {n}; all together {rate}, by chance alone {low}–{high}.", name=literal(line.name),
              figure=_(RATES[key]).lower(), x=point.events, n=point.n, rate=_value(key, rate), low=low, high=top)  # fmt: skip
    badge = _("Higher than chance") if high else _("Lower than chance")
    return f":red-badge[{'▲' if high else '▼'} {badge}] {words}"


def lines(made: Readers) -> None:
    """Everyone on one line, by name; a rate only where 25 stand in its numerator."""
    columns = [
        Column("name", _("Reader"), "strong", "180px"), Column("reads", _("Blind reads"), "text", align="right nowrap"),
        *(Column(key, _(SHORT[key]), "text", align="right nowrap", help=_(RATES[key])) for key in COLUMNS),
        Column("time", _("Seconds a read"), "number", align="right nowrap"),
        Column("targets", _("Targets, last 365 days"), "chip", width="190px"),
    ]  # fmt: skip
    table("readers", columns, [_row(line) for line in made.lines], label=_("Readers"))
    st.markdown(f":gray[{_(BELOW)}]")
    header = [_("Reader"), _("Blind reads"), _("Excluded"), _("First reads"), _("Second reads"), _("Seconds a read")]
    header += [f"{_(RATES[key])}, {part}" for key in COLUMNS for part in (_("numerator"), _("denominator"))]
    rows = [
        (line.name, line.reads, line.excluded, line.first, line.second, line.seconds,
         *(value for key in COLUMNS for value in (line.rates[key].numerator, line.rates[key].denominator)))
        for line in made.lines
    ]  # fmt: skip
    st.download_button(
        _("Data"), csv_text(header, rows), "firstlight-readers.csv", "text/csv", key="readers-data", type="tertiary",
        icon=":material/table:", on_click="ignore",
    )  # fmt: skip


def _row(line: ReaderLine) -> Row:
    cells = {
        "name": literal(line.name),
        "reads": two(number(line.reads), _("{first} first, {second} second", first=line.first, second=line.second)),
        "time": number(line.seconds, 0) if line.seconds is not None else "–", "targets": _targets(line),
    }  # fmt: skip
    return Row(str(line.id), cells | {key: rate(key, line.rates[key]) for key in COLUMNS})


def rate(key: str, one: Proportion) -> dict[str, str]:
    """The rate over its interval and counts; of a small numerator the counts only."""
    counts = _("{x} of {n}", x=one.numerator, n=one.denominator)
    if one.interval is None:
        return two("–", "")
    if not one.stable:
        return two(counts, _("too few for a rate"))
    limits = f"{number(SCALE[key] * one.interval.low, 1)}–{number(SCALE[key] * one.interval.high, 1)}"
    return two(_value(key, one.interval.value), f"{limits} · {counts}")


def _targets(line: ReaderLine) -> dict[str, str] | None:
    """How many of the yearly targets are reached; the furthest missing one in words."""
    if not line.targets:
        return None
    short = [(target, done) for target, done in line.targets if done < target.a_year]
    if not short:
        return chip(_("reached"), "green", "✓")
    target, done = min(short, key=lambda one: one[1] / one[0].a_year)
    return chip(_("{done} of {wanted} {what}", done=done, wanted=target.a_year, what=_(TARGET[target.of])), "gray", "○")


def funnel(made: Readers, source: str) -> None:
    """One rate of all readers between the limits of chance."""
    key = pick("rate", _("Rate"), {key: _(RATES[key]) for key in COLUMNS}, width=330)
    drawn = made.funnel(key)
    if drawn is None or len(drawn.points) < 2:
        st.markdown(f":gray[{_('A funnel needs two readers with cases.')}]")
        return
    look, title = figures.palette(), _("{name} and what chance explains", name=_(RATES[key]))
    names = {str(line.id): line.name for line in made.lines}
    drawing = figures.titled(plot_funnel(drawn, names, key in PER_1000, look), title, source, look)
    rows = [(names[point.key], point.events, point.n, point.act.low, point.act.high) for point in drawn.points]
    header = [_("Reader"), _("Numerator"), _("Denominator"), _("99.8 % from"), _("99.8 % to")]
    figures.show(drawing, f"readers-{key}", alt=f"{title}. {source}", header=header, rows=rows)


def _value(key: str, share: float) -> str:
    return _("{value} per 1000", value=number(1000 * share, 1)) if key in PER_1000 else _("{value} %", value=number(100 * share, 1))
