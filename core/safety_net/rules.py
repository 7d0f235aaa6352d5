"""For what the safety net makes a task, and why: one rule for each kind. Days and windows are the programme card's.

A round that became due and to which nobody was invited makes no row: it would be one for nearly everybody. It is a list of its own, asked
of the rows that are there (`core.safety_net.rounds`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.clock import now
from core.words import N_, say
from core.workflow.programmes import card
from db.enums import TaskKind

K = TaskKind
RECALLS = (K.short_term_recall, K.assessment, K.technical_recall)
"""Kinds that last as long as the recall; their names are those of the decisions."""
INVITED = (K.no_answer, K.missed_appointment)
"""Kinds that end when the participant no longer takes part in the programme."""


@dataclass(frozen=True)
class Rule:
    """`why` is said of one task, `asks` of all of them."""

    id: str
    version: str
    why: str
    asks: str


RULES: Mapping[TaskKind, Rule] = {
    K.short_term_recall: Rule(
        "recall.short-term", "1.0", N_("{scheme} {category} on {day}: a repeat exam is due {due}"),
        N_("It ends with a later exam in the programme, or when the recall is closed"),
    ),
    K.assessment: Rule(
        "recall.assessment", "1.0", N_("{scheme} {category} on {day}: assessment is due {due}"),
        N_("It ends when the recall is closed, with an outcome or a reason"),
    ),
    K.technical_recall: Rule(
        "recall.technical", "1.0", N_("The exam of {exam} could not be read: new images are due {due}"),
        N_("It ends when the images that were asked for have come, or the recall is closed"),
    ),
    K.next_round: Rule(
        "round.due", "1.0", N_("The next round was due {due} and nobody was invited"),
        N_("It ends with an invitation, or when the participant no longer takes part"),
    ),
    K.missed_appointment: Rule(
        "appointment.missed", "1.0", N_("The appointment of {day} was not kept and there is no later one"),
        N_("It ends with a later appointment or an exam, or when the round is closed"),
    ),
    K.no_answer: Rule(
        "invitation.no-answer", "1.0", N_("Invited on {day}, and no answer since"),
        N_("It ends when something else happens in the round"),
    ),
    K.outcome_missing: Rule(
        "outcome.missing", "1.0", N_("Assessed on {day}, and no outcome is recorded"),
        N_("It ends when an outcome is recorded, or the recall is closed"),
    ),
    K.result_not_told: Rule(
        "result.not-told", "1.0", N_("Decided on {day}, and no letter or message tells the result"),
        N_("It ends when a letter or a message tells the result; asked for only where they tell results here"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """What makes a task: `key` is the same whenever it is found again, `on` the day from which it counts, `said` values of the reason."""

    key: str
    kind: TaskKind
    card_id: str
    site_id: int
    participant_id: int
    episode_id: int
    on: date
    due: date
    exam_id: int | None = None
    recall_id: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """The task, with the window of the programme's card around its date."""
        rule, window = RULES[self.kind], card(self.card_id).safety_net.window(self.kind)
        return {
            "key": self.key, "kind": self.kind, "site_id": self.site_id, "participant_id": self.participant_id,
            "episode_id": self.episode_id, "exam_id": self.exam_id, "recall_id": self.recall_id, "rule": rule.id,
            "rule_version": rule.version, "why": say(rule.why, **{"day": self.on, "due": self.due, **self.said}).to_json(),
            "due": self.due, "window_from": self.due - timedelta(days=window.before),
            "window_until": self.due + timedelta(days=window.after), "made_at": now(),
        }  # fmt: skip
