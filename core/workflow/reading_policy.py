"""How the cases of a programme are read: how many readers, what the AI may do, what goes to arbitration, when a read is final. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from core.errors import Rejected
from core.words import N_

Shows = Literal["off", "after_read", "beside"]
Role = Literal["none", "triage", "second_reader", "rule_out"]
ArbitrationOf = Literal["discordant_only", "all_recalls", "all_non_normal"]
ShowReads = Literal["on_demand", "blind"]
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "shows": get_args(Shows), "role": get_args(Role), "readers": (1, 2), "arbitration": get_args(ArbitrationOf),
    "show_reads": get_args(ShowReads),
}  # fmt: skip
LIMITS: Mapping[str, tuple[int, int]] = {
    "finalise_minutes": (0, 1440), "double_from_step": (1, 10), "recall_from_step": (1, 10), "rule_out_to_step": (1, 9),
    "safety_net_from_step": (2, 10), "lockout_seconds": (0, 60), "claim_minutes": (1, 480),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReadingPolicy:
    """One version; 0 is the programme card's own. Steps are the AI's 1–10.

    `shows`: AI never, after the own read, or beside it. `role`: what the AI decides: nothing; one read or two (triage); it counts as the
    second opinion (second_reader); one read is enough up to `rule_out_to_step` (rule_out), with a safety net above. Whatever the role,
    no case is concluded without a human read. `finalise_minutes`: 0 at once, None by hand.
    """

    version: int = 0
    shows: Shows = "after_read"
    role: Role = "none"
    readers: Literal[1, 2] = 1
    arbitration: ArbitrationOf = "discordant_only"
    finalise_minutes: int | None = 60
    double_from_step: int = 10
    recall_from_step: int = 10
    rule_out_to_step: int = 2
    safety_net_from_step: int = 10
    show_reads: ShowReads = "on_demand"
    lockout_seconds: int = 5
    claim_minutes: int = 30

    def to_json(self) -> dict[str, Any]:
        """Everything but the version and `shows`, which have columns of their own."""
        return {key: value for key, value in asdict(self).items() if key not in ("version", "shows")}

    def changed(self, version: int, shows: Shows, settings: Mapping[str, Any]) -> "ReadingPolicy":
        """This policy with what a stored version says; what that version did not say stays as it is here."""
        known = {field.name for field in fields(self)}
        return replace(self, **{key: value for key, value in settings.items() if key in known} | {"version": version, "shows": shows})


def check(policy: ReadingPolicy) -> None:
    """Rejected naming the first setting that is out of bounds or contradicts another."""
    for name, choices in CHOICES.items():
        value = getattr(policy, name)
        if value not in choices:
            raise Rejected(N_("{setting} is {value}; choose one of {known}"), setting=name, value=value, known=", ".join(map(str, choices)))
    for name, (low, high) in LIMITS.items():
        value = getattr(policy, name)
        if value is None and name == "finalise_minutes":
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            template = N_("{setting} is {value}; give a whole number from {low} to {high}")
            raise Rejected(template, setting=name, value=value, low=low, high=high)
    _check_together(policy)


def _check_together(policy: ReadingPolicy) -> None:
    if policy.role != "none" and policy.shows == "off":
        raise Rejected(N_("The AI is off and cannot take part in reading; show it after the read, or give it no part"))
    if policy.role == "second_reader" and policy.shows == "beside":
        raise Rejected(N_("The AI cannot be the second reader of a read that it was in sight of; show it after the read"))
    if policy.role == "rule_out" and policy.rule_out_to_step >= policy.safety_net_from_step:
        template = N_("One read is enough up to score {low}, and the safety net begins at {high}; it has to begin above")
        raise Rejected(template, low=policy.rule_out_to_step, high=policy.safety_net_from_step)
