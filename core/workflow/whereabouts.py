"""In which list an undecided case is: always in exactly one, so that none is forgotten and none is handed out twice. Pure."""

from enum import StrEnum

from core.words import N_
from core.workflow.state import CaseState


class Where(StrEnum):
    """The lists of undecided cases. Readers are handed cases from `waiting` only; a coordinator sees them all."""

    waiting = "waiting"
    claimed = "claimed"
    deferred = "deferred"
    blocked = "blocked"
    arriving = "arriving"
    finalisation = "finalisation"
    arbitration = "arbitration"


WORDS = {
    Where.waiting: N_("Waiting"),
    Where.claimed: N_("Claimed"),
    Where.deferred: N_("Put off"),
    Where.blocked: N_("Earlier images"),
    Where.arriving: N_("Arriving"),
    Where.finalisation: N_("Final soon"),
    Where.arbitration: N_("Arbitration"),
}


def where(state: CaseState, *, claimed: bool, put_off: bool, arriving: bool) -> Where:
    """The one list of an undecided case.

    A request for earlier images comes first, because nobody can read on without its answer. A case with all its reads becomes final by
    itself, whoever has it open or put it off. What is put off is put off for readers and arbitrators alike.
    """
    if state == CaseState.awaiting_priors:
        return Where.blocked
    if state == CaseState.awaiting_finalisation:
        return Where.finalisation
    if put_off:
        return Where.deferred
    if claimed:
        return Where.claimed
    if state in (CaseState.awaiting_arbitration, CaseState.in_arbitration):
        return Where.arbitration
    return Where.arriving if arriving else Where.waiting
