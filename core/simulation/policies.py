"""The ways of reading that are compared, today's among them, and what each threshold would do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from core.metrics import panel as panels
from core.metrics import simulate
from core.metrics.consequences import Consequences, Costs, Replay, weigh
from core.metrics.panel import Panel
from core.metrics.simulate import WITH_AI, Kind, Policy, Reads
from core.words import N_
from core.workflow.policies import in_force

KINDS: tuple[Kind, ...] = ("double", "single", "ai_second", "triage", "rule_out")
NAMES: Mapping[Kind, str] = {
    "double": N_("Double reading"),
    "single": N_("Single reading"),
    "ai_second": N_("AI as second reader"),
    "triage": N_("AI triage (as in MASAI)"),
    "rule_out": N_("AI rules out, with a safety net"),
}
STEPS: Mapping[Kind, range] = {"ai_second": range(1, 11), "triage": range(1, 11), "rule_out": range(1, 10)}
"""Where the threshold of a policy may stand."""
REPLICATES = 1000
MANY = 100_000
"""From so many exams on half the draws give the same limits to the digits that are shown."""
BASELINE = "today"


@dataclass(frozen=True)
class Weighed:
    """`today` as it is read now, the `chosen` policy, every kind with the same settings, and the chosen one at each threshold."""

    today: Consequences
    chosen: Consequences
    kinds: Mapping[Kind, Consequences]
    course: Mapping[int, Consequences]


def todays(session: Session, card_id: str) -> Policy:
    """How cases that arrive now are read, as the simulator knows it."""
    policy = in_force(session, card_id)
    kind: Kind = {"none": "double" if policy.readers == 2 else "single", "second_reader": "ai_second"}.get(policy.role, policy.role)
    return Policy(
        kind, double_from=policy.double_from_step, recall_from=policy.recall_from_step, rule_out_to=policy.rule_out_to_step,
        safety_net_from=policy.safety_net_from_step, ruled_out_reads=1,
    )  # fmt: skip


def at(policy: Policy, step: int) -> Policy:
    """The policy with its threshold at that step; as it is where it has none."""
    if policy.kind == "triage":
        return replace(policy, double_from=step)
    if policy.kind == "ai_second":
        return replace(policy, recall_from=step)
    return replace(policy, rule_out_to=step) if policy.kind == "rule_out" else policy


def threshold(policy: Policy) -> int | None:
    """Where the threshold of the policy stands; None where it has none."""
    found: Mapping[Kind, int] = {"triage": policy.double_from, "ai_second": policy.recall_from, "rule_out": policy.rule_out_to}
    return found.get(policy.kind)


def weighed(source: Reads | Panel, chosen: Policy, today: Policy, costs: Costs, *, replicates: int = REPLICATES, seed: int = 0) -> Weighed:
    """All of them on the same exams and the same draws; policies with AI are left out where the exams have no score."""
    if source.truth.person.size >= MANY:
        replicates //= 2
    scored = bool((source.step > 0).all())
    kinds = {kind: replace(chosen, kind=kind) for kind in KINDS if scored or kind not in WITH_AI}
    course = {step: at(chosen, step) for step in STEPS.get(chosen.kind, ())} if scored else {}
    named = {BASELINE: today, "chosen": chosen} | {f"kind {kind}": policy for kind, policy in kinds.items()}
    named |= {f"step {step}": policy for step, policy in course.items()}
    found = weigh(source.truth, {name: _replay(source, policy) for name, policy in named.items()}, BASELINE, costs=costs,
                  replicates=replicates, seed=seed)  # fmt: skip
    return Weighed(
        found[BASELINE], found["chosen"], {kind: found[f"kind {kind}"] for kind in kinds}, {step: found[f"step {step}"] for step in course}
    )


def _replay(source: Reads | Panel, policy: Policy) -> Replay:
    return panels.replay(source, policy) if isinstance(source, Panel) else simulate.replay(source, policy)
