"""What another reading policy would have done with reads that were made: reading work, recalls and cancers found, with intervals.

A simulation only replays what readers said. Where a policy asks for a decision that nobody made (an arbitration of reads that agreed),
the case keeps the decision it got; a safety net can therefore only show its work, not the cancers it might add. Policies and what trials
found of them: domain/clinical-rules.md 2.11 (MASAI: Lång K et al. Lancet Oncol 2023;24:936; PRAIM: Eisemann N et al. Nat Med 2025;31:917).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.consequences import Consequences, Replay, Truth, weigh
from core.metrics.labels import Bools

Kind = Literal["single", "double", "ai_second", "triage", "rule_out"]
WITH_AI = ("ai_second", "triage", "rule_out")


@dataclass(frozen=True, slots=True)
class Reads:
    """One entry per exam (n,): whose it is, cancer or not, the two readers' recalls, the decision, the AI's step 1–10, outcome known."""

    person: NDArray[np.int64]
    cancer: Bools
    first: Bools
    second: Bools
    decided: Bools
    step: NDArray[np.int64]
    followed: Bools

    @property
    def truth(self) -> Truth:
        return Truth(self.person, self.followed, self.cancer)


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to read. Steps are inclusive: double reading `double_from`, AI recall `recall_from`, `ruled_out_reads` up to `rule_out_to`."""

    kind: Kind
    double_from: int = 10
    recall_from: int = 10
    rule_out_to: int = 4
    safety_net_from: int = 10
    ruled_out_reads: Literal[0, 1] = 0
    """How many read what the AI calls normal: nobody, as trials simulate it, or one, as here no case is concluded without a person."""


def reads_of(
    person: ArrayLike, cancer: ArrayLike, first: ArrayLike, second: ArrayLike, decided: ArrayLike, step: ArrayLike,
    followed: ArrayLike | None = None,
) -> Reads:  # fmt: skip
    """Checked columns of equal length; `person` may be any label. Raises ValueError naming the column that does not fit."""
    who = np.unique(np.asarray(person), return_inverse=True)[1].astype(np.int64).reshape(-1)
    known = np.ones(who.size, dtype=bool) if followed is None else followed
    given = (("cancer", cancer), ("first", first), ("second", second), ("decided", decided), ("followed", known))
    flags = {name: _flags(name, values) for name, values in given}
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
    return Reads(
        who, flags["cancer"], flags["first"], flags["second"], flags["decided"], steps.astype(np.int64), followed=flags["followed"]
    )


def _flags(name: str, values: ArrayLike) -> Bools:
    array = np.asarray(values)
    if array.dtype != bool and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} holds other values than 0 and 1; expected yes or no for each exam")
    return array.astype(bool)


def replay(reads: Reads, policy: Policy) -> Replay:
    """Reads spent on each exam (an arbitration is one of them), whether it is arbitrated, and whether it is recalled."""
    discordant, nobody = reads.first != reads.second, np.zeros(reads.step.size, dtype=bool)
    once, twice = np.ones(reads.step.size, np.int64), 2 + discordant.astype(np.int64)
    if policy.kind == "single":
        return Replay(once, reads.first, nobody)
    if policy.kind == "double":
        return Replay(twice, reads.decided, discordant)
    if policy.kind == "triage":
        double = reads.step >= policy.double_from
        return Replay(np.where(double, twice, once), np.where(double, reads.decided, reads.first), double & discordant, scored=True)
    if policy.kind == "ai_second":
        differs = reads.first != (reads.step >= policy.recall_from)
        return Replay(once + differs, np.where(differs, reads.decided, reads.first), differs, scored=True)
    out = reads.step <= policy.rule_out_to
    looked_again = ~out & ~reads.first & ~reads.second & (reads.step >= policy.safety_net_from)
    alone = reads.first & bool(policy.ruled_out_reads)
    return Replay(
        np.where(out, policy.ruled_out_reads, twice + looked_again), np.where(out, alone, reads.decided),
        ~out & (discordant | looked_again), scored=True,
    )  # fmt: skip


def consequences(reads: Reads, policy: Policy, *, baseline: Policy | None = None, replicates: int = 1000, seed: int = 0) -> Consequences:
    """The policy's figures with 95 % percentile intervals of drawing participants with replacement.

    `reads_saved` compares with `baseline` (double reading unless said) on the same draws; negative when work grows.
    """
    done = {"policy": replay(reads, policy), "baseline": replay(reads, baseline or Policy("double"))}
    return weigh(reads.truth, done, "baseline", replicates=replicates, seed=seed)["policy"]
