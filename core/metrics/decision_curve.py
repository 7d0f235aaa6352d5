"""Net benefit of acting at a threshold, against acting on all and on none. Vickers AJ, Elkin EB. Med Decis Making 2006;26:565."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.labels import Floats, probabilities


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Arrays (k,) over the thresholds; acting on none has net benefit 0 everywhere."""

    threshold: Floats
    model: Floats
    all: Floats


def decision_curve(truth: ArrayLike, probability: ArrayLike, thresholds: ArrayLike) -> DecisionCurve:
    """TP/n − FP/n · t/(1 − t) at each threshold t in (0, 1); a case is acted on when its probability is >= t."""
    positive, p = probabilities(truth, probability)
    t = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))  # (k,)
    if not ((t > 0) & (t < 1)).all():
        raise ValueError(f"thresholds run from {t.min():g} to {t.max():g}; expected all between 0 and 1, ends excluded")
    odds, n, cancers = t / (1 - t), positive.size, int(positive.sum())
    hits = cancers - np.searchsorted(np.sort(p[positive]), t)
    alarms = (n - cancers) - np.searchsorted(np.sort(p[~positive]), t)
    return DecisionCurve(t, hits / n - alarms / n * odds, cancers / n - (n - cancers) / n * odds)
