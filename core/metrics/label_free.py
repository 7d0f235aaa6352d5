"""How well a score would be doing now, before the outcomes are known: confidence-based estimation from calibrated scores.

If a score of 0.2 still means one cancer in five (as in the reference, whose outcomes are known), the calibrated scores themselves say how
many of the exams above a threshold will turn out to be cancers. It sees that other people come; it cannot see that the same score now
means something else. Kivimäki J et al. J Artif Intell Res 2025;82:209 (confidence-based estimation). Counted in bins of equal number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from core.metrics.calibration import CLIP
from core.metrics.interval import Interval
from core.metrics.labels import Floats, both_classes

BINS = 200
STEPS = 25
PULL = 1e-3


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected of `n` recent exams without outcomes, each with a 95 % interval by drawing reference and recent exams anew.

    `known` is what the reference's own outcomes gave for the same figures.
    """

    n: int
    auc: Interval
    sensitivity: Interval
    specificity: Interval
    cancers_per_1000: Interval
    known: tuple[float, float, float, float]


def estimate(
    truth: ArrayLike, reference: ArrayLike, recent: ArrayLike, *, threshold: float, replicates: int = 300, seed: int = 0
) -> Estimate:
    """Reference scores (n,) in 0–1 with truth (n,), recent scores (m,) without; a case is called positive from `threshold` on.

    Raises ValueError when the reference holds one class, or nothing recent is there.
    """
    positive, before = both_classes(truth, reference)
    now = np.asarray(recent, dtype=np.float64)
    if not now.size or not np.isfinite(now).all() or min(before.min(), now.min()) < 0 or max(before.max(), now.max()) > 1:
        raise ValueError(f"recent has {now.size} scores; expected at least one, and every score between 0 and 1")
    edges = np.unique(np.append(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]), threshold))
    sick, well, seen = (_counts(values, edges) for values in (before[positive], before[~positive], now))
    at = int(np.searchsorted(edges, threshold, "left")) + 1  # first bin from the threshold on
    middle = _middles(np.concatenate([before, now]), edges)
    rng = np.random.default_rng(seed)
    draws = [_figures(*_drawn(rng, sick, well, seen), middle, at) for _ in range(replicates)]
    table = np.array([draw for draw in draws if np.isfinite(draw).all()])  # (replicates, 4)
    if not len(table):
        raise ValueError("no draw gave an estimate; expected more cases of both classes")
    values = _figures(sick, well, seen, middle, at)
    low, high = np.quantile(table, [0.025, 0.975], axis=0)
    area, hits, clear, yield_ = (
        Interval(v, min(v, float(a)), max(v, float(b))) for v, a, b in zip(values.tolist(), low, high, strict=True)
    )
    known = _expected(sick, well, at).tolist()
    return Estimate(int(now.size), area, hits, clear, yield_, (known[0], known[1], known[2], known[3]))


def _counts(values: Floats, edges: Floats) -> Floats:
    return np.bincount(np.searchsorted(edges, values, "right"), minlength=len(edges) + 1).astype(np.float64)


def _middles(values: Floats, edges: Floats) -> Floats:
    """Mean score of each bin (bins,)."""
    place = np.searchsorted(edges, values, "right")
    n, total = np.bincount(place, minlength=len(edges) + 1), np.bincount(place, values, len(edges) + 1)
    outer = np.concatenate(([edges[0]], (edges[1:] + edges[:-1]) / 2, [edges[-1]]))
    return np.asarray(np.where(n > 0, total / np.maximum(n, 1), outer), dtype=np.float64)


def _drawn(rng: np.random.Generator, sick: Floats, well: Floats, seen: Floats) -> tuple[Floats, Floats, Floats]:
    """Reference and recent exams drawn again with replacement."""
    shares = np.concatenate([sick, well])
    both = rng.multinomial(int(shares.sum()), shares / shares.sum()).astype(np.float64)
    again = rng.multinomial(int(seen.sum()), seen / seen.sum()).astype(np.float64)
    return both[: len(sick)], both[len(sick) :], again


def _figures(sick: Floats, well: Floats, seen: Floats, middle: Floats, at: int) -> Floats:
    """Expected area, sensitivity, specificity and cancers per 1000 (4,) of the exams `seen`; nan where the draw holds one class."""
    if not sick.sum() or not well.sum():
        return np.full(4, np.nan)
    share = _calibrated(sick, well, middle)
    return _expected(seen * share, seen * (1 - share), at)


def _calibrated(sick: Floats, well: Floats, middle: Floats) -> Floats:
    """Probability of a cancer (bins,) by a logistic line through the logit of the score; a weak pull keeps separated classes finite."""
    x = logit(np.clip(middle, CLIP, 1 - CLIP))
    start, slope, n = 0.0, 1.0, sick + well
    for _ in range(STEPS):
        fitted = expit(start + slope * x)
        off, weight = sick - n * fitted, n * fitted * (1 - fitted)
        up, tilt = float(off.sum()), float((off * x).sum()) - PULL * (slope - 1)
        a, b, d = float(weight.sum()) + 1e-9, float((weight * x).sum()), float((weight * x * x).sum()) + PULL
        step = np.array([d * up - b * tilt, a * tilt - b * up]) / (a * d - b * b)  # Newton, two by two
        step *= min(1.0, 2 / max(float(np.abs(step).max()), 1e-12))
        start, slope = start + float(step[0]), slope + float(step[1])
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(expit(start + slope * x), dtype=np.float64)


def _expected(sick: Floats, well: Floats, at: int) -> Floats:
    """Area (ties one half), sensitivity, specificity and cancers per 1000 of weights per bin, lowest bin first."""
    ill, healthy = sick.sum(), well.sum()
    below = np.cumsum(well) - well / 2
    area = (sick * below).sum() / (ill * healthy)
    return np.array([area, sick[at:].sum() / ill, well[:at].sum() / healthy, 1000 * ill / (ill + healthy)])
