"""USPSTF 2021: who is offered yearly lung screening in the United States."""

from core.rules.checks import flag, number
from core.rules.pack_years import pack_years
from core.rules.reason import N_, Reason, say

NAME = "USPSTF lung screening"
VERSION = "2021"
SOURCE = "US Preventive Services Task Force. JAMA 2021;325:962"

MIN_AGE, MAX_AGE, MIN_PACK_YEARS, MAX_QUIT_YEARS = 50, 80, 20.0, 15.0

TOO_YOUNG = N_("Younger than {limit} years")
TOO_OLD = N_("Older than {limit} years")
TOO_FEW = N_("{pack_years} pack-years, less than {limit}")
TOO_LONG = N_("Stopped smoking {years} years ago, more than {limit}")


def why_not(*, age: int, current_smoker: bool, cigarettes_per_day: float, smoking_years: float, quit_years: float) -> tuple[Reason, ...]:
    """The reasons against; nobody with an empty answer may be left out. Age in completed years, and 15 years since quitting still count."""
    packs = pack_years(cigarettes_per_day, smoking_years)
    completed, quit_for = int(number("age", age, 0, 120, "years")), number("quit_years", quit_years, 0, 100, "years")
    if flag("current_smoker", current_smoker) and quit_for:
        raise ValueError(f"quit_years is {quit_years} for a current smoker; expected 0")
    against = (
        (completed < MIN_AGE, say(TOO_YOUNG, limit=MIN_AGE)),
        (completed > MAX_AGE, say(TOO_OLD, limit=MAX_AGE)),
        (packs < MIN_PACK_YEARS, say(TOO_FEW, pack_years=round(packs, 1), limit=MIN_PACK_YEARS)),
        (quit_for > MAX_QUIT_YEARS, say(TOO_LONG, years=round(quit_for, 1), limit=MAX_QUIT_YEARS)),
    )
    return tuple(reason for applies, reason in against if applies)


__all__ = ["MAX_AGE", "MAX_QUIT_YEARS", "MIN_AGE", "MIN_PACK_YEARS", "NAME", "SOURCE", "TOO_OLD", "VERSION", "pack_years", "why_not"]
