"""What can be said of a score once enough outcomes are known: area, curve, operating points, calibration; or the reason why nothing can."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics import calibration, clusters, operating_points, roc
from core.metrics.calibration import Bin
from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats
from core.metrics.operating_points import OperatingPoint
from core.metrics.proportions import wilson
from core.metrics.roc import Curve
from core.words import N_, Sentence, say

FEWEST = 5
"""Below so many exams with or without a cancer no area, operating point or calibration is given; a setting of ours."""
BINS = 10
SHARES = (0.02, 0.05, 0.10, 0.20, 0.30)
"""The operating table looks at the thresholds that would recall these shares of the exams."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`area`: DeLong's interval by participant. `low`, `high`: Wilson limits of the sensitivity at each corner of the curve."""

    area: Interval
    curve: Curve
    low: Floats
    high: Floats
    points: tuple[OperatingPoint, ...]
    bins: tuple[Bin, ...]
    brier: float
    prevalence_brier: float
    """The Brier score of saying the share of cancers to everybody; a useful score lies below it."""
    ece: float


def accuracy(truth: Bools, score: Floats, person: ArrayLike) -> Accuracy:
    """Everything on score (n,) in [0, 1] against truth (n,), with several exams of one person (n,) not taken as independent."""
    thresholds = sorted({float(np.quantile(score, 1 - share, method="higher")) for share in SHARES}, reverse=True)
    curve, cancers = roc.curve(truth, score), int(truth.sum())
    limits = [wilson(round(share * cancers), cancers) for share in curve.sensitivity]
    share = float(truth.mean())
    return Accuracy(
        area=clusters.auc(truth, score, person),
        curve=curve,
        low=np.array([limit.low for limit in limits]),
        high=np.array([limit.high for limit in limits]),
        points=operating_points.at(truth, score, thresholds),
        bins=calibration.reliability(truth, score, bins=BINS),
        brier=calibration.brier(truth, score),
        prevalence_brier=share * (1 - share),
        ece=calibration.ece(truth, score, bins=BINS),
    )


def too_few(truth: Bools, person: ArrayLike) -> Sentence | None:
    """Why truth (n,) allows no result; None when it does."""
    n, cancers = len(truth), int(truth.sum())
    if n == 0:
        return say(N_("No result, because no scored exam has an outcome after 365 days of follow-up yet."))
    if n < 2 * FEWEST:
        return say(N_("No result, because only {n} scored exams have an outcome; at least {fewest} are needed."), n=n, fewest=2 * FEWEST)
    if cancers < FEWEST:
        words = N_("No result, because only {cancers} of the {n} scored exams with an outcome have a cancer; at least {fewest} are needed.")
        return say(words, cancers=cancers, n=n, fewest=FEWEST)
    if n - cancers < FEWEST or len(set(np.asarray(person)[~truth].tolist())) < 2:
        words = N_(
            "No result, because only {healthy} of the {n} scored exams with an outcome are free of cancer; at least {fewest} are needed."
        )
        return say(words, healthy=n - cancers, n=n, fewest=FEWEST)
    return None
