"""What a chest CT exam is scored from: one series of its study, chosen by completeness, thickness and kernel."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.imaging.ct_series import CtSeries, gather, pick
from core.imaging.header import InstanceHeader
from core.words import N_, Sentence, say

VOLUME = "volume"


@dataclass(frozen=True)
class Settled:
    """SOP instance UID → part, what is wrong or doubtful, and whether everything expected is there."""

    parts: dict[str, str]
    problems: tuple[Sentence, ...]
    complete: bool


def settle(headers: Sequence[InstanceHeader]) -> Settled:
    """The best series as the volume; where none can be stacked, the longest one with the reason, so that a person can still look at it."""
    series = gather(headers)
    taken = pick(series).taken
    if taken is not None:
        return Settled(_volume(taken), taken.warnings, True)
    if not series:
        return Settled({}, (say(N_("There is no CT slice among the images")),), True)
    longest = max(series, key=lambda one: len(one.sop_instance_uids))
    return Settled(_volume(longest), (longest.refusal or say(N_("The slices could not be stacked")), *longest.warnings), True)


def _volume(series: CtSeries) -> dict[str, str]:
    return dict.fromkeys(series.sop_instance_uids, VOLUME)
