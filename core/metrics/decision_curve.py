"""Net benefit of acting at a threshold, against acting on all and on none. Vickers AJ, Elkin EB. Med Decis Making 2006;26:565.

Intervals: net benefit is a mean of what each case adds (Marsh TL et al. Biometrics 2020;76:843), summed by person where several cases
share one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.metrics.interval import normal_quantile
from core.metrics.labels import Bools, Floats, probabilities


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Arrays (k,) over the thresholds; acting on none has net benefit 0 everywhere. `low`, `high`: limits of `model`."""

    threshold: Floats
    model: Floats
    all: Floats
    low: Floats
    high: Floats


def decision_curve(
    truth: ArrayLike, probability: ArrayLike, thresholds: ArrayLike, person: ArrayLike | None = None, *, confidence: float = 0.95
) -> DecisionCurve:
    """TP/n − FP/n · t/(1 − t) at each threshold t in (0, 1); a case is acted on when its probability is >= t.

    `person` (n,) says which cases are of one person; without it each is taken as independent.
    """
    positive, p = probabilities(truth, probability)
    t = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))  # (k,)
    if not ((t > 0) & (t < 1)).all():
        raise ValueError(f"thresholds run from {t.min():g} to {t.max():g}; expected all between 0 and 1, ends excluded")
    odds, n, cancers = t / (1 - t), positive.size, int(positive.sum())
    hits = cancers - np.searchsorted(np.sort(p[positive]), t)
    alarms = (n - cancers) - np.searchsorted(np.sort(p[~positive]), t)
    benefit = hits / n - alarms / n * odds
    half = normal_quantile(confidence) * _errors(positive, p, t, benefit, person)
    return DecisionCurve(t, benefit, cancers / n - (n - cancers) / n * odds, benefit - half, benefit + half)


def _errors(positive: Bools, p: Floats, t: Floats, benefit: Floats, person: ArrayLike | None) -> Floats:
    """Standard error (k,) of the net benefit."""
    n = positive.size
    who = np.arange(n) if person is None else pd.factorize(np.asarray(person))[0]
    cases = np.bincount(who).astype(np.float64)  # of each person
    persons, squares = len(cases), float((cases * cases).sum())
    errors = np.zeros(len(t))
    for place, (threshold, value) in enumerate(zip(t, benefit, strict=True)):
        acted = np.flatnonzero(p >= threshold)
        added = np.bincount(who[acted], np.where(positive[acted], 1.0, -threshold / (1 - threshold)), persons)
        total = float((added * added).sum() - 2 * value * (added * cases).sum() + value * value * squares)
        errors[place] = (persons / max(persons - 1, 1) * max(total, 0.0)) ** 0.5 / n
    return errors
