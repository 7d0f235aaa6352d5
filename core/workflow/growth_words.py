"""The change of a nodule in words that claim no more than was measured."""

from core.rules.growth import MEASUREMENT_ERROR_PERCENT
from core.rules.growth_error import DoublingTime
from core.words import N_, Sentence, say

LONGEST_DAYS = 3650  # a doubling time beyond ten years says only that nothing grew


def told(percent: float | None, doubling: DoublingTime | None, days: int, *, by_diameter: bool) -> Sentence:
    """One sentence: grown, shrunk, or within the error of measurement."""
    if percent is None and doubling is None:
        return say(N_("A size is missing, so the change is not known"))
    if doubling is None:
        return say(N_("The exams are of the same day"))
    if by_diameter or percent is None:
        return doubling_time(doubling, by_diameter=True)
    if abs(percent) < MEASUREMENT_ERROR_PERCENT:
        template = N_("Volume {percent:+.0f} % in {days} days: within the error of measurement ({limit:.0f} %)")
        return say(template, percent=percent, days=days, limit=MEASUREMENT_ERROR_PERCENT)
    if percent < 0:
        return say(N_("Volume {percent:+.0f} % in {days} days: it became smaller"), percent=percent, days=days)
    template = N_("Volume {percent:+.0f} % in {days} days. {doubling}")
    return say(template, percent=percent, days=days, doubling=doubling_time(doubling, by_diameter=False))


def doubling_time(found: DoublingTime, *, by_diameter: bool) -> Sentence:
    """The doubling time and what it may be within the error of measurement."""
    if found.days is None or found.days > LONGEST_DAYS:
        return say(N_("No growth by the diameters") if by_diameter else N_("No growth by the volumes"))
    if found.slowest is None or found.slowest > LONGEST_DAYS:
        template = N_("Volume doubling time {days:.0f} days; within the error of measurement {fastest:.0f} days or no growth")
        by_mm = N_("Volume doubling time {days:.0f} days by diameters; within ±0.5 mm {fastest:.0f} days or no growth")
        return say(by_mm if by_diameter else template, days=found.days, fastest=found.fastest)
    template = N_("Volume doubling time {days:.0f} days ({fastest:.0f} to {slowest:.0f} within ±25 % of the volume)")
    by_mm = N_("Volume doubling time {days:.0f} days by diameters ({fastest:.0f} to {slowest:.0f} within ±0.5 mm)")
    return say(by_mm if by_diameter else template, days=found.days, fastest=found.fastest, slowest=found.slowest)
