"""Two versions of a model on the same exams: ranking (DeLong, by participant) and calls at each one's own threshold (McNemar)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics import clusters, mcnemar, operating_points
from core.metrics.labels import both_classes
from core.metrics.mcnemar import Discordance
from core.metrics.operating_points import OperatingPoint
from core.metrics.roc import Comparison


@dataclass(frozen=True, slots=True)
class Versions:
    """`ranking` is None where the difference of the areas has no variance. `only_first` counts exams that only the first got right."""

    n: int
    positives: int
    ranking: Comparison | None
    first: OperatingPoint
    second: OperatingPoint
    calls: Discordance
    cancers: Discordance
    """Of the exams with a cancer: called by one version only."""
    healthy: Discordance
    """Of the exams without: rightly not called by one version only."""


def versions(truth: ArrayLike, first: ArrayLike, second: ArrayLike, person: ArrayLike, *, thresholds: tuple[float, float]) -> Versions:
    """Scores first (n,) and second (n,) of the same exams; ValueError where a class is missing."""
    positive, a = both_classes(truth, first)
    _, b = both_classes(truth, second)
    try:
        ranking = clusters.compare(positive, a, b, person)
    except ValueError:
        ranking = None
    called = a >= thresholds[0], b >= thresholds[1]
    halves = [mcnemar.compare(positive[part], called[0][part], called[1][part]) for part in (positive, ~positive)]
    return Versions(
        n=positive.size,
        positives=int(positive.sum()),
        ranking=ranking,
        first=operating_points.at(positive, a, [thresholds[0]])[0],
        second=operating_points.at(positive, b, [thresholds[1]])[0],
        calls=mcnemar.compare(positive, *called),
        cancers=halves[0],
        healthy=halves[1],
    )


def disagreement(first: ArrayLike, second: ArrayLike, *, thresholds: tuple[float, float]) -> Discordance:
    """Exams that only one of the two would call, whatever the outcome: what a change of version changes for the readers."""
    called = np.asarray(first) >= thresholds[0], np.asarray(second) >= thresholds[1]
    return mcnemar.test(int((called[0] & ~called[1]).sum()), int((called[1] & ~called[0]).sum()))
