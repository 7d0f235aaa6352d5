"""What a policy would lead to: its figures beside today's, every policy in one table, and what may be concluded from it."""

import streamlit as st

from core.metrics.consequences import Consequences, Rate
from core.metrics.interval import Interval
from core.metrics.proportions import STABLE_NUMERATOR
from core.simulation.answer import Answer
from core.simulation.policies import NAMES, Weighed
from core.simulation.stored import Stored
from pages.ui.i18n import N_, _, n_, number, show
from pages.ui.indicators import listed
from pages.ui.tables import Column, Row, table, two

POINTS = N_("{value} points")
ROWS = {
    "recall": (N_("Recalled"), 100.0, N_("{value} %"), POINTS),
    "detection": (N_("Cancers found"), 1000.0, N_("{value} per 1000"), N_("{value} per 1000")),
    "sensitivity": (N_("Sensitivity"), 100.0, N_("{value} %"), POINTS),
    "specificity": (N_("Specificity"), 100.0, N_("{value} %"), POINTS),
    "ppv": (N_("Cancer among recalled"), 100.0, N_("{value} %"), POINTS),
    "arbitration": (N_("Arbitrated"), 100.0, N_("{value} %"), POINTS),
    "cost": (N_("Cost of 1000 exams"), 1000.0, "{value}", "{value}"),
}
OF_CANCERS = ("detection", "sensitivity", "ppv")


def state_line(found: Answer) -> str:
    """On how many exams, and whether reads or scores are invented."""
    if found.own is not None:
        mark = f":orange-badge[{_('invented')}] " if found.own.invented else ""
        mark += f":orange-badge[◆ {_('Simulated scores, not a network')}] " if found.own.simulated else ""
        return mark + n_("**{n} exam** can be replayed of {all}.", "**{n} exams** can be replayed of {all}.", found.own.exams,
                         all=found.own.considered)  # fmt: skip
    if found.study is not None:
        n, readers = len(found.study.panel.recalls), found.study.readers
        words = n_("**{n} breast** read by {readers} readers.", "**{n} breasts** read by {readers} readers.", n, readers=readers)
        if not found.study.breasts:
            words = n_("**{n} exam** read by {readers} readers.", "**{n} exams** read by {readers} readers.", n, readers=readers)
        return f":orange-badge[{_('enriched')}] {words}"
    return ""


def source(found: Answer) -> str:
    """Whose reads, and what of it is invented: for the image of a plot."""
    if found.own is None:
        return _("reader study, enriched")
    marks = [_("simulated")] if found.own.simulated else []
    return " · ".join([_("the programme's own reads"), *marks, *([_("invented")] if found.own.invented else [])])


def baseline(found: Answer) -> str:
    """The name of what everything is held against: how the programme reads today, or double reading in a study."""
    return _(NAMES[found.today.kind]) if found.own is None else _("{policy} (today)", policy=_(NAMES[found.today.kind]))


def headline(found: Weighed, name: str, against: str) -> None:
    """The chosen policy in one sentence."""
    saved = found.chosen.reads_saved
    if saved is None:
        return
    less = _("{value} % of the reads saved ({low}–{high})") if saved.value >= 0 else _("{value} % more reads ({low}–{high})")
    ends = (saved.low, saved.high) if saved.value >= 0 else (-saved.high, -saved.low)
    work = less.format(value=number(abs(saved.value) * 100, 1), low=number(ends[0] * 100, 1), high=number(ends[1] * 100, 1))
    st.markdown(f"**{name}: {work}** :gray[{_('95 % interval of drawing participants; compared with: {baseline}', baseline=against)}]")


def against_today(found: Weighed, against: str) -> None:
    """Each figure of the baseline, under the policy, and the difference on the same draws."""
    columns = [
        Column("what", "", "strong"),
        Column("today", against, "text", align="nowrap"),
        Column("then", _("With this policy"), "text", align="nowrap"),
        Column("change", _("Difference"), "text", align="nowrap"),
    ]
    reads = Row("reads", {
        "what": _("Reads"), "today": number(round(found.today.reads)), "then": number(round(found.chosen.reads)),
        "change": _saved(found.chosen),
    })  # fmt: skip
    rows = [reads, *(_row(key, found.today, found.chosen) for key in ROWS)]
    table("simulated", columns, rows, label=_("This policy against the baseline"))


def every_policy(found: Weighed) -> None:
    """The five ways of reading with the same thresholds, one line each."""
    columns = [Column("what", "", "strong", "170px"), Column("saved", _("Reads"), "text", align="nowrap")]
    columns += [Column(key, _(ROWS[key][0]), "text", align="nowrap") for key in ROWS if key != "ppv"]
    rows = [
        Row(kind, {
            "what": _(NAMES[kind]), "saved": _saved(one),
            **{key: _cell(one.rates[key], key, counts=False) for key in ROWS if key != "ppv"},
        })
        for kind, one in found.kinds.items()
    ]  # fmt: skip
    st.markdown(f"**{_('Every policy')}** :gray[{_('with the thresholds chosen above')}]")
    table("policies", columns, rows, label=_("Every policy"))


def left_out(own: Stored) -> None:
    """How many exams cannot be replayed, and why."""
    told = [_("{n} {reason}", n=one.exams, reason=_(one.reason)) for one in own.left_out]
    if told:
        st.markdown(f":gray[{_('Left out')}: {listed(told)}]")


def nothing(found: Answer) -> None:
    """The reason why nothing can be simulated, and what was left out."""
    st.markdown(f"**{_('No result, because {reason}.', reason=show(found.reason))}**")
    if found.own is not None:
        left_out(found.own)


def _row(key: str, today: Consequences, chosen: Consequences) -> Row:
    name, scale, _unit, unit = ROWS[key]
    then = chosen.rates[key]
    change = None if then is None else then.change
    told = "–" if change is None else two(_(unit, value=_signed(change.value * scale)), _span(change, scale, signed=True))
    return Row(key, {"what": _(name), "today": _cell(today.rates[key], key), "then": _cell(then, key), "change": told})


def _cell(rate: Rate | None, key: str, *, counts: bool = True) -> object:
    """The rate over its interval and counts; counts alone where fewer than 25 cancers stand behind it."""
    if rate is None:
        return _("nothing to count")
    _name, scale, unit, _change = ROWS[key]
    told = _("{x} of {n}", x=_count(rate.numerator), n=_count(rate.denominator))
    span = _span(rate.interval, scale)
    if key in OF_CANCERS and rate.numerator < STABLE_NUMERATOR:
        return two(told, f"95 % {span}")
    return two(_(unit, value=number(rate.interval.value * scale, 1)), f"{span} · {told}" if counts and key != "cost" else span)


def _saved(one: Consequences) -> object:
    if one.reads_saved is None:
        return "–"
    change = Interval(-one.reads_saved.value, -one.reads_saved.high, -one.reads_saved.low)
    return two(f"{_signed(100 * change.value)} %", _span(change, 100, signed=True))


def _count(value: float) -> str:
    """Whole where it is a count; with one decimal where it is an average over readers."""
    return number(round(value)) if value == round(value) else number(value, 1)


def _span(interval: Interval, scale: float, *, signed: bool = False) -> str:
    write = _signed if signed else (lambda value: number(value, 1))
    joint = _("{low} to {high}") if signed else "{low}–{high}"
    return joint.format(low=write(interval.low * scale), high=write(interval.high * scale))


def _signed(value: float) -> str:
    text = number(abs(value), 1)
    return text if float(f"{abs(value):.1f}") == 0 else f"+{text}" if value > 0 else f"−{text}"
