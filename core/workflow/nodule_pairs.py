"""Which nodules of two exams are the same: nearest to each other after registration, within gates of distance and size. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

REACH_MM = {"good": 12.0, "fair": 20.0}
"""How far two places may lie apart beyond the nodules' own radii, by the grade of the registration; breathing moves the bases most."""
SIZES_APART = 3.0  # times in diameter, either way: a nodule that doubles every month grows no more in five months
SIZE_COST_MM = 5.0  # a doubled diameter counts like so many millimetres of distance
IMPOSSIBLE = 1e6

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Spot:
    """A nodule of one exam: its finding, its centre in LPS mm and its mean diameter in mm where there is one."""

    finding_id: int
    number: int
    centre_mm: Place
    diameter_mm: float | None


@dataclass(frozen=True)
class Match:
    """`earlier` None: no partner within the gates. `distance_mm` between the centres on the earlier exam, `ratio` of the diameters."""

    now: Spot
    earlier: Spot | None
    distance_mm: float | None = None
    ratio: float | None = None


def pairs(now: Sequence[Spot], earlier: Sequence[Spot], matrix: Sequence[Sequence[float]], grade: str) -> tuple[Match, ...]:
    """One match for each nodule of `now`; the assignment with the smallest sum of distances, nobody twice."""
    if not now or not earlier:
        return tuple(Match(one, None) for one in now)
    places = moved([one.centre_mm for one in now], matrix)
    cost = np.array([[_cost(one, place, other, REACH_MM[grade]) for other in earlier] for one, place in zip(now, places, strict=True)])
    rows, columns = linear_sum_assignment(cost)
    partner = {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < IMPOSSIBLE}
    return tuple(_match(one, places[i], earlier[partner[i]] if i in partner else None) for i, one in enumerate(now))


def moved(places: Sequence[Place], matrix: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(N, 3) LPS mm on the earlier exam."""
    turned = np.c_[np.asarray(places, np.float64).reshape(-1, 3), np.ones(len(places))] @ np.asarray(matrix, np.float64).T
    return np.asarray(turned[:, :3], np.float64)


def size_ratio(one: Spot, other: Spot) -> float | None:
    """Diameter now over diameter then."""
    return one.diameter_mm / other.diameter_mm if one.diameter_mm and other.diameter_mm else None


def _cost(one: Spot, place: NDArray[np.float64], other: Spot, reach_mm: float) -> float:
    distance = float(np.linalg.norm(place - other.centre_mm))
    radii = ((one.diameter_mm or 0.0) + (other.diameter_mm or 0.0)) / 2
    ratio = size_ratio(one, other)
    if distance > reach_mm + radii or (ratio is not None and not 1 / SIZES_APART <= ratio <= SIZES_APART):
        return IMPOSSIBLE
    return distance + SIZE_COST_MM * abs(log2(ratio)) if ratio is not None else distance


def _match(one: Spot, place: NDArray[np.float64], partner: Spot | None) -> Match:
    if partner is None:
        return Match(one, None)
    return Match(one, partner, float(np.linalg.norm(place - partner.centre_mm)), size_ratio(one, partner))
