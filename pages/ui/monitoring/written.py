"""How areas, gaps and shares are written here: value, interval and what they were counted from."""

import streamlit as st

from core.metrics.interval import Interval
from core.metrics.mcnemar import Discordance
from core.metrics.proportions import Proportion
from core.metrics.subgroups import Gap
from core.workflow.performance import ModelPerformance
from pages.ui.i18n import N_, _, number
from pages.ui.tables import two

SHARES = {"10": 0.10, "2": 0.02, "5": 0.05, "20": 0.20, "30": 0.30}
"""How many of the exams the AI would call: of the highest scores so many per cent; the first unless asked otherwise."""
MEASURES = {"auc": N_("Area under the curve"), "sensitivity": N_("Sensitivity"), "specificity": N_("Specificity")}


def area(found: Interval | None) -> object:
    """0.893 over 0.85–0.93; a dash where there is none."""
    return "–" if found is None else two(number(found.value, 3), span(found, 3))


def span(found: Interval, digits: int, scale: float = 1.0) -> str:
    return f"{number(scale * found.low, digits)}–{number(scale * found.high, digits)}"


def signed(value: float, digits: int = 1) -> str:
    """+3.2, −1.5, with a true minus."""
    text = number(abs(value), digits)
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{text}"


def between(found: Interval, digits: int, scale: float = 1.0) -> str:
    """Limits of a difference: −3.2 to +1.1."""
    return _("{low} to {high}", low=signed(scale * found.low, digits), high=signed(scale * found.high, digits))


def gap(found: Gap | None, measure: str) -> object:
    """A difference with its limits; one that stands out has a mark."""
    if found is None:
        return "–"
    digits, scale = (3, 1.0) if measure == "auc" else (1, 100.0)
    value, limits = signed(scale * found.difference.value, digits), between(found.difference, digits, scale)
    if not found.flagged:
        return two(value, limits)
    worse = found.difference.value < 0
    return two(f"{'▼' if worse else '▲'} {value}", limits, "action" if worse else "attention")


def share(found: Proportion) -> object:
    """The rate over its counts; where the numerator is small, the counts come first and the interval says how little they tell."""
    if found.interval is None:
        return "–"
    counts = _("{x} of {n}", x=found.numerator, n=found.denominator)
    value, limits = number(100 * found.interval.value, 1), span(found.interval, 1, 100)
    return two(f"{value} %", f"{limits} · {counts}") if found.stable else two(counts, f"95 % {limits} %")


def p_value(p: float) -> str:
    return f"p < {number(0.001, 3)}" if p < 0.001 else f"p = {number(p, 3)}"


def discordance(found: Discordance) -> str:
    """25 against 10 (χ² 5.60, p = 0.018), or the exact test where the counts are small."""
    test = _("exact test") if found.statistic is None else f"χ² {number(found.statistic, 2)}"
    return _("{b} against {c} ({test}, {p})", b=found.only_first, c=found.only_second, test=test, p=p_value(found.p_value))


def source(found: ModelPerformance) -> str:
    """Version and number of exams, and what is simulated or invented: for the image of a plot."""
    parts = [found.model, f"n = {number(found.n)}"]
    return " · ".join([*parts, *([_("simulated")] if found.synthetic else []), *([_("invented exams")] if found.invented else [])])


def meaning(text: str) -> None:
    """The one sentence that says what a figure means."""
    st.markdown(f":gray[{text}]")


def nothing(reason: str) -> None:
    """Why there is no figure."""
    st.markdown(f":material/do_not_disturb_on: {reason}")
