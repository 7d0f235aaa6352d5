"""The table of programme indicators: name, definition in words, unit, and which exams (or invitations) are counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from core.metrics import screening
from core.metrics.screening import Masks, Terms
from core.words import N_, Sentence, say

Unit = Literal["%", "per 1000", "days", "kappa"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator; `masks` picks (numerator, denominator) from the frame named by `of`."""

    key: str
    name: str
    masks: Callable[[pd.DataFrame, Terms], Masks]
    definition: str
    unit: Unit = "%"
    of: Literal["exams", "invitations"] = "exams"

    def defined(self, terms: Terms) -> Sentence:
        """The definition with the programme's own terms in it."""
        rule = say(N_("Positive: category {categories}, or recalled for assessment."), categories=", ".join(terms.positive))
        return say(self.definition, positive=rule, limit=terms.limit_days, interval=terms.interval_days)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "recall_first", N_("Recall, first round"), screening.recall_first,
        N_("Positive exams among the exams with a final result in a participant's first round. {positive}"),
    ),
    Measure(
        "recall_later", N_("Recall, later rounds"), screening.recall_later,
        N_("Positive exams among the exams with a final result in the second and later rounds. {positive}"),
    ),
    Measure(
        "recall", N_("Recall, all rounds"), screening.recall,
        N_("Positive exams among all exams with a final result (abnormal interpretation rate). {positive}"),
    ),
    Measure(
        "detection", N_("Cancers found"), screening.detection,
        N_("Positive exams with a cancer within 365 days, for every 1000 exams with a final result. {positive}"), "per 1000",
    ),
    Measure(
        "ppv", N_("Cancer among recalled"), screening.ppv,
        N_("Positive exams with a cancer within 365 days among the positive exams whose outcome is known (PPV1). {positive}"),
    ),
    Measure(
        "interval", N_("Interval cancers"), screening.interval,
        N_("Cancers before the next round, for every 1000 exams with a routine recall {interval} days ago or earlier."), "per 1000",
    ),
    Measure(
        "sensitivity", N_("Sensitivity"), screening.sensitivity,
        N_("Positive exams among all exams with a cancer within 365 days; only exams whose 365 days have passed. {positive}"),
    ),
    Measure(
        "specificity", N_("Specificity"), screening.specificity,
        N_("Negative exams among all exams without a cancer within 365 days; only exams whose 365 days have passed. {positive}"),
    ),
    Measure(
        "missed", N_("Cancers after a negative exam"), screening.missed,
        N_("Negative exams with a cancer within 365 days, for every 1000 exams whose 365 days have passed. {positive}"), "per 1000",
    ),
    Measure(
        "technical", N_("Technical recalls"), screening.technical,
        N_("Exams to be repeated for technical reasons among the decided exams; other rates leave them out and count the repeated exam."),
    ),
    Measure(
        "short_term", N_("Short-term recalls"), screening.short_term,
        N_("Exams with a short-term recall among the exams with a final result."),
    ),
    Measure(
        "read_in_time", N_("Decided in time"), screening.read_in_time,
        N_("Exams decided within {limit} days after their images were complete, among the exams decided or waiting for longer than that."),
    ),
    Measure(
        "days", N_("Days to the decision"), screening.decided,
        N_("Median of the days from the complete images to the decision, with the 95 % interval of the median."), "days",
    ),
    Measure(
        "uptake", N_("Uptake"), screening.uptake,
        N_("Participants who came among those invited in the period; invitations of the last 90 days without an answer are left out."),
        of="invitations",
    ),
    Measure(
        "discordant", N_("Readers differ"), screening.discordant,
        N_("Exams whose first two readers decided differently, among the exams with two reads."),
    ),
    Measure(
        "kappa", N_("Reader agreement"), screening.discordant,
        N_("Cohen's kappa of the decisions of the first two readers: 1 is complete agreement, 0 is no more than chance."), "kappa",
    ),
)  # fmt: skip
