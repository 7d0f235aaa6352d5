"""What ways of reading lead to on the same exams, against one of them as the baseline, with intervals of drawing participants.

Percentile bootstrap by participant (Efron B, Tibshirani R. An Introduction to the Bootstrap, 1993, ch. 13). Participants whose exams add
the same to every sum cannot be told apart, so a draw is a multinomial over the distinct rows: the same distribution, without drawing each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats
from core.metrics.proportions import wilson

CHUNK = 64  # bootstrap replicates at once, so that memory stays small
COMMON = ("exams", "followed", "cancers", "healthy")
OWN = ("reads", "arbitrated", "recalled", "found", "alarmed", "cost")
RATES: Mapping[str, tuple[str, str]] = {
    "recall": ("recalled", "exams"), "arbitration": ("arbitrated", "exams"), "detection": ("found", "followed"),
    "sensitivity": ("found", "cancers"), "specificity": ("cleared", "healthy"), "ppv": ("found", "positive"), "cost": ("cost", "exams"),
}  # fmt: skip
ONES = ("recalled", "found", "cleared")
"""Counts of exams. Where none or all are counted every draw says the same, so the interval is Wilson's."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Of each exam (n,): whose it is (numbered from 0), whether its outcome is known, and whether there is a cancer."""

    person: NDArray[np.int64]
    followed: Bools
    cancer: Bools


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy does to each exam (n,): reads with arbitrations among them, arbitrations, recalls; shares where it is an average."""

    reads: NDArray[np.int64] | Floats
    recalled: Bools | Floats
    arbitrated: Bools | Floats
    scored: bool = False
    """Whether the AI has a part."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one read, one arbitration, one recalled participant and one exam scored by the AI, in whatever unit."""

    read: float = 1.0
    arbitration: float = 1.0
    recall: float = 0.0
    ai: float = 0.0

    def of(self, replay: Replay) -> Floats:
        """(n,)"""
        reads, arbitrated, recalled = (_floats(column) for column in (replay.reads, replay.arbitrated, replay.recalled))
        return self.read * (reads - arbitrated) + self.arbitration * arbitrated + self.recall * recalled + self.ai * float(replay.scored)


@dataclass(frozen=True, slots=True)
class Rate:
    """numerator / denominator with its interval, and how far it lies from the baseline's: None for the baseline, and where no exam is
    counted otherwise than with it, so that no draw differs."""

    numerator: float
    denominator: float
    interval: Interval
    change: Interval | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """Rates are shares of exams, except sensitivity (of cancers), specificity (of exams without), ppv (of recalls); `cost` per exam.

    A rate is None where there is nothing to divide by. `reads_saved`: share of the baseline's reads, negative when work grows.
    """

    exams: int
    followed: int
    cancers: int
    reads: float
    reads_saved: Interval | None
    rates: Mapping[str, Rate | None]

    def of(self, key: str) -> Interval | None:
        rate = self.rates[key]
        return None if rate is None else rate.interval

    @property
    def recall(self) -> Interval | None:
        return self.of("recall")

    @property
    def detection(self) -> Interval | None:
        return self.of("detection")

    @property
    def sensitivity(self) -> Interval | None:
        return self.of("sensitivity")

    @property
    def specificity(self) -> Interval | None:
        return self.of("specificity")

    @property
    def ppv(self) -> Interval | None:
        return self.of("ppv")


def weigh(
    truth: Truth, replays: Mapping[str, Replay], baseline: str, *, costs: Costs | None = None, replicates: int = 1000, seed: int = 0
) -> dict[str, Consequences]:
    """The consequences of each replay, all on the same draws; `baseline` is one of their names. Intervals are 95 % percentile intervals."""
    if truth.person.size == 0:
        raise ValueError("there are 0 exams; expected at least one")
    names = [baseline, *(name for name in replays if name != baseline)]
    columns = _common(truth) + [column for name in names for column in _own(truth, replays[name], costs or Costs())]
    per_person: Floats = np.stack([np.bincount(truth.person, weights=column) for column in columns], axis=1).astype(np.float64)
    whole, drawn = per_person.sum(axis=0), _draws(per_person, replicates, seed)
    sums = {name: _sums(np.vstack([whole, drawn]), place) for place, name in enumerate(names)}  # first row: as it was
    return {name: _consequences(sums[name], None if name == baseline else sums[baseline]) for name in replays}


def _common(truth: Truth) -> list[Floats]:
    known = truth.followed.astype(np.float64)
    return [np.ones(truth.person.size), known, known * truth.cancer, known * ~truth.cancer]


def _own(truth: Truth, replay: Replay, costs: Costs) -> list[Floats]:
    recalled = _floats(replay.recalled)
    found, alarmed = recalled * (truth.followed & truth.cancer), recalled * (truth.followed & ~truth.cancer)
    spent = [_floats(replay.reads), _floats(replay.arbitrated)]
    return [*spent, recalled, found, alarmed, costs.of(replay)]


def _floats(column: NDArray[np.int64] | Floats | Bools) -> Floats:
    return np.asarray(column, dtype=np.float64)


def _draws(per_person: Floats, replicates: int, seed: int) -> Floats:
    """Column sums (replicates, columns) of as many participants as there are, drawn with replacement."""
    rng, persons = np.random.default_rng(seed), len(per_person)
    key = per_person @ rng.random(per_person.shape[1])  # equal rows have equal keys, others by chance of one in 10^15 only
    _, place, counts = np.unique(key, return_index=True, return_counts=True)
    rows = per_person[place]
    weights = (rng.multinomial(persons, counts / persons, size=min(CHUNK, replicates - start)) for start in range(0, replicates, CHUNK))
    sums = [np.einsum("bk,kc->bc", drawn.astype(np.float64), rows) for drawn in weights]  # no BLAS: its threads cost more here
    return np.concatenate(sums) if sums else np.empty((0, per_person.shape[1]))


def _sums(rows: Floats, place: int) -> dict[str, Floats]:
    """The sums (1 + replicates,) of one policy by name."""
    start = len(COMMON) + place * len(OWN)
    found = dict(zip(COMMON, rows.T[: len(COMMON)], strict=True)) | dict(zip(OWN, rows.T[start : start + len(OWN)], strict=True))
    return found | {"cleared": found["healthy"] - found["alarmed"], "positive": found["found"] + found["alarmed"]}


def _consequences(own: dict[str, Floats], before: dict[str, Floats] | None) -> Consequences:
    usual = own if before is None else before
    saved = _share(own["reads"], usual["reads"])
    return Consequences(
        exams=int(own["exams"][0]), followed=int(own["followed"][0]), cancers=int(own["cancers"][0]), reads=float(own["reads"][0]),
        reads_saved=None if saved is None else _percentiles(1 - saved),
        rates={key: _rate(own, before, *parts) for key, parts in RATES.items()},
    )  # fmt: skip


def _rate(own: dict[str, Floats], before: dict[str, Floats] | None, numerator: str, denominator: str) -> Rate | None:
    share = _share(own[numerator], own[denominator])
    if share is None:
        return None
    usual = None if before is None else _share(before[numerator], before[denominator])
    certain = share[0] in (0, 1) and numerator in ONES
    change = None if usual is None else _percentiles(share - usual)
    if change is not None and change.low == change.high and numerator in ONES:
        change = None
    interval = wilson(float(own[numerator][0]), float(own[denominator][0])) if certain else _percentiles(share)
    return Rate(float(own[numerator][0]), float(own[denominator][0]), interval, change)


def _share(numerator: Floats, denominator: Floats) -> Floats | None:
    """(1 + replicates,) shares, nan in draws without a denominator; None when there is none in the exams themselves."""
    if not denominator[0]:
        return None
    share: Floats = np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator > 0)
    return share


def _percentiles(values: Floats) -> Interval:
    """The first value with the 95 % percentile interval of the others; draws that say nothing are left out."""
    value, drawn = float(values[0]), values[1:][~np.isnan(values[1:])]
    if not drawn.size:
        return Interval(value, value, value)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, min(value, float(low)), max(value, float(high)))
