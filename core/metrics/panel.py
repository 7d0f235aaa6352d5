"""The same policies on a reader study, in which many readers read every exam: averages over every choice of first, second and third reader.

With r of R readers recalling an exam, two readers drawn without replacement differ with chance 2r(R − r) / R(R − 1), and a third one drawn
from the others settles it. Averaging over all draws leaves no chance in the choice of readers; the readers themselves are taken as fixed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.consequences import Replay, Truth
from core.metrics.labels import Floats
from core.metrics.simulate import Policy

FEWEST = 3
"""Two readers and one who settles what they differ on."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One entry per exam (n,): how many of how many readers recall it, and the AI's step 1–10 (0: no AI in this study)."""

    truth: Truth
    recalls: Floats
    readers: Floats
    step: NDArray[np.int64]


def panel_of(person: ArrayLike, cancer: ArrayLike, recalls: ArrayLike, readers: ArrayLike, step: ArrayLike | None = None) -> Panel:
    """Checked columns of equal length. Raises ValueError where fewer than three read an exam, or more recall than read it."""
    who = np.unique(np.asarray(person), return_inverse=True)[1].astype(np.int64).reshape(-1)
    said, asked = np.asarray(recalls, dtype=np.float64), np.asarray(readers, dtype=np.float64)
    steps = np.zeros(who.size, np.int64) if step is None else np.asarray(step, dtype=np.int64)
    if not (said.shape == asked.shape == steps.shape == who.shape):
        raise ValueError(f"columns have {said.size}, {asked.size} and {steps.size} values for {who.size} exams; expected one each")
    if who.size and (asked.min() < FEWEST or (said > asked).any() or said.min() < 0):
        raise ValueError(f"an exam has {int(asked.min())} readers; expected at least {FEWEST}, and no more recalls than readers")
    return Panel(Truth(who, np.ones(who.size, dtype=bool), np.asarray(cancer).astype(bool)), said, asked, steps)


def replay(panel: Panel, policy: Policy) -> Replay:
    """Expected reads, arbitrations and recalls of each exam (n,)."""
    r, n = panel.recalls, panel.readers
    one = r / n
    both, differ = r * (r - 1) / (n * (n - 1)), 2 * r * (n - r) / (n * (n - 1))
    settled = both + differ * (r - 1) / (n - 2)  # one of the two recalled, so r − 1 of the n − 2 others would
    if policy.kind == "single":
        return Replay(np.ones(len(r)), one, np.zeros(len(r)))
    if policy.kind == "double":
        return Replay(2 + differ, settled, differ)
    if policy.kind == "triage":
        double = panel.step >= policy.double_from
        return Replay(np.where(double, 2 + differ, 1), np.where(double, settled, one), np.where(double, differ, 0), scored=True)
    if policy.kind == "ai_second":
        alarm = panel.step >= policy.recall_from
        against = np.where(alarm, 1 - one, one)
        recalled = np.where(alarm, one + (1 - one) * r / (n - 1), one * (r - 1) / (n - 1))
        return Replay(1 + against, recalled, against, scored=True)
    out, net = panel.step <= policy.rule_out_to, panel.step >= policy.safety_net_from
    again = np.where(net, (n - r) * (n - r - 1) / (n * (n - 1)), 0)  # two normal reads, so r of the n − 2 others would recall
    seen = policy.ruled_out_reads
    recalled = np.where(out, one * seen, settled + again * r / (n - 2))
    return Replay(np.where(out, seen, 2 + differ + again), recalled, np.where(out, 0, differ + again), scored=True)
