"""Pack-years, and how many cigarettes a day somebody smoked over the years when the amount changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.rules.checks import number

NAME = "Pack-years"
VERSION = "packs of 20, weighted by years"
SOURCE = "US Preventive Services Task Force. JAMA 2021;325:962 (packs of 20 cigarettes a day times the years smoked)"


@dataclass(frozen=True, slots=True)
class Spell:
    """So many cigarettes a day for so many years."""

    per_day: float
    years: float


def pack_years(cigarettes_per_day: float, smoking_years: float) -> float:
    """Packs of 20 a day times the years smoked."""
    per_day = number("cigarettes_per_day", cigarettes_per_day, 0, 200, "a day")
    return per_day * number("smoking_years", smoking_years, 0, 100, "years") / 20


def mean_per_day(years: float, usual: float, others: Sequence[Spell] = ()) -> float:
    """Cigarettes a day over all `years`, when `usual` were smoked except in the `others`; what somebody smoked most never stands alone.

    Raises ValueError when the other spells are longer than the years smoked.
    """
    whole = number("smoking_years", years, 0, 100, "years")
    apart = sum(number("years of another amount", spell.years, 0, 100, "years") for spell in others)
    if apart > whole:
        raise ValueError(f"other amounts were smoked for {apart:g} years of {whole:g}; expected at most the years smoked")
    if not whole:
        return number("cigarettes_per_day", usual, 0, 200, "a day")
    spells = (Spell(usual, whole - apart), *others)
    return sum(number("cigarettes_per_day", spell.per_day, 0, 200, "a day") * spell.years for spell in spells) / whole
