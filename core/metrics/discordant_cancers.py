"""Cancers that one of two readers recalled and the other did not: how often a reader was the one who did not, against what is expected.

The raw share punishes whoever reads beside good colleagues. Here the share is held against that of a reader of average sensitivity beside
the same colleagues. With logit P(recall) = case mix + reader (a Rasch model: Rasch G. Probabilistic models for some intelligence and
attainment tests, 1960), the chance that a reader a and not b was the one who missed a discordant cancer is expit(b − a), whatever the case
was like; the difficulty of the case cancels. Readers are fitted on all cancers read by two, those that both missed included, with a weak
normal prior (standard deviation 2) that keeps readers of few cancers near the average.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats
from core.metrics.proportions import wilson

PRIOR = 2.0
STEPS, ENOUGH = 100, 1e-10
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Discordant:
    """Of one reader: `missed` of `n` discordant cancers were recalled by the colleague only; `expected` is the share of an average reader.

    `excess` is the share minus `expected`, with the Wilson interval of the share moved likewise.
    """

    reader: int
    n: int
    missed: int
    expected: float
    excess: Interval

    @property
    def raw(self) -> float:
        return self.missed / self.n


def discordant_cancers(exam: ArrayLike, reader: ArrayLike, recalled: ArrayLike, case_mix: ArrayLike) -> tuple[Discordant, ...]:
    """For each reader with a discordant cancer.

    All arrays (n,), one entry for each of the two reads of a cancer: exam and reader as numbers, whether it was recalled, and the group of
    the case, such as density. Exams that do not have exactly two reads are left out. ValueError for arrays of other shapes.
    """
    exams, readers, hits, groups = (np.asarray(one) for one in (exam, reader, recalled, case_mix))
    if exams.ndim != 1 or not exams.shape == readers.shape == hits.shape == groups.shape:
        raise ValueError(
            f"shapes are {exams.shape}, {readers.shape}, {hits.shape}, {groups.shape}; expected four flat arrays of equal length"
        )
    _exams, which, count = np.unique(exams, return_inverse=True, return_counts=True)
    both = count[which] == 2
    order = np.flatnonzero(both)[np.argsort(which[both], kind="stable")]
    if not len(order):
        return ()
    names, code = np.unique(readers[order], return_inverse=True)
    skill = _skills(code, _codes(groups[order]), hits[order].astype(bool))
    pairs, said = code.reshape(-1, 2), hits[order].astype(bool).reshape(-1, 2)
    apart = said[:, 0] != said[:, 1]
    return tuple(one for place in range(len(names)) if (one := _of(place, int(names[place]), pairs[apart], said[apart], skill)) is not None)


def _of(place: int, reader: int, pairs: Ints, said: Bools, skill: Floats) -> Discordant | None:
    """One reader's discordant cancers; None without any."""
    first, second = pairs[:, 0] == place, pairs[:, 1] == place
    colleague = np.concatenate([pairs[first, 1], pairs[second, 0]])
    n = len(colleague)
    if not n:
        return None
    missed = int((~said[first, 0]).sum() + (~said[second, 1]).sum())
    expected = float(expit(skill[colleague]).mean())
    share = wilson(missed, n)
    return Discordant(reader, n, missed, expected, Interval(share.value - expected, share.low - expected, share.high - expected))


def _skills(reader: Ints, group: Ints, hit: Bools) -> Floats:
    """(readers,) logits of each reader against the average, by Newton's method on the penalised likelihood."""
    readers, groups = int(reader.max()) + 1, int(group.max()) + 1
    design = np.zeros((len(hit), readers + groups))
    design[np.arange(len(hit)), reader] = design[np.arange(len(hit)), readers + group] = 1.0
    ridge = np.concatenate([np.full(readers, 1 / PRIOR**2), np.full(groups, 1e-4)])
    weights = np.zeros(readers + groups)
    for _step in range(STEPS):
        chance = expit(design @ weights)
        slope = design.T @ (hit - chance) - ridge * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        move = np.linalg.solve(bend, slope)
        weights += move
        if float(np.abs(move).max()) < ENOUGH:
            break
    return np.asarray(weights[:readers] - weights[:readers].mean(), dtype=np.float64)


def _codes(values: NDArray[np.generic]) -> Ints:
    return np.asarray(np.unique(values.astype(str), return_inverse=True)[1], dtype=np.int64)
