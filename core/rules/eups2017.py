"""European position statement 2017: next step for a solid nodule by its volume.

Read in the abstract: over 300 mm³ at baseline and over 200 mm³ when new go to the team. The other limits are unverified and say so.
"""

from dataclasses import dataclass

from core.rules.checks import flag, number
from core.rules.reason import N_, Reason, say

NAME = "European position statement on lung cancer screening"
VERSION = "2017"
SOURCE = "Oudkerk M et al. Lancet Oncol 2017;18:e754"

TEAM = N_("Refer to the multidisciplinary team")
CT_3_MONTHS = N_("CT in 3 months")
NEXT_ROUND = N_("Next screening round")

LIMITS_MM3 = {"baseline": (100.0, 300.0), "new": (30.0, 200.0)}


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next; `verified` is False where the limit was not found in a primary source."""

    words: Reason
    verified: bool


def next_step(volume_mm3: float, *, new: bool) -> Step:
    """Step for one solid nodule, seen at baseline or new since the last round."""
    volume = number("volume_mm3", volume_mm3, 0, 5_000_000, "mm³")
    low, high = LIMITS_MM3["new" if flag("new", new) else "baseline"]
    if volume > high:
        return Step(say(TEAM), True)
    return Step(say(CT_3_MONTHS if volume >= low else NEXT_ROUND), False)
