"""Do two readers, or a reader and a model, agree beyond chance? Cohen's kappa, and limits of agreement for measurements.

Cohen J. Psychol Bull 1968;70:213 (weights); Fleiss JL et al. Psychol Bull 1969;72:323 (interval);
Bland JM, Altman DG. Lancet 1986;327:307.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.inter_rater import cohens_kappa

from core.metrics.interval import Interval, normal_quantile
from core.metrics.proportions import Proportion, proportion, wilson


@dataclass(frozen=True, slots=True)
class LimitsOfAgreement:
    """Bias (mean of second − first, with interval) and the limits between which 95 % of the differences lie."""

    bias: Interval
    lower: float
    upper: float
    n: int


def kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["none", "quadratic"] = "none",
    categories: Sequence[object] | None = None,
    confidence: float = 0.95,
) -> Interval:
    """Kappa of two ratings (n,) of the same cases; give `categories` in order when weighted and not sorted naturally (A < B < C is).

    Raises ValueError when a rater used one category throughout: kappa is then 0 or undefined, whatever the other one says.
    """
    table = _table(first, second, categories)
    if min(np.count_nonzero(table.sum(axis)) for axis in (0, 1)) == 1:
        raise ValueError(f"a rater put all {table.sum()} cases into one category; expected two raters who use at least two each")
    result = cohens_kappa(table, wt="quadratic" if weights == "quadratic" else None)
    value, half = float(result.kappa), normal_quantile(confidence) * float(result.std_kappa)
    if np.trace(table) == table.sum():  # no variance: take the lower limit of the observed agreement instead
        chance = float((table.sum(0) * table.sum(1)).sum() / table.sum() ** 2)
        return Interval(1.0, (wilson(table.sum(), table.sum(), confidence=confidence).low - chance) / (1 - chance), 1.0)
    return Interval(value, max(-1.0, value - half), min(1.0, value + half))


def exact(first: ArrayLike, second: ArrayLike) -> Proportion:
    """Share of the cases that both put into the same category."""
    table = _table(first, second, None)
    return proportion(int(np.trace(table)), int(table.sum()))


def _table(first: ArrayLike, second: ArrayLike, categories: Sequence[object] | None) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(k, k) counts: first's category by second's."""
    a, b = np.asarray(first), np.asarray(second)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ValueError(f"ratings have shapes {a.shape} and {b.shape}; expected two flat arrays of equal length, not empty")
    known, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    order = list(categories) if categories is not None else known.tolist()
    unknown = set(known.tolist()) - set(order)
    if unknown:
        raise ValueError(f"ratings hold {sorted(map(str, unknown))}; expected only {order}")
    place = np.array([order.index(one) for one in known.tolist()], dtype=np.int64)[place]
    return np.bincount(place[: a.size] * len(order) + place[a.size :], minlength=len(order) ** 2).reshape(len(order), len(order))


def limits(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> LimitsOfAgreement:
    """Bland–Altman limits of two measurements (n,) of the same things, in their unit (pass percentages or logs for relative limits)."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size < 3 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError(f"measurements have shapes {a.shape} and {b.shape}; expected two flat arrays of at least three finite values")
    gap = b - a
    bias, spread, z = float(gap.mean()), float(gap.std(ddof=1)), normal_quantile(confidence)
    half = z * spread / a.size**0.5
    return LimitsOfAgreement(Interval(bias, bias - half, bias + half), bias - z * spread, bias + z * spread, int(a.size))
