"""Areas under the ROC curve when one person gives several cases (nodules, breasts, rounds), which are then not independent.

Obuchowski NA. Biometrics 1997;53:567 (variance of clustered ROC data); percentile bootstrap by person for everything else.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from core.metrics.interval import Interval, normal_quantile
from core.metrics.labels import Bools, Floats, both_classes
from core.metrics.roc import Comparison, area_interval, placements


def auc(truth: ArrayLike, score: ArrayLike, person: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """As `roc.auc`, with the interval widened for cases (n,) that share a person (n,); needs two persons with each class."""
    positive, values = both_classes(truth, score)
    who = _numbered(person, positive)
    of_positives, of_negatives = placements(positive, values)
    counts = (_persons(who[positive]), _persons(who[~positive]))
    return area_interval(float(of_positives.mean()), _variance(of_positives, of_negatives, who, positive), counts, confidence=confidence)


def compare(truth: ArrayLike, first: ArrayLike, second: ArrayLike, person: ArrayLike, *, confidence: float = 0.95) -> Comparison:
    """As `roc.compare`, for cases that share a person; ValueError where the difference has no variance."""
    positive, a = both_classes(truth, first)
    _, b = both_classes(truth, second)
    who = _numbered(person, positive)
    (pos_a, neg_a), (pos_b, neg_b) = placements(positive, a), placements(positive, b)
    gap, variance = float(pos_b.mean() - pos_a.mean()), _variance(pos_b - pos_a, neg_b - neg_a, who, positive)
    if not variance > 1e-15:
        raise ValueError(f"the difference {gap:.4f} has no variance over {_persons(who)} persons; expected more persons")
    half = normal_quantile(confidence) * variance**0.5
    limits = Interval(gap, max(-1.0, gap - half), min(1.0, gap + half))
    areas = (auc(truth, score, person, confidence=confidence) for score in (first, second))
    return Comparison(next(areas), next(areas), limits, float(2 * ndtr(-abs(gap) / variance**0.5)))


def _numbered(person: ArrayLike, positive: Bools) -> NDArray[np.int64]:
    who = np.asarray(person)
    if who.shape != positive.shape:
        raise ValueError(f"person has shape {who.shape} and truth {positive.shape}; expected one person for each case")
    return np.asarray(pd.factorize(who)[0], dtype=np.int64)


def _persons(who: NDArray[np.int64]) -> int:
    return int(np.count_nonzero(np.bincount(who)))


def _variance(of_positives: Floats, of_negatives: Floats, who: NDArray[np.int64], positive: Bools) -> float:
    """Obuchowski's variance of the mean placement (or of a mean difference of placements); nan with a single person in a class."""
    m, n, persons = len(of_positives), len(of_negatives), int(who.max()) + 1
    with_positive, with_negative = _persons(who[positive]), _persons(who[~positive])
    if min(with_positive, with_negative) < 2:
        return float("nan")
    p = np.bincount(who[positive], of_positives - of_positives.mean(), persons)  # (persons,) sums of what each person adds
    q = np.bincount(who[~positive], of_negatives - of_negatives.mean(), persons)
    own = with_positive / (with_positive - 1) * p @ p / m**2 + with_negative / (with_negative - 1) * q @ q / n**2
    return float(own + 2 * persons / (persons - 1) * p @ q / (m * n))


def bootstrap_auc(truth: ArrayLike, score: ArrayLike, person: ArrayLike, *, replicates: int = 2000, seed: int = 0) -> Interval:
    """Area with the 95 % percentile interval of drawing persons with replacement; draws without both classes are drawn again."""
    positive, values = both_classes(truth, score)
    who, order = _numbered(person, positive), np.argsort(values)
    who, hit, ranked = who[order], positive[order].astype(np.float64), values[order]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(ranked)) + 1))  # first case of each run of equal scores
    rng, persons = np.random.default_rng(seed), int(who.max()) + 1
    areas: list[float] = []
    while len(areas) < replicates:
        weight = np.bincount(rng.integers(0, persons, persons), minlength=persons)[who].astype(np.float64)
        positives, negatives = np.add.reduceat(weight * hit, starts), np.add.reduceat(weight * (1 - hit), starts)
        pairs = positives.sum() * negatives.sum()
        if pairs:
            areas.append(float((positives * (np.cumsum(negatives) - negatives / 2)).sum() / pairs))  # no BLAS: its threads cost more here
    low, high = np.quantile(areas, [0.025, 0.975])
    area = float(placements(positive, values)[0].mean())
    return Interval(area, min(area, float(low)), max(area, float(high)))
