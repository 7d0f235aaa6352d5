"""Does a probability of 0.2 mean one in five? Brier score, calibration error with stated bins, reliability table, intercept and slope.

Bins are of equal width on 0–1, [low, high) with the last one closed. Cox DR. Biometrika 1958;45:562 (slope and intercept);
Van Calster B et al. BMC Med 2019;17:230 (calibration-in-the-large: intercept with the slope held at 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from core.metrics.interval import Interval, normal_quantile
from core.metrics.labels import Floats, probabilities
from core.metrics.proportions import Proportion, proportion

CLIP = 1e-6
"""Probabilities are held this far from 0 and 1 before their logit is taken."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of the reliability table; mean_probability is None and observed.interval None when the bin is empty."""

    low: float
    high: float
    mean_probability: float | None
    observed: Proportion

    @property
    def n(self) -> int:
        return self.observed.denominator


@dataclass(frozen=True, slots=True)
class Recalibration:
    """logit(truth) = intercept + slope · logit(p): perfect is 0 and 1; in_the_large > 0 means that p is too low on the whole."""

    intercept: Interval
    slope: Interval
    in_the_large: Interval


def brier(truth: ArrayLike, probability: ArrayLike) -> float:
    """Mean squared distance of probability (n,) from truth (n,) of 0/1; 0 is perfect."""
    positive, p = probabilities(truth, probability)
    return float(np.mean((p - positive) ** 2))


def reliability(truth: ArrayLike, probability: ArrayLike, *, bins: int = 10) -> tuple[Bin, ...]:
    """Predicted against observed share in `bins` bins of equal width."""
    if bins < 1:
        raise ValueError(f"bins is {bins}; expected at least 1")
    positive, p = probabilities(truth, probability)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, p, "right") - 1, 0, bins - 1)
    n, events, total = (np.bincount(place, each, bins) for each in (np.ones_like(p), positive, p))  # (bins,) each
    return tuple(
        Bin(float(edges[i]), float(edges[i + 1]), float(total[i] / n[i]) if n[i] else None, proportion(int(events[i]), int(n[i])))
        for i in range(bins)
    )


def ece(truth: ArrayLike, probability: ArrayLike, *, bins: int = 10) -> float:
    """Expected calibration error: mean |predicted − observed| over the bins, weighted by their cases. State the bins beside the figure."""
    rows = [row for row in reliability(truth, probability, bins=bins) if row.n]
    gaps = [row.n * abs((row.mean_probability or 0) - (row.observed.value or 0)) for row in rows]
    return sum(gaps) / sum(row.n for row in rows)


def slope_intercept(truth: ArrayLike, probability: ArrayLike, *, confidence: float = 0.95) -> Recalibration:
    """Logistic recalibration with Wald intervals; ValueError where it has no finite answer (one class, or the classes do not overlap)."""
    positive, p = probabilities(truth, probability)
    x = logit(np.clip(p, CLIP, 1 - CLIP))
    low, high = x[positive], x[~positive]
    if not low.size or not high.size or low.min() >= high.max() or low.max() <= high.min():
        raise ValueError(f"{low.size} positives and {high.size} negatives do not overlap in probability; expected overlapping classes")
    y = positive.astype(np.float64)
    both, spread = _logistic(np.column_stack([np.ones_like(x), x]), y, np.zeros_like(x))
    large, error = _logistic(np.ones((len(x), 1)), y, x)
    z = normal_quantile(confidence)
    return Recalibration(_wald(both[0], spread[0], z), _wald(both[1], spread[1], z), _wald(large[0], error[0], z))


def _wald(value: float, error: float, z: float) -> Interval:
    return Interval(float(value), float(value - z * error), float(value + z * error))


def _logistic(design: Floats, y: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Newton's method: coefficients (k,) and standard errors (k,) of design (n, k)."""
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        fitted = expit(design @ beta + offset)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        step = np.linalg.solve(information, design.T @ (y - fitted))
        step *= min(1.0, 2 / max(float(np.abs(step).max()), 1e-300))  # no leap out of the region where Newton converges
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            return beta, np.sqrt(np.diag(np.linalg.inv(information)))
    raise ValueError(f"the recalibration did not converge on {len(y)} cases; expected overlapping classes with varied probabilities")
