"""How one indicator is written: its value with unit, interval and counts, and its place against its band."""

from collections.abc import Iterable
from datetime import timedelta

from core.clock import today
from core.metrics.benchmark import Band
from core.metrics.interval import Interval
from core.metrics.programme import Indicator
from pages.ui.i18n import N_, _, language, n_, number
from pages.ui.tables import Tone

RATES = ("%", "per 1000")
FAR = timedelta(days=3652)
"""A date that lies further ahead is not named."""
SCALE = {"%": 100.0, "per 1000": 1000.0, "days": 1.0, "kappa": 1.0, "mGy": 1.0, "mGy·cm": 1.0}
DIGITS = {"%": 1, "per 1000": 1, "kappa": 2, "days": 1, "mGy": 2, "mGy·cm": 0}
UNITS = {
    "%": N_("{value} %"), "per 1000": N_("{value} per 1000"), "days": N_("{value} days"), "kappa": N_("κ {value}"),
    "mGy": N_("{value} mGy"), "mGy·cm": N_("{value} mGy·cm"),
}  # fmt: skip
UNIT_NAMES = {"%": "%", "per 1000": N_("per 1000"), "days": N_("days"), "kappa": "κ", "mGy": "mGy", "mGy·cm": "mGy·cm"}
PLACES: dict[str, tuple[Tone, str]] = {"inside": ("green", "✓"), "near": ("orange", "◆"), "outside": ("red", "▲")}


def figure_of(one: Indicator, share: float) -> str:
    """A value on the indicator's own scale; below 1 per 1000 with one decimal more, so that 0.55 stays 0.55."""
    if one.unit in ("days", "mGy·cm"):
        return number(share, DIGITS[one.unit]).removesuffix(".0")
    scaled = share * SCALE[one.unit]
    return number(scaled, DIGITS[one.unit] + (one.unit == "per 1000" and 0 < scaled < 1))


def value(one: Indicator) -> str:
    """The headline: the rate, or "x of n" where the numerator is too small for one."""
    if one.interval is None:
        return "–" if one.denominator == 0 or one.unit not in RATES else counts(one)
    if not one.stable and one.unit in RATES:
        return counts(one)
    return _(UNITS[one.unit], value=figure_of(one, one.interval.value))


def counts(one: Indicator) -> str:
    return _("{x} of {n}", x=one.numerator, n=one.denominator)


def limits(one: Indicator) -> str:
    """The 95 % interval alone, such as 3.8–4.6."""
    return _span(one, one.interval) if one.interval else "–"


def beside(one: Indicator) -> str:
    """What stands under the headline."""
    if one.absent is not None:
        return _("No result, because: {reason}", reason=one.absent)
    if one.denominator == 0:
        return _("nothing to count yet")
    if one.interval is None:
        return _("no result: too few pairs, or no disagreement to measure")
    if one.unit not in RATES:
        return f"{limits(one)} · {n_('{n} exam', '{n} exams', one.denominator)}"
    return f"{limits(one)} · {counts(one)}" if one.stable else unstable(one)


def unstable(one: Indicator) -> str:
    """That there are too few for a rate, and until when at the pace so far."""
    if one.stable_on is not None:
        if one.stable_on > today() + FAR:
            return _("too few for a rate for more than ten years at this pace")
        return _("too few for a rate until {day}", day=one.stable_on)
    return _("too few for a rate (fewer than 25)")


def until(one: Indicator) -> str:
    """When a figure that is too small will be large enough, at the pace at which it has grown."""
    if one.stable_on is None:
        return ""
    return _("At the pace so far it will have 25 in its numerator on {day}.", day=one.stable_on)


def positive(one: Indicator) -> str:
    """The categories called positive in short, such as "positive: 0, 3, 4, 5"; nothing where the figure does not depend on them."""
    if not one.positive:
        return ""
    short = dict.fromkeys(code[0] for code in one.positive)
    return _("positive: {categories}", categories=", ".join(short))


def sentence(one: Indicator) -> str:
    """12 of 431 (2.8 %, 1.6–4.8); from a small numerator no rate, only how far the counts reach."""
    if one.absent is not None:
        return _("No result, because: {reason}", reason=one.absent)
    if one.interval is None:
        return counts(one)
    if one.unit not in RATES:
        return f"{value(one)}, {limits(one)} ({n_('{n} exam', '{n} exams', one.denominator)})"
    if not one.stable:
        return _("{counts}, too few for a rate (95 % {limits})", counts=counts(one), limits=_(UNITS[one.unit], value=limits(one)))
    return f"{counts(one)} ({value(one)}, {limits(one)})"


def band_text(one: Indicator, band: Band) -> str:
    """at most 7 %; at least 70 %; 88–95 %."""
    if band.low is not None and band.high is not None:
        return _(UNITS[one.unit], value=f"{figure_of(one, band.low)}–{figure_of(one, band.high)}")
    limit = band.low if band.low is not None else band.high or 0.0
    words = _("at least {limit}") if band.low is not None else _("at most {limit}")
    return words.format(limit=_(UNITS[one.unit], value=figure_of(one, limit)))


def standing(one: Indicator) -> tuple[str, Tone, str]:
    """(words, tone, shape) of the line that holds the figure against its band, or against another programme."""
    if one.benchmark is not None:
        tone, shape = PLACES.get(one.place or "", ("gray", "○"))
        doubt = "" if one.benchmark.verified else f" · {_('not verified')}"
        soft: Tone = (
            "gray" if not one.benchmark.verified and tone == "green" else "orange" if not one.benchmark.verified and tone == "red" else tone
        )
        return f"{band_text(one, one.benchmark)}{doubt}", soft, shape
    if one.reference is not None:
        return f"{_(one.reference.source)}: {_(UNITS[one.unit], value=figure_of(one, one.reference.value))}", "gray", ""
    return "", "gray", ""


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence with the commas and the full stop of the language; nothing for nothing."""
    comma, stop = ("，", "。") if language() == "zh_CN" else (", ", ".")
    told = comma.join(parts)
    return f"{told}{stop}" if told else ""


def _span(one: Indicator, interval: Interval) -> str:
    return f"{figure_of(one, interval.low)}–{figure_of(one, interval.high)}"
