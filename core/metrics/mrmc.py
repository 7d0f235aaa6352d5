"""Reader studies: many readers, many cases, the same cases by every reader in every modality.

Obuchowski NA, Rockette HE. Commun Stat Simul 1995;24:285 (the model); Hillis SL. Stat Med 2007;26:596 and 2014;33:330 (degrees of freedom,
intervals); DeLong ER et al. Biometrics 1988;44:837 and Obuchowski NA. Biometrics 1997;53:567 (covariances, also where one person gives
several cases); Chakraborty DP. Observer Performance Methods, 2017, ch. 22 (one rating of its own, such as a program's, against readers).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from core.metrics.interval import Interval
from core.metrics.labels import Floats, both_classes
from core.metrics.roc import placements

Readers = Literal["random", "fixed"]


@dataclass(frozen=True, slots=True)
class Components:
    """Variance of one area and covariances: `cov1` same reader, other modality; `cov2` other reader, same modality; `cov3` both other."""

    error: float
    cov1: float
    cov2: float
    cov3: float


@dataclass(frozen=True, slots=True)
class Test:
    """`value` with its interval, the two-sided p value that it is 0, and the degrees of freedom behind both (infinite: normal)."""

    value: Interval
    p_value: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Study:
    """`areas` (modalities, readers), the mean area of each modality, and second modality − first."""

    areas: Floats
    means: tuple[Interval, ...]
    difference: Test
    components: Components


def compare(
    truth: ArrayLike, first: ArrayLike, second: ArrayLike, *, readers: Readers = "random", person: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Study:  # fmt: skip
    """Ratings (readers, n) of the same n cases in two modalities. `random` readers stand for others of their kind; `fixed` for themselves.

    `person` (n,) where one person gives several cases. Raises ValueError on fewer than two readers, or ratings of other cases.
    """
    a, b = np.atleast_2d(np.asarray(first, dtype=np.float64)), np.atleast_2d(np.asarray(second, dtype=np.float64))
    if a.shape != b.shape or a.shape[0] < 2:
        raise ValueError(
            f"ratings have shapes {a.shape} and {b.shape}; expected the same readers, at least two, and the same cases in both"
        )
    areas, covariance = areas_of(truth, np.vstack([a, b]), person)
    return analyse(areas.reshape(2, -1), covariance, readers=readers, confidence=confidence)


def against(
    truth: ArrayLike, ratings: ArrayLike, other: ArrayLike, *, readers: Readers = "random", person: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Test:  # fmt: skip
    """How far the area of `other` (n,), rated once by a program, lies above the mean area of readers (readers, n) on the same cases."""
    of_readers = np.atleast_2d(np.asarray(ratings, dtype=np.float64))
    areas, covariance = areas_of(truth, np.vstack([of_readers, np.asarray(other, dtype=np.float64)]), person)
    gaps = areas[-1] - areas[:-1]
    cross = covariance[:-1, -1]
    of_gaps = covariance[:-1, :-1] - cross[:, None] - cross[None, :] + covariance[-1, -1]
    return _mean(gaps, of_gaps, readers, confidence)


def mean_area(
    truth: ArrayLike, ratings: ArrayLike, *, readers: Readers = "random", person: ArrayLike | None = None, confidence: float = 0.95
) -> Interval:
    """The mean area of readers (readers, n) who rated the same cases."""
    return _mean(*areas_of(truth, ratings, person), readers, confidence).value


def areas_of(truth: ArrayLike, ratings: ArrayLike, person: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Areas (k,) of k ratings (k, n) of the same cases, and their DeLong covariance (k, k), wider where cases share a person (n,)."""
    rows = np.atleast_2d(np.asarray(ratings, dtype=np.float64))
    positive = both_classes(truth, rows[0])[0]
    who = np.unique(np.arange(positive.size) if person is None else np.asarray(person), return_inverse=True)[1].reshape(-1)
    if who.shape != positive.shape:
        raise ValueError(f"person has {who.size} values for {positive.size} cases; expected one each")
    of_positives, of_negatives = (np.stack(part) for part in zip(*_placed(truth, rows), strict=True))
    m, n, persons = of_positives.shape[1], of_negatives.shape[1], int(who.max()) + 1
    p, q = _by_person(of_positives, who[positive], persons), _by_person(of_negatives, who[~positive], persons)
    ill, well = (len(np.unique(who[part])) for part in (positive, ~positive))
    if min(ill, well) < 2:
        raise ValueError(f"{ill} persons with and {well} without the condition; expected at least two of each")
    own = ill / (ill - 1) * p @ p.T / m**2 + well / (well - 1) * q @ q.T / n**2
    shared = persons / (persons - 1) * (p @ q.T + q @ p.T) / (m * n)
    return of_positives.mean(axis=1), np.asarray(own + shared, dtype=np.float64)


def analyse(areas: Floats, covariance: Floats, *, readers: Readers = "random", confidence: float = 0.95) -> Study:
    """From areas (2, readers) and the covariance of all of them (2 · readers, 2 · readers), first modality first."""
    found = components(areas, covariance)
    count = areas.shape[1]
    parts = (covariance[:count, :count], covariance[count:, count:])
    means = tuple(_mean(row, part, readers, confidence).value for row, part in zip(areas, parts, strict=True))
    return Study(areas, means, difference(areas, found, readers=readers, confidence=confidence), found)


def components(areas: Floats, covariance: Floats) -> Components:
    """Means of the four kinds of entries of the covariance (modalities · readers, modalities · readers)."""
    modality, reader = (grid.reshape(-1) for grid in np.indices(areas.shape))
    same_modality, same_reader = modality[:, None] == modality, reader[:, None] == reader
    kinds = (same_modality & same_reader, ~same_modality & same_reader, same_modality & ~same_reader, ~same_modality & ~same_reader)
    return Components(*(float(covariance[kind].mean()) for kind in kinds))


def difference(areas: Floats, found: Components, *, readers: Readers = "random", confidence: float = 0.95) -> Test:
    """Second modality − first of areas (2, readers), by the Obuchowski–Rockette model."""
    count = areas.shape[1]
    gaps = areas[1] - areas[0]
    shared = max(found.cov2 - found.cov3, 0.0)
    if readers == "fixed":
        variance = 2 / count * (found.error - found.cov1 + (count - 1) * shared)
        return _test(float(gaps.mean()), variance, np.inf, confidence)
    interaction = float(gaps.var(ddof=1)) / 2  # MS(modality × reader) of two modalities
    return _random(float(gaps.mean()), interaction, count * shared, 2 / count, count - 1, confidence)


def _placed(truth: ArrayLike, rows: Floats) -> Iterator[tuple[Floats, Floats]]:
    for row in rows:
        of_positives, of_negatives = placements(*both_classes(truth, row))
        yield of_positives, of_negatives


def _by_person(placed: Floats, who: NDArray[np.int64], persons: int) -> Floats:
    """(k, persons) sums of what each person adds to each area."""
    return np.stack([np.bincount(who, row - row.mean(), persons) for row in placed])


def _mean(values: Floats, covariance: Floats, readers: Readers, confidence: float) -> Test:
    """The mean over readers of values (r,) with their covariance (r, r)."""
    count = len(values)
    shared = float((covariance.sum() - np.trace(covariance)) / (count * (count - 1))) if count > 1 else 0.0
    if readers == "fixed" or count < 2:
        variance = (float(np.trace(covariance)) / count + (count - 1) * max(shared, 0.0)) / count
        return _test(float(values.mean()), variance, np.inf, confidence)
    return _random(float(values.mean()), float(values.var(ddof=1)), count * max(shared, 0.0), 1 / count, count - 1, confidence)


def _random(value: float, between: float, shared: float, factor: float, freedom: int, confidence: float) -> Test:
    """Hillis: variance factor · (between + shared), whose degrees of freedom come from the mean square `between` alone."""
    spread = between + shared
    degrees = spread**2 / (between**2 / freedom) if between > 0 else np.inf
    return _test(value, factor * spread, degrees, confidence)


def _test(value: float, variance: float, freedom: float, confidence: float) -> Test:
    if not variance > 0:
        raise ValueError(f"the value {value:.4f} has no variance; expected readers or cases that differ")
    law = stats.t(freedom) if np.isfinite(freedom) else stats.norm()
    half = float(law.ppf((1 + confidence) / 2)) * variance**0.5
    p_value = float(2 * law.sf(abs(value) / variance**0.5))
    return Test(Interval(value, value - half, value + half), p_value, float(freedom))
