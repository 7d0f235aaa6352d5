"""Where rows of one table lie in another: by id, the last of each, the first of each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def places(ids: NDArray[Any], wanted: NDArray[Any]) -> Ints:
    """The place of each wanted id among `ids` (n,), which ascend; -1 where it is not there."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    if int(ids[-1]) - int(ids[0]) + 1 == len(ids):  # nothing missing
        found = wanted.astype(np.int64) - int(ids[0])
        return np.where((found >= 0) & (found < len(ids)), found, -1)
    found = np.searchsorted(ids, wanted).astype(np.int64)
    found[found == len(ids)] = 0
    return np.where(ids[found] == wanted, found, -1)


def last(rows: Ints, n: int) -> Ints:
    """For each of n rows the last place that names it, -1 where none does. Places that name no row say -1."""
    found = np.full(n, -1, np.int64)
    named = np.flatnonzero(rows >= 0)
    found[rows[named]] = named
    return found


def first(rows: Ints, n: int) -> Ints:
    """Like `last`, the first place."""
    found = np.full(n, -1, np.int64)
    named = np.flatnonzero(rows >= 0)[::-1]
    found[rows[named]] = named
    return found


def rank(rows: Ints) -> Ints:
    """How many earlier places name the same row: 0 for the first of each."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(rows) else np.empty(0, bool)
    begin = np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0)) if len(rows) else np.empty(0, np.int64)
    found = np.empty(len(rows), np.int64)
    found[order] = np.arange(len(rows)) - begin
    return found


def lowest(rows: Ints, values: NDArray[Any], n: int, missing: int) -> NDArray[np.int64]:
    """For each of n rows the lowest value of the places that name it."""
    found = np.full(n, np.iinfo(np.int64).max, np.int64)
    named = rows >= 0
    np.minimum.at(found, rows[named], values[named].astype(np.int64))
    return np.where(found == np.iinfo(np.int64).max, missing, found)


def highest(rows: Ints, values: NDArray[Any], n: int, missing: int) -> NDArray[np.int64]:
    """For each of n rows the highest value of the places that name it."""
    found = np.full(n, missing, np.int64)
    named = rows >= 0
    np.maximum.at(found, rows[named], values[named].astype(np.int64))
    return found
