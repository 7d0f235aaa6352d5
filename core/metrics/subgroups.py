"""Does a score do as well in every part of the programme? Each group against the others, with intervals and the number of looks in mind.

Areas: DeLong's variances of the two sides add up (they share no exam). Sensitivity and specificity: Newcombe RG. Stat Med 1998;17:873,
method 10, with the score test. A gap is flagged when its p value stays below 0.05 after Holm over every gap looked at. A flagged group
then leaves the others' comparison, lowest first: else one bad scanner makes every good one look different.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from core.metrics.interval import Interval, normal_quantile
from core.metrics.labels import Bools, Floats, both_classes
from core.metrics.multiplicity import LEVEL, adjusted
from core.metrics.proportions import Proportion, proportion, wilson
from core.metrics.roc import area_interval, delong_of_counts

MEASURES = ("auc", "sensitivity", "specificity")
FEWEST = 5
"""Below so many cases of a class no area and no gap of the measure is given; a setting of ours."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Group minus the others that are not flagged themselves, as a share; `adjusted_p` after Holm over every gap looked at together."""

    difference: Interval
    p_value: float
    adjusted_p: float

    @property
    def flagged(self) -> bool:
        return self.adjusted_p < LEVEL


@dataclass(frozen=True, slots=True)
class Group:
    """One part of the cases. Positives + negatives of all groups of a characteristic are those of the whole."""

    name: str
    positives: int
    negatives: int
    auc: Interval | None
    sensitivity: Proportion
    specificity: Proportion
    gaps: Mapping[str, Gap]
    """By measure, those that could be looked at."""

    @property
    def n(self) -> int:
        return self.positives + self.negatives


@dataclass(frozen=True, slots=True)
class _Counts:
    """Positives and negatives of each group at and between the scores of positives (groups, places), the lowest first.

    `at`: the first place that is called.
    """

    names: tuple[str, ...]
    sick: Floats
    well: Floats
    at: int


def subgroups(truth: ArrayLike, score: ArrayLike, groups: ArrayLike, *, threshold: float) -> tuple[Group, ...]:
    """Every value of `groups` (n,) in order of its name, against the others; a case is called positive from `threshold` on."""
    return over(truth, score, {"": groups}, threshold=threshold)[""]


def over(truth: ArrayLike, score: ArrayLike, characteristics: Mapping[str, ArrayLike], *, threshold: float) -> dict[str, tuple[Group, ...]]:
    """As `subgroups` for several characteristics, with one correction over all gaps of all of them."""
    positive, values = both_classes(truth, score)
    edges = np.unique(np.append(values[positive], threshold))  # between two scores of positives every negative ranks the same
    place = np.searchsorted(edges, values)
    place = 2 * place + (edges[np.minimum(place, len(edges) - 1)] == values)  # odd: at an edge, even: between edges
    at = 2 * int(np.searchsorted(edges, threshold)) + 1
    counted = {name: _counts(positive, place, 2 * len(edges) + 1, each, at) for name, each in characteristics.items()}
    gaps = _looked_at(counted)
    return {
        name: tuple(_group(counts, g, {m: gaps[name, g, m] for m in MEASURES if (name, g, m) in gaps}) for g in range(len(counts.names)))
        for name, counts in counted.items()
    }


def flagged(groups: Iterable[Group]) -> tuple[tuple[Group, str], ...]:
    """The groups that differ from the others, with the measure."""
    return tuple((group, measure) for group in groups for measure in MEASURES if measure in group.gaps and group.gaps[measure].flagged)


def _counts(positive: Bools, place: NDArray[np.intp], places: int, groups: ArrayLike, at: int) -> _Counts:
    named = np.asarray(groups, dtype=object)
    if named.shape != positive.shape:
        raise ValueError(f"groups have shape {named.shape} and truth {positive.shape}; expected one group for each case")
    group, names = pd.factorize(named, sort=True, use_na_sentinel=False)
    cell, size = group * places + place, len(names) * places
    both = [np.bincount(cell[part], minlength=size).reshape(len(names), places).astype(np.float64) for part in (positive, ~positive)]
    return _Counts(tuple(str(name) for name in names), both[0], both[1], at)


def _looked_at(counted: Mapping[str, _Counts]) -> dict[tuple[str, int, str], Gap]:
    """Every gap, the flagged groups taken out of the others' comparison one by one, the lowest first."""
    out: dict[tuple[str, str], list[int]] = {(name, m): [] for name in counted for m in MEASURES}
    raw = {(n, g, m): _gap(c, g, [], m) for n, c in counted.items() for g in range(len(c.names)) for m in MEASURES}
    while True:
        found = {key: gap for key, gap in raw.items() if gap is not None}
        fair = adjusted({key: gap.p_value for key, gap in found.items()})
        new = [key for key in found if fair[key] < LEVEL and key[1] not in out[key[0], key[2]]]
        if not new:
            return {key: Gap(gap.difference, gap.p_value, fair[key]) for key, gap in found.items()}
        name, group, measure = min(new, key=lambda key: (found[key].difference.value >= 0, found[key].p_value))
        gone = out[name, measure]
        gone.append(group)
        raw |= {(name, g, measure): _gap(counted[name], g, gone, measure) for g in range(len(counted[name].names)) if g not in gone}


def _group(counts: _Counts, g: int, gaps: Mapping[str, Gap]) -> Group:
    sick, well, at = counts.sick[g], counts.well[g], counts.at
    m, n = int(sick.sum()), int(well.sum())
    return Group(
        name=counts.names[g],
        positives=m,
        negatives=n,
        auc=area_interval(*delong_of_counts(sick, well), (m, n)) if min(m, n) >= FEWEST else None,
        sensitivity=proportion(int(sick[at:].sum()), m),
        specificity=proportion(int(well[:at].sum()), n),
        gaps=gaps,
    )


def _gap(counts: _Counts, g: int, gone: list[int], measure: str) -> Gap | None:
    """Group `g` against the others without those in `gone`; None where a side is too small."""
    others = [k for k in range(len(counts.names)) if k != g and k not in gone]
    if not others:
        return None
    own, rest = (counts.sick[g], counts.well[g]), (counts.sick[others].sum(0), counts.well[others].sum(0))
    if measure == "auc":
        return _area_gap(own, rest)
    part, called = (0, slice(counts.at, None)) if measure == "sensitivity" else (1, slice(None, counts.at))
    return _share_gap(int(own[part][called].sum()), int(own[part].sum()), int(rest[part][called].sum()), int(rest[part].sum()))


def _area_gap(own: tuple[Floats, Floats], rest: tuple[Floats, Floats]) -> Gap | None:
    if min(each.sum() for each in (*own, *rest)) < FEWEST:
        return None
    (area, spread), (other, other_spread) = delong_of_counts(*own), delong_of_counts(*rest)
    error = (spread + other_spread) ** 0.5
    if not error > 1e-8:
        return None
    gap, half = area - other, normal_quantile(0.95) * error
    p_value = float(2 * ndtr(-abs(gap) / error))
    return Gap(Interval(gap, max(-1.0, gap - half), min(1.0, gap + half)), p_value, p_value)


def _share_gap(x: int, n: int, y: int, m: int) -> Gap | None:
    if min(n, m) < FEWEST:
        return None
    a, b, pooled = wilson(x, n), wilson(y, m), (x + y) / (n + m)
    gap, error = a.value - b.value, (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5
    low = gap - ((a.value - a.low) ** 2 + (b.high - b.value) ** 2) ** 0.5
    high = gap + ((a.high - a.value) ** 2 + (b.value - b.low) ** 2) ** 0.5
    p_value = float(2 * ndtr(-abs(gap) / error)) if error else 1.0
    return Gap(Interval(gap, low, high), p_value, p_value)
