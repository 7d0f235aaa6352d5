"""The ways in which a programme's figures are cut into parts: by site, round, age, density, first reader, category, quarter and year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.metrics.programme import Parts
from core.words import N_, Sentence, say

Kind = Literal["site", "round", "age", "density", "reader", "category", "quarter", "year"]
KINDS: Mapping[Kind, str] = {
    "site": N_("Site"), "round": N_("Round"), "age": N_("Age"), "density": N_("Density"), "reader": N_("First reader"),
    "category": N_("Category"), "quarter": N_("Quarter"), "year": N_("Year"),
}  # fmt: skip
QUARTERS, YEARS = 12, 6
"""The newest so many quarters and years that hold exams."""
AGES = (45, 50, 55, 60, 65, 70, 75)
Tables = Mapping[str, pd.DataFrame]
Names = Mapping[str, Mapping[int, str]]
"""Names of sites and readers by their ids."""


@dataclass(frozen=True)
class Cut:
    """The parts with their names, in the order in which they are shown."""

    keys: tuple[str, ...]
    names: tuple[Sentence, ...]
    parts: Parts


def cut(kind: Kind, tables: Tables, names: Names) -> Cut:
    """The parts of this kind that hold at least one exam or invitation."""
    return CUTS[kind](tables, names)


def _by_values(tables: Tables, column: str, order: Sequence[object], named: Callable[[object], Sentence]) -> Cut:
    """One part for each value of a column that every table with this column is cut by."""
    places = {value: place for place, value in enumerate(order)}
    codes = {name: _codes(table[column], places) for name, table in tables.items() if column in table}
    return Cut(tuple(str(value) for value in order), tuple(named(value) for value in order), Parts(len(order), codes))


def _codes(column: "pd.Series[int]", places: Mapping[object, int]) -> NDArray[np.int64]:
    """The place of each row's value; -1 for a value that is missing or not asked for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = np.array([places.get(value, -1) for value in column.cat.categories] + [-1], dtype=np.int64)
        return known[column.cat.codes.to_numpy()]
    values, found = pd.factorize(column, use_na_sentinel=True)
    known = np.array([places.get(_plain(value), -1) for value in found] + [-1], dtype=np.int64)
    return known[values]


def _plain(value: object) -> object:
    """Whole numbers as int, so that 3.0 and 3 are one."""
    return int(value) if isinstance(value, float | np.floating | np.integer) and float(value).is_integer() else value


def _values(tables: Tables, column: str) -> set[object]:
    """Every value of a column in exams and invitations: a round that somebody was invited to is a part before anybody came."""
    dated = (tables[name] for name in ("exams", "invitations") if name in tables and column in tables[name])
    return {_plain(value) for table in dated for value in table[column].dropna().unique()}


def _sites(tables: Tables, names: Names) -> Cut:
    here = _values(tables, "site_id")
    order = [site for site in names["site"] if site in here]
    made = _by_values(tables, "site_id", order, lambda site: say("{site}", site=names["site"][int(str(site))]))
    return replace(made, parts=replace(made.parts, records=True))


def _rounds(tables: Tables, names: Names) -> Cut:
    order = sorted(_values(tables, "round"), key=lambda value: int(str(value)))
    return _by_values(tables, "round", order, lambda value: say("{round}", round=value))


def _densities(tables: Tables, names: Names) -> Cut:
    order = sorted(str(value) for value in _values(tables, "density"))
    return _by_values(tables, "density", order, lambda value: say(N_("Density {letter}"), letter=str(value).upper()))


def _readers(tables: Tables, names: Names) -> Cut:
    here = _values(tables, "first_reader")
    order = [reader for reader in names["reader"] if reader in here]
    only = {"exams": tables["exams"]}
    return _by_values(only, "first_reader", order, lambda reader: say("{reader}", reader=names["reader"][int(str(reader))]))


def _categories(tables: Tables, names: Names) -> Cut:
    order = sorted(str(value) for value in _values(tables, "category"))
    return _by_values(tables, "category", order, lambda value: say(N_("Category {category}"), category=str(value)))


def _quarters(tables: Tables, names: Names) -> Cut:
    order = sorted(str(value) for value in _values(tables, "quarter"))[-QUARTERS:]
    return _by_values(tables, "quarter", order, lambda value: say("{quarter}", quarter=str(value)))


def _years(tables: Tables, names: Names) -> Cut:
    days = {"exams": "exam_date", "invitations": "invited_on"}
    dated = {name: tables[name][days[name]].dt.year.rename("year").to_frame() for name in days if name in tables}
    order = sorted(int(str(value)) for value in _values(dated, "year"))[-YEARS:]
    return _by_values(dated, "year", order, lambda value: say("{year}", year=str(value)))


def _ages(tables: Tables, names: Names) -> Cut:
    """Bands of five years; the first and the last are open."""
    edges = [*AGES]
    aged = {name: table.age.to_numpy(dtype=np.float64, na_value=np.nan) for name, table in tables.items() if "age" in table}
    codes = {name: np.where(np.isnan(age), -1, np.searchsorted(edges, age, side="right")) for name, age in aged.items()}
    some = np.unique(codes["exams"][codes["exams"] >= 0]) if "exams" in codes else np.empty(0, dtype=np.int64)
    place = np.full(len(edges) + 2, -1, dtype=np.int64)
    place[some] = np.arange(len(some))
    parts = Parts(len(some), {name: place[code] for name, code in codes.items()})
    return Cut(tuple(str(band) for band in some), tuple(_band(edges, int(band)) for band in some), parts)


def _band(edges: Sequence[int], place: int) -> Sentence:
    if place == 0:
        return say(N_("under {age}"), age=edges[0])
    if place == len(edges):
        return say(N_("{age} and over"), age=edges[-1])
    return say("{band}", band=f"{edges[place - 1]}–{edges[place] - 1}")


CUTS: Mapping[Kind, Callable[[Tables, Names], Cut]] = {
    "site": _sites, "round": _rounds, "age": _ages, "density": _densities, "reader": _readers, "category": _categories,
    "quarter": _quarters, "year": _years,
}  # fmt: skip
