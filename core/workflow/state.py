"""The state of a case: a pure function of its standing reads, its policy, the AI's step, requests for priors and who has it in hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.words import N_, Sentence, say
from core.workflow.discordance import DECISIONS, Verdict, all_differences
from core.workflow.reading_policy import ReadingPolicy
from db.enums import ProgrammeDecision


class CaseState(StrEnum):
    """As in the NHS reading prototype (domain/users.md 1.2); derived, never stored."""

    awaiting_first_read = "awaiting_first_read"
    awaiting_second_read = "awaiting_second_read"
    awaiting_priors = "awaiting_priors"
    awaiting_finalisation = "awaiting_finalisation"
    awaiting_arbitration = "awaiting_arbitration"
    in_arbitration = "in_arbitration"
    concluded = "concluded"


class Ground(StrEnum):
    """Why a case goes to arbitration."""

    readers_differ = "readers_differ"
    ai_differs = "ai_differs"
    safety_net = "safety_net"
    every_recall = "every_recall"
    every_non_normal = "every_non_normal"


WORDS = {
    CaseState.awaiting_first_read: N_("Waiting to be read"),
    CaseState.awaiting_second_read: N_("Waiting for the second read"),
    CaseState.awaiting_priors: N_("Waiting for earlier images"),
    CaseState.awaiting_finalisation: N_("Read; it becomes final soon"),
    CaseState.awaiting_arbitration: N_("Waiting for arbitration"),
    CaseState.in_arbitration: N_("In arbitration"),
    CaseState.concluded: N_("Decided"),
}
TO_READ = frozenset({CaseState.awaiting_first_read, CaseState.awaiting_second_read})
TO_ARBITRATE = frozenset({CaseState.awaiting_arbitration, CaseState.in_arbitration})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the state follows from. `reads`: standing ones as they were signed; `signed_at`: the last of them; `step`: the AI's, 1–10."""

    policy: ReadingPolicy
    reads: tuple[Verdict, ...] = ()
    signed_at: datetime | None = None
    step: int | None = None
    priors_awaited: bool = False
    claimed: bool = False
    concluded: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseStanding:
    """Where a case stands and why. `provisional`: what becomes the decision if nothing changes, None while reads or an arbitration are
    missing; `final_at`: when it does, None by hand; `ground` and `differs`: why a case goes to arbitration."""

    state: CaseState
    reads: int
    reads_wanted: int
    because: Sentence
    provisional: ProgrammeDecision | None = None
    final_at: datetime | None = None
    ground: Ground | None = None
    differs: tuple[Sentence, ...] = ()


def case_standing(facts: Facts) -> CaseStanding:
    """Where a case stands. No case gets past its first read without a person's read."""
    wanted, because = reads_wanted(facts.policy, facts.step)
    made = len(facts.reads)
    if facts.concluded:
        return CaseStanding(state=CaseState.concluded, reads=made, reads_wanted=wanted, because=because)
    if facts.priors_awaited:
        said = say(N_("Earlier images were asked for"))
        return CaseStanding(state=CaseState.awaiting_priors, reads=made, reads_wanted=wanted, because=said)
    if made < wanted:
        state = CaseState.awaiting_second_read if made else CaseState.awaiting_first_read
        return CaseStanding(state=state, reads=made, reads_wanted=wanted, because=because)
    ground, differs = to_arbitrate(facts)
    if ground is not None:
        state = CaseState.in_arbitration if facts.claimed else CaseState.awaiting_arbitration
        return CaseStanding(state=state, reads=made, reads_wanted=wanted, because=differs[0], ground=ground, differs=differs)
    return CaseStanding(
        state=CaseState.awaiting_finalisation, reads=made, reads_wanted=wanted, because=because, provisional=facts.reads[-1].decision,
        final_at=changeable_until(facts.policy, facts.signed_at) if facts.signed_at else None,
    )  # fmt: skip


def reads_wanted(policy: ReadingPolicy, step: int | None) -> tuple[int, Sentence]:
    """How many persons have to read (1 or 2), and why. A case whose AI result is missing is read twice where the AI would have a part."""
    if policy.role == "none":
        return (2, say(N_("Double reading"))) if policy.readers == 2 else (1, say(N_("Single reading")))
    if step is None:
        return 2, say(N_("Double reading, because there is no AI result"))
    if policy.role == "second_reader":
        return 1, say(N_("One reader, the AI is the second"))
    if policy.role == "triage":
        if step >= policy.double_from_step:
            return 2, say(N_("Double reading: AI score {step}, read twice from {limit}"), step=step, limit=policy.double_from_step)
        return 1, say(N_("Single reading: AI score {step}, read twice from {limit}"), step=step, limit=policy.double_from_step)
    if step > policy.rule_out_to_step:
        return 2, say(N_("Double reading: AI score {step}, one read is enough up to {limit}"), step=step, limit=policy.rule_out_to_step)
    return 1, say(N_("Single reading: AI score {step}, one read is enough up to {limit}"), step=step, limit=policy.rule_out_to_step)


def to_arbitrate(facts: Facts) -> tuple[Ground | None, tuple[Sentence, ...]]:
    """Why a case with all its reads goes to arbitration, in one word and in sentences; None when it does not."""
    policy, step = facts.policy, facts.step
    all_normal = all(read.normal for read in facts.reads)
    differs = all_differences(facts.reads)
    against = _against_ai(facts.reads, step, policy.recall_from_step) if policy.role == "second_reader" and step is not None else ()
    if differs or against:
        return Ground.readers_differ if differs else Ground.ai_differs, differs + against
    if policy.role == "rule_out" and step is not None and all_normal and step >= policy.safety_net_from_step:
        return Ground.safety_net, (say(N_("Safety net: every read is normal and the AI score is {step}"), step=step),)
    if policy.arbitration == "all_recalls" and any(read.recalls for read in facts.reads):
        return Ground.every_recall, (say(N_("The programme arbitrates every recall")),)
    if policy.arbitration == "all_non_normal" and not all_normal:
        return Ground.every_non_normal, (say(N_("The programme arbitrates every read that is not normal")),)
    return None, ()


def _against_ai(reads: tuple[Verdict, ...], step: int, recall_from: int) -> tuple[Sentence, ...]:
    """The AI as second reader says recall or normal; a technical recall agrees with neither."""
    if step >= recall_from and not all(read.recalls for read in reads):
        return (say(N_("The AI would recall (score {step}, from {limit} on), the reader would not"), step=step, limit=recall_from),)
    if step < recall_from and not all(read.normal for read in reads):
        template = N_("The reader decided {decision}, the AI would not recall (score {step}, recall from {limit} on)")
        decision = next(read.decision for read in reads if not read.normal)
        return (say(template, decision=say(DECISIONS[decision]), step=step, limit=recall_from),)
    return ()


def changeable_until(policy: ReadingPolicy, signed_at: datetime) -> datetime | None:
    """Until when a read can be taken back if the case does not become final before; None: until it is made final by hand."""
    return None if policy.finalise_minutes is None else signed_at + timedelta(minutes=policy.finalise_minutes)


def is_settled(policy: ReadingPolicy, signed_at: datetime, at: datetime) -> bool:
    """Whether a read can no longer be taken back at a moment, whatever became of its case."""
    until = changeable_until(policy, signed_at)
    return until is not None and at >= until
