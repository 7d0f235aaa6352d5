"""The plain answer for one participant, and beneath it every rule and risk with its version, its numbers and what it lacks."""

from collections.abc import Sequence
from datetime import date
from math import ceil, floor

import streamlit as st

from core.eligibility.ahead import Ahead
from core.eligibility.verdict import Risk, RuleSaid, Verdict, listed, named
from pages.ui.i18n import N_, _, day, number, show
from pages.ui.tables import Column, Row, Tone, chip, table, two
from pages.ui.words import PROGRAMME

ANSWERS: dict[bool | None, tuple[str, Tone, str]] = {
    True: (N_("Yes"), "blue", "●"),
    False: (N_("No"), "gray", "○"),
    None: (N_("Cannot be said"), "orange", "?"),
}
SETTINGS = (N_("Bands of this programme"), N_("NHS breast screening levels"))
"""What sets of breast bands are called, named here so that it is translated."""
PLAIN = {
    ("lung", True): N_("A scan is to be offered."),
    ("lung", False): N_("No scan is to be offered now."),
    ("lung", None): N_("Whether a scan is needed cannot be said yet."),
    ("breast", True): N_("A mammogram is to be offered."),
    ("breast", False): N_("No mammogram is to be offered now."),
    ("breast", None): N_("Whether a mammogram is needed cannot be said yet."),
}
WORDS = {
    "age": N_("age"),
    "cigarettes_per_day": N_("cigarettes a day"),
    "smoking_years": N_("years smoked"),
    "quit_years": N_("years since stopping"),
    "bmi": N_("body mass index"),
    "education": N_("level of education (of 6)"),
    "copd": N_("COPD"),
    "family_lung_cancer": N_("lung cancer in the family"),
    "personal_cancer": N_("an earlier cancer"),
    "pneumonia": N_("pneumonia"),
    "asbestos": N_("work with asbestos"),
    "menarche_age": N_("age at the first period"),
    "biopsies": N_("breast biopsies"),
    "relatives": N_("relatives with breast cancer"),
}


def answer(said: Verdict, comes: Ahead | None, *, heading: bool = True) -> None:
    """Word, shape and colour, the reason, and when it may change."""
    _word, tone, shape = ANSWERS[said.eligible]
    badge = f":{tone}-badge[{shape} {_(PROGRAMME[said.card_id])}]"
    with st.container(gap="xxsmall"):
        if heading:
            st.subheader(_(PLAIN[said.card_id, said.eligible]), anchor=False)
        st.markdown(f"{badge} {show(said.because)}")
        for line in (*_ahead(comes), *_interval(said)):
            st.caption(line)


def rules(said: Verdict, key: str, *, wide: bool = True) -> None:
    """A line for the programme's own rule, each risk and each other rule."""
    columns = [
        Column("rule", _("Rule"), "text", "470px" if wide else "240px"),
        Column("says", _("Says"), "chip", "150px" if wide else "120px"),
        Column("value", _("Risk"), "number", "130px" if wide else "90px", "right"),
        Column("why", _("Because")),
    ]
    own = RuleSaid(said.rule, said.version, said.source, said.eligible, missing=said.missing)
    rows = [Row("own", _rule(own, show(said.because), _("decides here")))]
    rows += [Row(f"risk-{place}", _risk(risk)) for place, risk in enumerate(said.risks)]
    rows += [Row(f"rule-{place}", _rule(other, _why(other), _("for comparison"))) for place, other in enumerate(said.others)]
    table(f"rules-{key}", columns, rows, label=_("Rules and risks"))


def given(said: Verdict) -> None:
    """What the rules were given, in words, so that a wrong entry is seen."""
    known = {name: value for risk in said.risks for name, value in risk.given.items() if value is not None}
    shown = [(name, _value(value)) for name, value in known.items() if name in WORDS]
    if shown:
        st.caption(_("Computed from: {inputs}", inputs=" · ".join(f"{_(WORDS[name])} {value}" for name, value in shown)))


def percent(value: float, limit: float | None) -> str:
    """With two decimals, or as many as it takes to stand on the right side of the limit."""
    for digits in range(2, 6):
        step = 10.0 ** -(digits + 2)
        shown = round(value, digits + 2)
        if limit is None or (shown >= limit - step / 1e3) is (value >= limit):
            return f"{number(100 * shown, digits)} %"
    return f"{number(100 * (ceil(value * 1e8) if limit and value >= limit else floor(value * 1e8)) / 1e8, 6)} %"


def _risk(risk: Risk) -> dict[str, object]:
    above = risk.value is not None and risk.limit is not None and risk.value >= risk.limit
    word = _("above the limit") if above else _("below the limit")
    lacks = _("Not known: {missing}", missing=show(named(risk.missing))) if risk.missing else show(risk.problem, "")
    over = _("in {n} years", n=risk.years)
    return {
        "rule": two(risk.rule, f"{risk.version} · {risk.source}"),
        "says": chip("–" if risk.value is None or risk.limit is None else word, "blue" if above else "gray", "●" if above else "○"),
        "value": two(percent(risk.value, risk.limit), over) if risk.value is not None else "–",
        "why": lacks or (_("Limit {limit}", limit=percent(risk.limit, None)) if risk.limit is not None else ""),
    }


def _rule(rule: RuleSaid, because: str, role: str) -> dict[str, object]:
    word, tone, shape = ANSWERS[rule.eligible]
    head = two(_(rule.rule), f"{rule.version} · {rule.source}")
    return {"rule": head, "says": chip(_(word), tone, shape), "value": "", "why": two(because, role)}


def _why(rule: RuleSaid) -> str:
    if rule.problem is not None:
        return show(rule.problem)
    if rule.missing:
        return _("Not known: {missing}", missing=show(named(rule.missing)))
    return show(listed(rule.against, "; ")) if rule.against else _("All its conditions are met")


def _ahead(comes: Ahead | None) -> Sequence[str]:
    if comes is None:
        return ()
    if comes.by_age:
        return (_("From {day} on by age.", day=day(comes.goes_on)),) if comes.goes_on else ()
    if not comes.smokes:
        return (_("Eligible from {day} on.", day=day(comes.goes_on)) if comes.goes_on else _("Not before the upper age is reached."),)
    return (
        _("If smoking goes on: {first}; if it stops today: {second}.", first=when(comes.goes_on), second=when(comes.stops)),
    )  # fmt: skip


def when(found: date | None) -> str:
    """The day, or that it never comes."""
    return day(found, _("never"))


def _interval(said: Verdict) -> Sequence[str]:
    if said.interval_days is not None:
        return (_("Every {n} days by {rule}, version {version}.", n=said.interval_days, rule=_(said.rule), version=said.version),)
    if said.interval_months is not None:
        return (_("Every {n} months by {rule}, version {version}.", n=said.interval_months, rule=_(said.rule), version=said.version),)
    return ()


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number(round(float(value), 1)) if isinstance(value, int | float) else str(value)
