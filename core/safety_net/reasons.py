"""Why a task ended, or why a participant counts as lost to follow-up: codes that are stored, with their words."""

from collections.abc import Mapping

from core.words import N_

BY_HAND: Mapping[str, str] = {
    "died": N_("Died"),
    "moved_away": N_("Moved away"),
    "opted_out": N_("Opted out"),
    "declined": N_("Declined"),
    "seen_elsewhere": N_("Seen elsewhere"),
    "not_needed": N_("Not needed any more"),
}
"""For closing by a person, always with a note."""
LOST: Mapping[str, str] = {
    "not_reachable": N_("Not reachable"),
    "address_unknown": N_("Address and phone unknown"),
    "does_not_come": N_("Reached, but does not come"),
}
"""For marking as lost to follow-up, after the attempts that the programme's card asks for."""
SYSTEM: Mapping[str, str] = {
    "exam_arrived": N_("The exam has come"),
    "recall_closed": N_("The recall was closed"),
    "outcome_known": N_("The outcome is recorded"),
    "answered": N_("There was an answer"),
    "booked": N_("There is a new appointment"),
    "told": N_("The result was told"),
    "round_closed": N_("The round was closed"),
    "next_round": N_("The next round has begun"),
}
WORDS: Mapping[str, str] = {**SYSTEM, **BY_HAND, **LOST}
