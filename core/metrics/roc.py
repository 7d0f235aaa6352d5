"""ROC curve, area with DeLong interval, and the paired comparison of two scores. Needs numpy and scipy only.

DeLong ER et al. Biometrics 1988;44:837 (variance, paired test); Pepe MS 2003 §5.2 (interval on the logit scale, so it stays inside 0–1);
Newcombe RG. Stat Med 2006;25:559, method 5 (interval where DeLong's variance is 0 or undefined, such as an area of exactly 1).
Cases count as independent; for several images of one person see `core.metrics.clusters`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr

from core.metrics.interval import Interval, normal_quantile
from core.metrics.labels import Bools, Floats, both_classes


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of the ROC curve from (0, 0) to (1, 1): a case is positive when its score is >= threshold; three arrays of equal length."""

    false_positive_rate: Floats
    sensitivity: Floats
    threshold: Floats


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two scores on the same cases: both areas, `difference` = second − first, and the two-sided DeLong p value."""

    first: Interval
    second: Interval
    difference: Interval
    p_value: float


def placements(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """(m,) share of negatives below each positive and (n,) share of positives above each negative, ties as one half; O(N log N)."""
    positives, negatives = score[truth], score[~truth]
    return _share_below(positives, negatives), 1 - _share_below(negatives, positives)


def _share_below(values: Floats, others: Floats) -> Floats:
    order, others = np.argsort(values), np.sort(others)
    ranked = values[order]  # sorted keys keep searchsorted in cache
    share = np.empty(len(values))
    share[order] = (np.searchsorted(others, ranked, "left") + np.searchsorted(others, ranked, "right")) / (2 * len(others))
    return share


def delong(truth: ArrayLike, score: ArrayLike) -> tuple[float, float]:
    """Area and its DeLong variance (nan with fewer than two cases in a class)."""
    of_positives, of_negatives = placements(*both_classes(truth, score))
    return float(of_positives.mean()), _spread(of_positives, of_positives) + _spread(of_negatives, of_negatives)


def delong_of_counts(positives: Floats, negatives: Floats) -> tuple[float, float]:
    """As `delong`, from how many positives (k,) and negatives (k,) have each distinct score, the lowest score first."""
    m, n = positives.sum(), negatives.sum()
    below = (np.cumsum(negatives) - negatives / 2) / n  # (k,) share of negatives below a positive of that score
    above = (m - np.cumsum(positives) + positives / 2) / m
    area = float((positives * below).sum() / m)  # no BLAS: its threads cost more here
    return area, _counted(positives, below - area, m) + _counted(negatives, above - area, n)


def _counted(weight: Floats, off: Floats, total: float) -> float:
    return float((weight * off * off).sum() / (total - 1) / total) if total > 1 else float("nan")


def _spread(a: Floats, b: Floats) -> float:
    """Covariance of two means."""
    return float(np.dot(a - a.mean(), b - b.mean()) / (len(a) - 1) / len(a)) if len(a) > 1 else float("nan")


def auc(truth: ArrayLike, score: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Area under the ROC curve of score (n,) against truth (n,) of 0/1, with DeLong's interval on the logit scale.

    Raises ValueError when a class is missing. A higher score must mean more suspicious.
    """
    area, variance = delong(truth, score)
    positives = int(np.count_nonzero(truth))
    return area_interval(area, variance, (positives, np.size(truth) - positives), confidence=confidence)


def area_interval(area: float, variance: float, counts: tuple[int, int], *, confidence: float = 0.95) -> Interval:
    """Interval of an area from its variance; from counts (positives, negatives) alone where the variance says nothing."""
    z = normal_quantile(confidence)
    if not 0 < area < 1 or not variance > 1e-15:
        return _newcombe(area, counts, z)
    half = z * np.sqrt(variance) / (area * (1 - area))
    return Interval(area, float(expit(logit(area) - half)), float(expit(logit(area) + half)))


def _newcombe(area: float, counts: tuple[int, int], z: float) -> Interval:
    pairs, extra = counts[0] * counts[1], sum(counts) / 2 - 1

    def excess(theta: float) -> float:
        variance = theta * (1 - theta) * (1 + extra * ((1 - theta) / (2 - theta) + theta / (1 + theta))) / pairs
        return float((area - theta) ** 2 - z * z * variance)

    low = brentq(excess, 0, area - 1e-12) if area > 0 else 0.0
    high = brentq(excess, area + 1e-12, 1) if area < 1 else 1.0
    return Interval(area, float(low), float(high))


def compare(truth: ArrayLike, first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Comparison:
    """Paired DeLong test of two scores of the same cases; identical rankings give difference 0 and p = 1."""
    positive, a = both_classes(truth, first)
    _, b = both_classes(truth, second)
    (pos_a, neg_a), (pos_b, neg_b) = placements(positive, a), placements(positive, b)
    gap = float(pos_b.mean() - pos_a.mean())
    variance = _spread(pos_b - pos_a, pos_b - pos_a) + _spread(neg_b - neg_a, neg_b - neg_a)
    if not variance > 1e-15:
        if gap != 0 or np.isnan(variance):
            counts = f"{len(pos_a)} positives and {len(neg_a)} negatives"
            raise ValueError(f"the difference {gap:.4f} has no variance over {counts}; expected at least two of each with scores that vary")
        return Comparison(auc(truth, first, confidence=confidence), auc(truth, second, confidence=confidence), Interval(0.0, 0.0, 0.0), 1.0)
    half = normal_quantile(confidence) * variance**0.5
    limits = Interval(gap, max(-1.0, gap - half), min(1.0, gap + half))
    p_value = float(2 * ndtr(-abs(gap) / variance**0.5))
    return Comparison(auc(truth, first, confidence=confidence), auc(truth, second, confidence=confidence), limits, p_value)


def curve(truth: ArrayLike, score: ArrayLike) -> Curve:
    """All corners of the ROC curve (points on a straight run between two corners are left out)."""
    positive, values = both_classes(truth, score)
    order = np.argsort(-values, kind="stable")
    ranked, hits = values[order], positive[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # last case of each run of equal scores
    found = np.concatenate(([0], np.cumsum(hits)[last]))  # true positives at each threshold
    false = np.concatenate(([0], last + 1)) - found
    rise, run = np.diff(found), np.diff(false)
    keep = np.concatenate(([True], run[:-1] * rise[1:] != run[1:] * rise[:-1], [True]))
    threshold = np.concatenate(([np.inf], ranked[last]))
    return Curve(false[keep] / false[-1], found[keep] / found[-1], threshold[keep])
