"""Free-response ROC as LUNA16 counts it: sensitivity for nodules against false marks per scan.

Setio AAA et al. Med Image Anal 2017;42:1 and the challenge's own evaluation: sensitivity is read off by straight lines between the
points. CPM = mean sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false marks per scan. What counts as a hit stands in `core.metrics.marks`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.interval import Interval
from core.metrics.labels import Floats
from core.metrics.marks import Events, match

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""LUNA16's false marks per scan (CAMELYON's, the default of some libraries, begin at 1/4)."""


@dataclass(frozen=True, slots=True)
class Froc:
    """Points from the strictest to the laxest threshold, beginning at (0, 0); three arrays of equal length."""

    false_per_scan: Floats
    sensitivity: Floats
    threshold: Floats


def sensitivity_at(
    annotations: ArrayLike,
    excluded: ArrayLike,
    candidates: ArrayLike,
    scans: ArrayLike,
    rates: ArrayLike = RATES,
    *,
    interpolate: bool = True,
) -> Floats:
    """Sensitivity (k,) at each of `rates` (k,) false marks per scan.

    annotations, excluded: rows of scan, x, y, z, diameter in mm; candidates: rows of scan, x, y, z, score (higher is more suspicious);
    scans: the ids of all scans that were scored, those without nodules too. Each may be a frame with the columns in this order, an
    array or a list of rows; `excluded` may be empty. Rows of scans that are not in `scans` do not count.
    With `interpolate=False` the sensitivity of the last threshold that stays within the rate is taken (no straight lines).
    Raises ValueError when no annotated nodule lies in `scans` (or ids are written differently) or a number is missing.
    """
    return read_off(curve(match(annotations, excluded, candidates, scans)), rates, interpolate=interpolate)


def curve(events: Events) -> Froc:
    """The FROC curve of matched marks."""
    return _curve(events, np.ones(len(events.nodule_score)), np.ones(len(events.false_score)), events.scans)


def _curve(events: Events, nodule_weight: Floats, false_weight: Floats, scans: int) -> Froc:
    score = np.concatenate([events.nodule_score, events.false_score])
    order = np.argsort(-score, kind="stable")
    order = order[np.isfinite(score[order])]  # missed nodules count in the denominator only
    nodules = len(events.nodule_score)
    found = np.concatenate([nodule_weight, np.zeros(len(events.false_score))])[order].cumsum()
    false = np.concatenate([np.zeros(nodules), false_weight])[order].cumsum()
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1) if len(order) else np.empty(0, dtype=np.int64)
    total = nodule_weight.sum()
    return Froc(
        np.concatenate(([0.0], false[last] / scans)),
        np.concatenate(([0.0], found[last] / total)),
        np.concatenate(([np.inf], score[order][last])),
    )


def read_off(froc: Froc, rates: ArrayLike = RATES, *, interpolate: bool = True) -> Floats:
    """Sensitivity (k,) at each rate (k,); beyond the laxest threshold the sensitivity stays what it was there."""
    wanted = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    if interpolate:
        return np.interp(wanted, froc.false_per_scan, froc.sensitivity)
    return np.asarray(froc.sensitivity[np.searchsorted(froc.false_per_scan, wanted + 1e-12, "right") - 1])


def cpm(froc: Froc) -> float:
    """LUNA16's score: mean sensitivity at its seven rates."""
    return float(read_off(froc).mean())


def bootstrap(events: Events, rates: ArrayLike = RATES, *, replicates: int = 1000, seed: int = 0) -> tuple[tuple[Interval, ...], Interval]:
    """95 % percentile intervals by drawing scans with replacement: one per rate, and one for their mean (the CPM at the default rates)."""
    rng = np.random.default_rng(seed)
    estimate = read_off(curve(events), rates)
    draws: list[Floats] = []
    while len(draws) < replicates:
        weight = rng.multinomial(events.scans, np.full(events.scans, 1 / events.scans)).astype(np.float64)
        if weight[events.nodule_scan].any():
            draws.append(read_off(_curve(events, weight[events.nodule_scan], weight[events.false_scan], events.scans), rates))
    table = np.column_stack([np.array(draws), np.mean(draws, axis=1)])  # (replicates, k + 1)
    low, high = np.quantile(table, [0.025, 0.975], axis=0)
    values = [*estimate.tolist(), float(estimate.mean())]
    intervals = [Interval(v, min(v, float(a)), max(v, float(b))) for v, a, b in zip(values, low, high, strict=True)]
    return tuple(intervals[:-1]), intervals[-1]
