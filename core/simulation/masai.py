"""The simulator's check against a trial: MASAI's own counts of reads, replayed by the same code that replays a programme's."""

from dataclasses import dataclass

import numpy as np

from core.metrics.consequences import weigh
from core.metrics.simulate import Policy, reads_of, replay

CONTROL, WITH_AI = 83_231, 46_345
"""Screen readings in the two arms (Lång K et al. Lancet Oncol 2023;24:936)."""
PUBLISHED = 0.443


@dataclass(frozen=True)
class Check:
    """Reads of both ways as replayed, and the share saved."""

    control: int
    with_ai: int
    saved: float

    @property
    def holds(self) -> bool:
        """Whether the replay gives the trial's counts and its published saving."""
        return (self.control, self.with_ai) == (CONTROL, WITH_AI) and round(self.saved, 3) == PUBLISHED


def check() -> Check:
    """Double reading of as many exams as give the control arm's reads, against triage of which as many are read twice as the trial's."""
    exams, arbitrated = CONTROL // 2, CONTROL % 2
    twice = WITH_AI - exams - arbitrated
    step = np.where(np.arange(exams) < twice, 10, 1)
    first = np.arange(exams) < arbitrated  # the one discordant pair that makes the odd read
    nobody = np.zeros(exams, dtype=bool)
    reads = reads_of(np.arange(exams), nobody, first, nobody, nobody, step)
    replays = {"double": replay(reads, Policy("double")), "triage": replay(reads, Policy("triage", double_from=10))}
    found = weigh(reads.truth, replays, "double", replicates=0)
    saved = found["triage"].reads_saved
    return Check(int(found["double"].reads), int(found["triage"].reads), saved.value if saved else 0.0)
