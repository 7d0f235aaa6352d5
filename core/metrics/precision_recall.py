"""Precision against recall, and its mean, at the prevalence of the sample or at another one.

In a set that holds more cancers than the programme meets (an enriched one) every precision is too high. With `prevalence` each positive
and each negative is weighted as if the population had that share of positives; recall does not change.
Saito T, Rehmsmeier M. PLoS ONE 2015;10:e0118432; average precision is the step sum of scikit-learn, no interpolation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.interval import Interval
from core.metrics.labels import Floats, both_classes


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """One point per distinct score, the strictest threshold first; arrays (k,). `prevalence` is the one the precision holds for."""

    recall: Floats
    precision: Floats
    threshold: Floats
    prevalence: float


def curve(truth: ArrayLike, score: ArrayLike, *, prevalence: float | None = None) -> PrecisionRecall:
    """Precision and recall at every score; `prevalence` in (0, 1) re-weights the classes (None: that of the sample)."""
    positive, values = both_classes(truth, score)
    share = float(positive.mean()) if prevalence is None else _share(prevalence)
    order = np.argsort(-values)
    hits, ranked = positive[order], values[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # last case of each run of equal scores
    found = np.cumsum(hits)[last].astype(np.float64)
    sensitivity, alarms = found / hits.sum(), (last + 1 - found) / (len(hits) - hits.sum())
    return PrecisionRecall(sensitivity, _precision(sensitivity, alarms, share), ranked[last], share)


def _precision(sensitivity: Floats, alarms: Floats, share: float) -> Floats:
    hits = share * sensitivity
    return np.asarray(hits / (hits + (1 - share) * alarms), dtype=np.float64)


def average_precision(truth: ArrayLike, score: ArrayLike, *, prevalence: float | None = None) -> float:
    """Mean precision over the steps of recall, at `prevalence`; that of a score without information is the prevalence itself."""
    points = curve(truth, score, prevalence=prevalence)
    return float(np.sum(np.diff(points.recall, prepend=0.0) * points.precision))


def interval(
    truth: ArrayLike, score: ArrayLike, person: ArrayLike, *, prevalence: float | None = None, replicates: int = 1000, seed: int = 0
) -> Interval:
    """Average precision with the 95 % percentile interval of drawing persons with replacement; (n,) each."""
    positive, values = both_classes(truth, score)
    order = np.argsort(-values)
    hits, who = positive[order].astype(np.float64), np.unique(np.asarray(person), return_inverse=True)[1][order]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(values[order])) + 1))
    rng, persons = np.random.default_rng(seed), int(who.max()) + 1
    draws: list[float] = []
    while len(draws) < replicates:
        weight = np.bincount(rng.integers(0, persons, persons), minlength=persons)[who].astype(np.float64)
        mean = _weighted(weight, hits, starts, prevalence)
        if mean is not None:
            draws.append(mean)
    value = average_precision(positive, values, prevalence=prevalence)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _weighted(weight: Floats, hits: Floats, starts: np.ndarray[tuple[int], np.dtype[np.int64]], prevalence: float | None) -> float | None:
    """Average precision of one draw; None where it holds a single class."""
    found = np.add.reduceat(weight * hits, starts)
    alarms = np.add.reduceat(weight * (1 - hits), starts).cumsum()
    total, healthy = found.sum(), alarms[-1]
    if not total or not healthy:
        return None
    share = total / (total + healthy) if prevalence is None else prevalence
    sensitivity = found.cumsum() / total
    met = found > 0
    return float((found[met] / total * _precision(sensitivity[met], alarms[met] / healthy, share)).sum())


def _share(prevalence: float) -> float:
    if not 0 < prevalence < 1:
        raise ValueError(f"prevalence is {prevalence}; expected a share between 0 and 1, ends excluded")
    return prevalence


__all__ = ["PrecisionRecall", "average_precision", "curve", "interval"]
