"""`nodules.csv`: which nodules each scan has. Rows that cannot be used are named and left out, the rest counts.

Columns `scan,x,y,z,diameter_mm` in LPS mm; a scan without nodules has one row with empty coordinates. A nodule without a diameter is an
excluded finding, as in LUNA16: marks on it are neither right nor wrong.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.refusal import NoResult

COLUMNS = ("scan", "x", "y", "z", "diameter_mm")
WIDEST_MM = 200.0
SLACK_MM = 5.0
"""How far outside of the scan's box a place may lie, for rounding and for half a voxel."""
UNKNOWN = -1.0


@dataclass(frozen=True)
class Place:
    """One row of the table: `row` counts as a spreadsheet does; `diameter_mm` is UNKNOWN where nobody measured it."""

    row: int
    scan: str
    x: float
    y: float
    z: float
    diameter_mm: float

    @property
    def as_event(self) -> list[Any]:
        """As `core.metrics.marks` takes it."""
        return [self.scan, self.x, self.y, self.z, self.diameter_mm]


@dataclass(frozen=True)
class Skipped:
    """A row that does not count, and why. `lost`: it may have been a nodule that now is in nobody's list."""

    row: int
    scan: str
    reason: str
    lost: bool = True


@dataclass(frozen=True)
class Table:
    """`scans` in the table's order.

    Of a scan in `unusable` no row could be read, so nobody knows what is in it; of one in `doubtful` some rows were left out, so that a
    right mark may count as false there.
    """

    places: tuple[Place, ...]
    scans: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    unusable: frozenset[str]
    doubtful: frozenset[str]
    sha256: str

    def of(self, scan: str) -> list[Place]:
        return [place for place in self.places if place.scan == scan]


def read(path: Path) -> Table:
    """The table. Raises NoResult when there is none, when a column is missing, or when no row at all can be used."""
    if not path.is_file():
        raise NoResult(f"{path.parent} has no {path.name} ({','.join(COLUMNS)}, LPS mm). Whoever prepared the folder has to add it.")
    content = path.read_bytes()
    try:
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise NoResult(f"{path.name} cannot be read as a table ({problem}). Expected: CSV in UTF-8, {','.join(COLUMNS)}.") from problem
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"{path.name} has no rows or lacks the columns {', '.join(missing)}.")
    table = _sorted_out(rows, hashlib.sha256(content).hexdigest())
    if not table.scans:
        raise NoResult(f"No row of {path.name} names a scan. The first reason: {table.skipped[0].reason}")
    return table


def _sorted_out(rows: Iterable[Mapping[str, str | None]], sha256: str) -> Table:
    """Every row in its place: a nodule, a scan without nodules, or a row that does not count."""
    places: dict[tuple[Any, ...], Place] = {}
    skipped: list[Skipped] = []
    usable: dict[str, bool] = {}
    for number, row in enumerate(rows, 2):
        scan = (row["scan"] or "").strip()
        try:
            place = _place(number, scan, row)
        except ValueError as problem:
            skipped.append(Skipped(number, scan, str(problem)))
            usable.setdefault(scan, False)
            continue
        usable[scan] = True
        if place is not None and places.setdefault((scan, place.x, place.y, place.z), place) is not place:
            skipped.append(Skipped(number, scan, "the same nodule stands in the table twice", lost=False))
    usable.pop("", None)
    unusable = frozenset(scan for scan, counts in usable.items() if not counts)
    doubtful = frozenset(one.scan for one in skipped if one.scan and one.lost) - unusable
    return Table(tuple(places.values()), tuple(usable), tuple(skipped), unusable, doubtful, sha256)


def _place(number: int, scan: str, row: Mapping[str, str | None]) -> Place | None:
    """The nodule of a row, None for a scan without nodules; ValueError says what is wrong with it."""
    if not scan:
        raise ValueError("it names no scan")
    said = [(row[name] or "").strip() for name in COLUMNS[1:]]
    if not any(said):
        return None
    if not all(said[:3]):
        raise ValueError(f"of x, y, z only some are there ({', '.join(said[:3])}); expected all three, or none for a scan without nodules")
    x, y, z = (_number(name, text) for name, text in zip(COLUMNS[1:4], said, strict=False))
    diameter = _number("diameter_mm", said[3]) if said[3] else UNKNOWN
    if diameter != UNKNOWN and not 0 < diameter <= WIDEST_MM:
        raise ValueError(f"diameter_mm is {said[3]}; expected more than 0 and at most {WIDEST_MM:.0f} mm")
    return Place(number, scan, x, y, z, diameter)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} is “{text}”; expected a number in mm, such as -41.5") from None
    if not math.isfinite(value):
        raise ValueError(f"{name} is {text}; expected a number in mm, such as -41.5")
    return value


def outside(place: Place, shape: tuple[int, ...], affine: NDArray[np.float64]) -> str | None:
    """Why a nodule cannot lie in a scan of this shape (Z, Y, X) and affine (voxel k, j, i to LPS mm); None where it can."""
    point = np.array([place.x, place.y, place.z, 1.0])
    beyond = _beyond_mm(point, shape, affine)
    if beyond <= SLACK_MM:
        return None
    turned = _beyond_mm(point * [-1, -1, 1, 1], shape, affine) <= SLACK_MM
    hint = "; with x and y turned round it would lie inside: they seem to be RAS" if turned else ""
    return f"({place.x:g}, {place.y:g}, {place.z:g}) lies {beyond:.0f} mm outside of the scan; expected LPS mm of the same series{hint}"


def _beyond_mm(point: NDArray[np.float64], shape: tuple[int, ...], affine: NDArray[np.float64]) -> float:
    voxel = np.linalg.solve(affine, point)[:3]
    last = np.array(shape, dtype=np.float64) - 1
    away = np.maximum(np.maximum(-voxel, voxel - last), 0) * np.linalg.norm(affine[:3, :3], axis=0)
    return float(np.linalg.norm(away))
