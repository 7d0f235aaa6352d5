"""The spans of exam dates that figures are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.words import N_, Sentence, say

EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included."""

    name: Sentence
    start: date
    end: date


def periods(as_of: date, years: int = 3) -> Mapping[str, Period]:
    """By key: every exam, the last twelve months, the newest twelve months with a full year of follow-up, and calendar years."""
    year_ago, two_ago = as_of - timedelta(days=365), as_of - timedelta(days=730)
    found = {
        "all": Period(say(N_("All exams")), EARLIEST, as_of),
        "12m": Period(say(N_("Last 12 months")), year_ago + timedelta(days=1), as_of),
        "followed": Period(say(N_("12 months with a year of follow-up")), two_ago + timedelta(days=1), year_ago),
    }
    for year in range(as_of.year, as_of.year - years - 1, -1):
        found[str(year)] = Period(say("{year}", year=str(year)), date(year, 1, 1), min(date(year, 12, 31), as_of))
    return found
