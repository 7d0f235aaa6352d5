"""The years that returns are made for."""

from collections.abc import Mapping
from datetime import date, timedelta

from core.words import say
from core.workflow.period import Period


def financial_years(as_of: date, count: int = 6) -> Mapping[str, Period]:
    """From 1 April to 31 March, the newest first; the present one ends on the day of knowledge."""
    newest = as_of.year if (as_of.month, as_of.day) >= (4, 1) else as_of.year - 1
    return {
        str(year): Period(say("{year}", year=f"{year}–{(year + 1) % 100:02d}"), date(year, 4, 1), min(date(year + 1, 3, 31), as_of))
        for year in range(newest, newest - count, -1)
    }


def calendar_years(as_of: date, count: int = 6) -> Mapping[str, Period]:
    """From 1 January to 31 December, the newest first."""
    return {
        str(year): Period(say("{year}", year=str(year)), date(year, 1, 1), min(date(year, 12, 31), as_of))
        for year in range(as_of.year, as_of.year - count, -1)
    }


def year_before(period: Period) -> Period:
    """The same span a year earlier, of the same length where the year is not over yet."""
    start = period.start.replace(year=period.start.year - 1)
    return Period(
        period.name,
        start,
        start + (period.end - period.start) if (period.end - period.start).days < 364 else period.start - timedelta(days=1),
    )
