"""Has the population moved? Population stability index, Kolmogorov–Smirnov for numbers and χ² for names, between a reference and now.

Few false alarms are asked for: a shift counts only when it is both large (the index) and beyond chance (the test after Holm's correction
over everything that was looked at). The index alone is above 0.1 by chance in small samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2_contingency, ks_2samp

from core.metrics.labels import Floats
from core.metrics.multiplicity import LEVEL, adjusted

WATCH, ACT = 0.10, 0.25
"""Customary PSI thresholds; no primary source was found for them, so show them as unverified."""

FLOOR = 1e-4
"""An empty bin counts as this share, so that the index stays finite."""
FEWEST = 30
"""Below so many values on either side nothing is said; a setting of ours."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Kolmogorov–Smirnov distance of one quantity; `adjusted_p` is Holm's, over all quantities looked at together."""

    distance: float
    p_value: float
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class Drift:
    """One quantity, reference against recent: shares of both over the same parts, the index, and whether it is a shift.

    `distance`: Kolmogorov–Smirnov for numbers; the largest change of a share for names.
    """

    labels: tuple[str, ...]
    before: Floats
    now: Floats
    n_before: int
    n_now: int
    psi: float
    distance: float
    p_value: float
    adjusted_p: float

    @property
    def level(self) -> Literal["steady", "watch", "act"]:
        if self.adjusted_p >= LEVEL or self.psi < WATCH:
            return "steady"
        return "act" if self.psi >= ACT else "watch"


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
    before, now = _finite(reference, present)
    cuts = _cuts(before, bins)
    return _counts(before, cuts), _counts(now, cuts)


def _finite(reference: ArrayLike, present: ArrayLike) -> tuple[Floats, Floats]:
    before, now = np.asarray(reference, dtype=np.float64), np.asarray(present, dtype=np.float64)
    if not before.size or not now.size:
        raise ValueError(f"reference has {before.size} values and present {now.size}; expected at least one each")
    if not (np.isfinite(before).all() and np.isfinite(now).all()):
        raise ValueError("reference or present holds missing or infinite values; expected finite numbers")
    return before, now


def _cuts(before: Floats, bins: int) -> Floats:
    return np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))


def _counts(values: Floats, cuts: Floats) -> Floats:
    return np.bincount(np.searchsorted(cuts, values, "right"), minlength=len(cuts) + 1).astype(np.float64)


def shifts(samples: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> dict[str, Shift]:
    """Two-sample Kolmogorov–Smirnov test for each named (reference, present) pair, with Holm's correction over all of them."""
    tests = {name: ks_2samp(np.asarray(before), np.asarray(now)) for name, (before, now) in samples.items()}
    fair = adjusted({name: float(test.pvalue) for name, test in tests.items()})
    return {name: Shift(float(test.statistic), float(test.pvalue), fair[name]) for name, test in tests.items()}


def drifts(
    numbers: Mapping[str, tuple[ArrayLike, ArrayLike]], names: Mapping[str, tuple[ArrayLike, ArrayLike]], *, bins: int = 10
) -> dict[str, Drift]:
    """Every quantity with at least 30 values on both sides, by name; one correction over all. Missing values must be left out before."""
    found = {key: _of_numbers(*pair, bins=bins) for key, pair in numbers.items() if _enough(pair)}
    found |= {key: _of_names(*pair) for key, pair in names.items() if _enough(pair)}
    fair = adjusted({key: one.p_value for key, one in found.items()})
    return {key: replace(one, adjusted_p=fair[key]) for key, one in found.items()}


def _enough(pair: tuple[ArrayLike, ArrayLike]) -> bool:
    return min(np.size(pair[0]), np.size(pair[1])) >= FEWEST


def _of_numbers(reference: ArrayLike, present: ArrayLike, *, bins: int) -> Drift:
    before, now = _finite(reference, present)
    cuts = _cuts(before, bins)
    test = ks_2samp(before, now, method="asymp")
    edges = [f"{cut:.4g}" for cut in cuts]
    labels = [f"< {edges[0]}", *(f"{a}–{b}" for a, b in pairwise(edges)), f"≥ {edges[-1]}"]
    return _drift(labels, _counts(before, cuts), _counts(now, cuts), float(test.statistic), float(test.pvalue))


def _of_names(reference: ArrayLike, present: ArrayLike) -> Drift:
    before, now = np.asarray(reference, dtype=object), np.asarray(present, dtype=object)
    place, labels = pd.factorize(np.concatenate([before, now]), sort=True)
    counts = [np.bincount(part, minlength=len(labels)).astype(np.float64) for part in (place[: len(before)], place[len(before) :])]
    p_value = float(chi2_contingency(np.array(counts), correction=False).pvalue) if len(labels) > 1 else 1.0
    change = float(np.abs(counts[0] / len(before) - counts[1] / len(now)).max())
    return _drift([str(label) for label in labels], counts[0], counts[1], change, p_value)


def _drift(labels: list[str], before: Floats, now: Floats, distance: float, p_value: float) -> Drift:
    n, m = float(before.sum()), float(now.sum())
    return Drift(tuple(labels), before / n, now / m, int(n), int(m), psi(before, now), distance, p_value, p_value)
