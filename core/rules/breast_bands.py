"""Breast screening by age and level of risk: who is invited, and how often. Each set of bands is a named, versioned setting.

Services differ in the interval (three years in England, two in much of Europe), so that a band is only ever read together with the
setting it belongs to; the bands of two settings are never mixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.rules.birthdays import birthday, completed_years
from core.rules.checks import number, one_of
from core.rules.reason import N_, Reason, say

NAME = "Breast age and risk bands"
VERSION = "levels of 2026"
SOURCE = "NHS breast screening prototype, risk levels (2026); ages end with the printed year, which is unverified"

Level = Literal["routine", "family_history", "high"]
LEVELS: tuple[Level, ...] = ("routine", "family_history", "high")

TOO_YOUNG = N_("Younger than {limit} years")
TOO_OLD = N_("{limit} years or older")
OTHER_SEX = N_("Not a woman in the register")


@dataclass(frozen=True, slots=True)
class Band:
    """From the birthday `first` to the day before the birthday `last` + 1, None where no ages are printed; interval in months or days."""

    first: int | None
    last: int | None
    months: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class Setting:
    """A complete set of bands under one name and version."""

    name: str
    version: str
    source: str
    bands: Mapping[Level, Band]


NHS = Setting(
    "NHS breast screening levels",
    "2026",
    SOURCE,
    {"routine": Band(50, 70, months=36), "family_history": Band(40, 50, months=12), "high": Band(None, None, months=12)},
)


def own(version: str, interval_days: int) -> Setting:
    """The ages of the NHS levels with a programme's own interval for the routine level, as its card says it in days."""
    bands: dict[Level, Band] = {**NHS.bands, "routine": Band(50, 70, days=interval_days)}
    return Setting("Bands of this programme", version, f"This programme's card; ages and other levels: {SOURCE}", bands)


def band_on(setting: Setting, level: str, birth: date, on: date) -> Band | None:
    """The band that holds on that day: the level's own, else the routine one; None outside of both.

    A level without printed ages keeps its interval within the routine ages.
    """
    mine, routine = setting.bands[one_of("level", level, LEVELS)], setting.bands["routine"]  # type: ignore[index]  # checked
    if mine.first is None:
        return replace(mine, first=routine.first, last=routine.last) if _within(routine, birth, on) else None
    return next((band for band in (mine, routine) if _within(band, birth, on)), None)


def eligible(setting: Setting, *, birth: date, on: date, female: bool | None, level: str) -> bool | None:
    """Yes, no, or None: the sex is not known, or the level has no ages in this setting and the routine ages do not apply."""
    if why_not(setting, birth=birth, on=on, female=female, level=level):
        return False
    return None if female is None or band_on(setting, level, birth, on) is None else True


def why_not(setting: Setting, *, birth: date, on: date, female: bool | None, level: str) -> tuple[Reason, ...]:
    """The reasons against that are known."""
    number("age", completed_years(birth, on), 0, 130, "years")
    if female is False:
        return (say(OTHER_SEX),)
    if band_on(setting, level, birth, on) is not None or setting.bands[level].first is None:  # type: ignore[index]
        return ()
    firsts = [band.first for band in _of(setting, level) if band.first is not None]
    lasts = [band.last for band in _of(setting, level) if band.last is not None]
    if on < birthday(birth, min(firsts)):
        return (say(TOO_YOUNG, limit=min(firsts)),)
    return (say(TOO_OLD, limit=max(lasts) + 1),)


def due(setting: Setting, level: str, birth: date, last: date) -> date | None:
    """When the next round is due after an exam on `last`; None outside of every band on that day."""
    band = band_on(setting, level, birth, last)
    if band is None:
        return None
    return last + timedelta(days=band.days) if band.days is not None else _months_later(last, band.months or 0)


def _of(setting: Setting, level: str) -> tuple[Band, ...]:
    return setting.bands[level], setting.bands["routine"]  # type: ignore[index]


def _within(band: Band, birth: date, on: date) -> bool:
    if band.first is None or band.last is None:
        return False
    return birthday(birth, band.first) <= on < birthday(birth, band.last + 1)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    end = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, end))
