"""Columns of one table as arrays of one length, in the order of their ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.columns.source import Kind, Source

NONE = -(2**31)
"""What stands where a whole number is missing."""
TYPES: Mapping[Kind, Any] = {
    "id": np.int32, "day": np.int32, "second": np.int64, "number": np.float64, "flag": np.int32, "word": np.int32,
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """`columns`: name → array (n,); a word is its place in `words`, -1 where there is none."""

    columns: Mapping[str, NDArray[Any]]
    words: Mapping[str, tuple[str, ...]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["id"])

    def is_word(self, name: str, *values: str) -> NDArray[np.bool_]:
        """Where a column of words says one of `values`."""
        said = np.array([*(word in values for word in self.words[name]), False])  # the last is what -1 points at
        return np.asarray(said[self.columns[name]])

    def take(self, chosen: NDArray[Any]) -> "Rows":
        """The rows that a mask or places choose."""
        return Rows({name: values[chosen] for name, values in self.columns.items()}, self.words)


def empty(source: Source) -> Rows:
    columns = {column.name: np.empty(0, TYPES[column.kind]) for column in source.columns}
    return Rows(columns, {column.name: () for column in source.columns if column.kind == "word"})


def joined(source: Source, known: Rows, parts: Sequence[Sequence[Sequence[Any]]]) -> Rows:
    """The rows known and those fetched in some parts; a fetched row replaces a known one of the same id."""
    if not any(parts):
        return known
    vocabulary = {name: {word: place for place, word in enumerate(values)} for name, values in known.words.items()}
    made = [_arrays(source, part, vocabulary) for part in parts if part]
    new = _each_once({name: np.concatenate([part[name] for part in made]) for name in made[0]})
    words = {name: tuple(places) for name, places in vocabulary.items()}
    if not len(known) or new["id"][0] > known["id"][-1]:
        return Rows({name: np.concatenate([known[name], values]) for name, values in new.items()}, words)
    kept = ~np.isin(known["id"], new["id"])
    both = {name: np.concatenate([known[name][kept], values]) for name, values in new.items()}
    order = np.argsort(both["id"], kind="stable")
    return Rows({name: values[order] for name, values in both.items()}, words)


def without(known: Rows, ids: Iterable[int]) -> Rows:
    """The rows that are not gone."""
    gone = np.fromiter(ids, np.int32)
    return known.take(~np.isin(known["id"], gone)) if len(gone) else known


def gaps(ids: NDArray[np.int32], most: int) -> list[tuple[int, int]]:
    """The spans of ids that are missing before the last one; of more than `most`, the nearest neighbours are put together."""
    if not len(ids):
        return []
    edges = np.concatenate([[0], ids])
    steps = np.flatnonzero(np.diff(edges) > 1)
    starts, ends = edges[steps] + 1, edges[steps + 1] - 1
    between = starts[1:] - ends[:-1]
    cut = np.sort(np.argsort(-between, kind="stable")[: most - 1])
    first, last = np.concatenate([[0], cut + 1]), np.concatenate([cut, [len(starts) - 1]])
    return [(int(starts[a]), int(ends[b])) for a, b in zip(first, last, strict=True)] if len(starts) else []


def _arrays(source: Source, part: Sequence[Sequence[Any]], vocabulary: Mapping[str, dict[str, int]]) -> dict[str, NDArray[Any]]:
    """One array for each column; new words are added to the vocabulary."""
    columns = zip(source.columns, zip(*part, strict=True), strict=True)
    return {
        column.name: _coded(values, vocabulary[column.name]) if column.kind == "word" else _plain(values, column.kind)
        for column, values in columns
    }


def _each_once(made: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """In the order of ids, each id once."""
    if bool(np.all(np.diff(made["id"]) > 0)):
        return made
    _ids, places = np.unique(made["id"], return_index=True)
    return {name: values[places] for name, values in made.items()}


def _plain(values: Sequence[Any], kind: Kind) -> NDArray[Any]:
    if kind == "number":
        return np.array(values, dtype=np.float64)  # None becomes NaN
    filled = [NONE if value is None else value for value in values] if None in values else values
    return np.array(filled, dtype=TYPES[kind])


def _coded(values: Sequence[Any], places: dict[str, int]) -> NDArray[np.int32]:
    codes = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    return np.array(codes, dtype=np.int32)
