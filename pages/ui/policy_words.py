"""Every option of a reading policy in one sentence, and a whole policy as the sentences that say what happens to a case."""

from collections.abc import Mapping
from typing import Any

from core.workflow.policies import ReadingPolicy
from pages.ui.i18n import N_, _, n_

SETTING = {
    "shows": N_("What readers see of the AI"),
    "role": N_("What the AI decides"),
    "readers": N_("Readers of each case"),
    "arbitration": N_("What goes to arbitration"),
    "show_reads": N_("What arbitrators see of the reads"),
    "finalise": N_("When a read becomes final"),
    "double_from_step": N_("Two readers from score"),
    "recall_from_step": N_("The AI would recall from score"),
    "rule_out_to_step": N_("One reader is enough up to score"),
    "safety_net_from_step": N_("Safety net from score"),
    "finalise_minutes": N_("Minutes until a read is final"),
    "lockout_seconds": N_("Lock-out in seconds"),
    "claim_minutes": N_("Minutes a case stays in hand"),
}
OPTION: Mapping[str, Mapping[Any, tuple[str, str]]] = {
    "shows": {
        "off": (N_("Never"), N_("No reader sees the AI result.")),
        "after_read": (N_("After the own read"), N_("A reader sees the AI result once the own read is signed, not before.")),
        "beside": (N_("While reading"), N_("The AI result stands beside the images from the start.")),
    },
    "role": {
        "none": (N_("Nothing"), N_("The AI has no part in who reads a case or what is decided.")),
        "triage": (N_("Triage"), N_("The score decides whether one or two people read a case, as in the MASAI trial.")),
        "second_reader": (N_("Second reader"), N_("One person reads; a disagreement with the AI goes to arbitration.")),
        "rule_out": (N_("Rule-out"), N_("One reader is enough for the lowest scores; a safety net catches high scores called normal.")),
    },
    "readers": {
        1: (N_("One"), N_("One signed read decides.")),
        2: (N_("Two"), N_("Two people read without knowing of each other.")),
    },
    "arbitration": {
        "discordant_only": (N_("Disagreements"), N_("Only cases on which the reads disagree.")),
        "all_recalls": (N_("Every recall"), N_("Disagreements, and every case that a reader would recall.")),
        "all_non_normal": (N_("Everything but normal"), N_("Disagreements, and every case that a reader does not call normal.")),
    },
    "show_reads": {
        "on_demand": (N_("On demand"), N_("The arbitrator may open both reads at any time; that they were seen is stored.")),
        "blind": (N_("Without the reads"), N_("The arbitrator settles the case without seeing the reads.")),
    },
    "finalise": {
        "at_once": (N_("At once"), N_("Signing is final; a read cannot be taken back.")),
        "after": (N_("After a delay"), N_("Until then readers can take their own read back and sign again.")),
        "by_hand": (N_("By hand"), N_("Nothing becomes final until somebody says so.")),
    },
}  # fmt: skip


def label(setting: str, value: Any) -> str:
    return _(OPTION[setting][value][0])


def meaning(setting: str, value: Any) -> str:
    return _(OPTION[setting][value][1])


def finalise(policy: ReadingPolicy) -> str:
    """Which of the three ways a read becomes final."""
    return {0: "at_once", None: "by_hand"}.get(policy.finalise_minutes, "after")


def sentences(policy: ReadingPolicy) -> list[tuple[str, str]]:
    """(setting, what happens) for everything that counts under this policy."""
    said = [(_(SETTING["shows"]), meaning("shows", policy.shows)), (_(SETTING["role"]), _role(policy))]
    if policy.role == "none":
        said.append((_(SETTING["readers"]), meaning("readers", policy.readers)))
    said.append((_(SETTING["arbitration"]), meaning("arbitration", policy.arbitration)))
    said.append((_(SETTING["show_reads"]), meaning("show_reads", policy.show_reads)))
    said.append((_(SETTING["finalise"]), _final(policy)))
    said.append((_("Guards"), _guards(policy)))
    return said


def _role(policy: ReadingPolicy) -> str:
    """The role with its scores, and what happens without a score."""
    without = _("A case without an AI result is read by two people.")
    if policy.role == "triage":
        said = _("One reader below score {step} of 10, two readers from it.", step=policy.double_from_step)
    elif policy.role == "second_reader":
        said = _("One reader; the AI counts as the second and would recall from score {step} of 10. "
                 "A disagreement goes to arbitration.", step=policy.recall_from_step)  # fmt: skip
    elif policy.role == "rule_out":
        said = _("One reader up to score {low} of 10, two above. When all call a case normal that scores {high} or more, "
                 "it goes to arbitration.", low=policy.rule_out_to_step, high=policy.safety_net_from_step)  # fmt: skip
    else:
        return meaning("role", "none")
    return f"{said} {without}"


def _final(policy: ReadingPolicy) -> str:
    if policy.finalise_minutes:
        minutes = n_("{n} minute after the last read.", "{n} minutes after the last read.", policy.finalise_minutes)
        return f"{minutes} {meaning('finalise', 'after')}"
    return meaning("finalise", finalise(policy))


def _guards(policy: ReadingPolicy) -> str:
    lock = n_("Normal by one click works {n} second after a case opens.", "Normal by one click works {n} seconds after a case opens.",
              policy.lockout_seconds)  # fmt: skip
    held = n_("A case stays in hand for {n} minute.", "A case stays in hand for {n} minutes.", policy.claim_minutes)
    return f"{lock} {held}"
