"""The state of a case: a pure function of its reads and decision, and of how many readers the programme wants."""

from enum import StrEnum

from core.words import N_


class CaseState(StrEnum):
    """As in the NHS reading prototype (domain/users.md 1.2); derived, never stored."""

    awaiting_first_read = "awaiting_first_read"
    awaiting_second_read = "awaiting_second_read"
    awaiting_arbitration = "awaiting_arbitration"
    concluded = "concluded"


WORDS = {
    CaseState.awaiting_first_read: N_("Waiting to be read"),
    CaseState.awaiting_second_read: N_("Waiting for the second read"),
    CaseState.awaiting_arbitration: N_("Waiting for arbitration"),
    CaseState.concluded: N_("Decided"),
}


def case_state(*, reads: int, decided: bool, readers: int) -> CaseState:
    """Where a case stands after `reads` of the `readers` that its programme wants."""
    if decided:
        return CaseState.concluded
    if reads == 0:
        return CaseState.awaiting_first_read
    return CaseState.awaiting_second_read if reads < readers else CaseState.awaiting_arbitration
