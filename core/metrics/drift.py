"""Has the population moved? Population stability index and Kolmogorov–Smirnov distance between a reference and the present."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import ks_2samp

from core.metrics.labels import Floats

WATCH, ACT = 0.10, 0.25
"""Customary PSI thresholds; no primary source was found for them, so show them as unverified."""

FLOOR = 1e-4
"""An empty bin counts as this share, so that the index stays finite."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Kolmogorov–Smirnov distance of one quantity; `adjusted_p` is Holm's, over all quantities looked at together."""

    distance: float
    p_value: float
    adjusted_p: float


def psi(expected: ArrayLike, observed: ArrayLike) -> float:
    """Population stability index Σ (o − e)·ln(o / e) of two histograms (k,), given as shares or as counts over the same bins."""
    shares_before, shares_now = _shares("expected", expected), _shares("observed", observed)
    if shares_before.shape != shares_now.shape:
        raise ValueError(f"expected has {shares_before.size} bins and observed {shares_now.size}; expected the same bins")
    return float(np.sum((shares_now - shares_before) * np.log(shares_now / shares_before)))


def _shares(name: str, histogram: ArrayLike) -> Floats:
    counts = np.asarray(histogram, dtype=np.float64)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any() or not counts.sum() > 0:
        raise ValueError(f"{name} is {counts.tolist()}; expected a flat histogram of shares or counts, none negative, not all zero")
    shares: Floats = np.maximum(counts / counts.sum(), FLOOR)
    return shares


def histograms(reference: ArrayLike, present: ArrayLike, *, bins: int = 10) -> tuple[Floats, Floats]:
    """Counts of both samples in bins cut at the reference's quantiles (equal share each; fewer bins where values are tied)."""
    before, now = np.asarray(reference, dtype=np.float64), np.asarray(present, dtype=np.float64)
    if not before.size or not now.size:
        raise ValueError(f"reference has {before.size} values and present {now.size}; expected at least one each")
    if not (np.isfinite(before).all() and np.isfinite(now).all()):
        raise ValueError("reference or present holds missing or infinite values; expected finite numbers")
    cuts = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    return _counts(before, cuts), _counts(now, cuts)


def _counts(values: Floats, cuts: Floats) -> Floats:
    return np.bincount(np.searchsorted(cuts, values, "right"), minlength=len(cuts) + 1).astype(np.float64)


def shifts(samples: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> dict[str, Shift]:
    """Two-sample Kolmogorov–Smirnov test for each named (reference, present) pair, with Holm's correction over all of them."""
    tests = {name: ks_2samp(np.asarray(before), np.asarray(now)) for name, (before, now) in samples.items()}
    adjusted, least = {}, 0.0
    for rank, name in enumerate(sorted(tests, key=lambda name: float(tests[name].pvalue))):
        least = max(least, min(1.0, float(tests[name].pvalue) * (len(tests) - rank)))
        adjusted[name] = least
    return {name: Shift(float(test.statistic), float(test.pvalue), adjusted[name]) for name, test in tests.items()}
