"""Spearman's rank correlation with its interval.

Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman correlations. Psychometrika 2000;65:23.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from core.metrics.interval import Interval, normal_quantile


def spearman(first: NDArray[np.float64], second: NDArray[np.float64], *, confidence: float = 0.95) -> Interval | None:
    """Of two flat arrays of equal length; None where one of them is constant or there are fewer than five pairs."""
    if len(first) < 5 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    value = float(spearmanr(first, second).statistic)
    bounded = float(np.clip(value, -1 + 1e-12, 1 - 1e-12))
    half = normal_quantile(confidence) * np.sqrt((1 + bounded**2 / 2) / (len(first) - 3))
    low, high = np.tanh(np.arctanh(bounded) + np.array([-half, half]))
    return Interval(value, min(float(low), value), max(float(high), value))
