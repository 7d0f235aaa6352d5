"""What another reading policy would have done with reads that were made: reading work, recalls and cancers found, with intervals.

A simulation only replays what readers said. Where a policy asks for a decision that nobody made (an arbitration of reads that agreed),
the case keeps the decision it got; a safety net can therefore only show its work, not the cancers it might add.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.interval import Interval
from core.metrics.labels import Bools, Floats

Kind = Literal["single", "double", "ai_second", "triage", "rule_out"]
CHUNK = 64  # bootstrap replicates at once, so that memory stays small


@dataclass(frozen=True, slots=True)
class Reads:
    """One entry per exam (n,): whose it is, cancer or not, the two readers' recalls, the decision, and the AI's step 1–10."""

    person: NDArray[np.int64]
    cancer: Bools
    first: Bools
    second: Bools
    decided: Bools
    step: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to read. Steps are inclusive: double reading `double_from`, AI recall `recall_from`, no read up to `rule_out_to`."""

    kind: Kind
    double_from: int = 10
    recall_from: int = 10
    rule_out_to: int = 4
    safety_net_from: int = 10


@dataclass(frozen=True, slots=True)
class Replay:
    """What the policy does to each exam (n,)."""

    reads: NDArray[np.int64]
    recalled: Bools


@dataclass(frozen=True, slots=True)
class Consequences:
    """Rates are shares of exams, except sensitivity (of cancers) and ppv (of recalls); None where there is nothing to divide by."""

    exams: int
    reads: int
    reads_saved: Interval | None
    recall: Interval | None
    detection: Interval | None
    sensitivity: Interval | None
    ppv: Interval | None


def reads_of(person: ArrayLike, cancer: ArrayLike, first: ArrayLike, second: ArrayLike, decided: ArrayLike, step: ArrayLike) -> Reads:
    """Checked columns of equal length; `person` may be any label. Raises ValueError naming the column that does not fit."""
    who = np.unique(np.asarray(person), return_inverse=True)[1].astype(np.int64).reshape(-1)
    flags = {
        name: _flags(name, values) for name, values in (("cancer", cancer), ("first", first), ("second", second), ("decided", decided))
    }
    steps = np.asarray(step)
    if steps.size and not (np.isin(steps, range(1, 11)).all()):
        raise ValueError("step holds other values than the whole numbers 1 to 10; leave out exams that have no AI result")
    for name, values in {**flags, "step": steps}.items():
        if values.shape != who.shape:
            raise ValueError(f"{name} has {values.size} values for {who.size} exams; expected one each")
    agreed_but_changed = (flags["first"] == flags["second"]) & (flags["decided"] != flags["first"])
    if agreed_but_changed.any():
        count = int(agreed_but_changed.sum())
        raise ValueError(f"decided differs from both readers in {count} exams where they agreed; expected their common opinion there")
    return Reads(who, flags["cancer"], flags["first"], flags["second"], flags["decided"], steps.astype(np.int64))


def _flags(name: str, values: ArrayLike) -> Bools:
    array = np.asarray(values)
    if array.dtype != bool and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} holds other values than 0 and 1; expected yes or no for each exam")
    return array.astype(bool)


def replay(reads: Reads, policy: Policy) -> Replay:
    """Reads spent on each exam and whether it is recalled."""
    discordant = reads.first != reads.second
    once, twice = np.ones(reads.step.size, np.int64), 2 + discordant.astype(np.int64)
    if policy.kind == "single":
        return Replay(once, reads.first)
    if policy.kind == "double":
        return Replay(twice, reads.decided)
    if policy.kind == "triage":
        double = reads.step >= policy.double_from
        return Replay(np.where(double, twice, once), np.where(double, reads.decided, reads.first))
    if policy.kind == "ai_second":
        differs = reads.first != (reads.step >= policy.recall_from)
        return Replay(once + differs, np.where(differs, reads.decided, reads.first))
    out = reads.step <= policy.rule_out_to
    looked_again = ~out & ~reads.first & ~reads.second & (reads.step >= policy.safety_net_from)
    return Replay(np.where(out, 0, twice + looked_again), reads.decided & ~out)


def consequences(reads: Reads, policy: Policy, *, baseline: Policy | None = None, replicates: int = 1000, seed: int = 0) -> Consequences:
    """The policy's figures with 95 % percentile intervals of drawing participants with replacement.

    `reads_saved` compares with `baseline` (double reading unless said) on the same draws; negative when work grows.
    """
    done, before = replay(reads, policy), replay(reads, baseline or Policy("double"))
    columns = (done.reads, before.reads, np.ones_like(done.reads), done.recalled, reads.cancer, done.recalled & reads.cancer)
    per_person = np.stack([np.bincount(reads.person, weights=column) for column in columns], axis=1).astype(np.float64)
    whole, drawn = per_person.sum(axis=0), _draws(per_person, replicates, seed)
    spent, usual, exams, recalled, cancers, found = range(6)
    return Consequences(
        exams=reads.step.size,
        reads=int(whole[spent]),
        reads_saved=_saved(_share(whole, drawn, spent, usual)),
        recall=_share(whole, drawn, recalled, exams),
        detection=_share(whole, drawn, found, exams),
        sensitivity=_share(whole, drawn, found, cancers),
        ppv=_share(whole, drawn, found, recalled),
    )


def _draws(per_person: Floats, replicates: int, seed: int) -> Floats:
    """Column sums (replicates, columns) of as many participants as there are, drawn with replacement."""
    rng, persons = np.random.default_rng(seed), len(per_person)
    sums = []
    for start in range(0, replicates, CHUNK):
        rows = min(CHUNK, replicates - start)
        picked = rng.integers(0, persons, (rows, persons)) + np.arange(rows)[:, None] * persons
        weights = np.bincount(picked.ravel(), minlength=rows * persons).reshape(rows, persons)
        sums.append(weights @ per_person)
    return np.concatenate(sums) if sums else np.empty((0, per_person.shape[1]))


def _share(whole: Floats, drawn: Floats, numerator: int, denominator: int) -> Interval | None:
    """The share with its percentile interval; draws without a denominator say nothing about it."""
    if not whole[denominator]:
        return None
    value = float(whole[numerator] / whole[denominator])
    usable = drawn[:, denominator] > 0
    if not usable.any():
        return Interval(value, value, value)
    low, high = np.quantile(drawn[usable, numerator] / drawn[usable, denominator], [0.025, 0.975])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def _saved(share: Interval | None) -> Interval | None:
    return None if share is None else Interval(1 - share.value, 1 - share.high, 1 - share.low)
