"""Indicators of what the screening found and missed, and of whom it called back."""

from functools import partial

from core.metrics import screening
from core.metrics.measure import Measure
from core.words import N_

DETECTION = (
    Measure(
        "detection", N_("Cancers found"), screening.detection,
        N_("Positive exams with a cancer within 365 days, for every 1000 exams with a final result. {positive}"), "per 1000",
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
        "interval", N_("Interval cancers"), screening.interval,
        N_("Cancers before the next round, for every 1000 exams with a routine recall {interval} days ago or earlier."), "per 1000",
    ),
    Measure(
        "interval_1", N_("Interval cancers, first year"), partial(screening.interval_in_year, year=1),
        N_("Interval cancers in days 1–365 after a routine recall, for every 1000 exams whose first year is over."), "per 1000",
        rounds_of=365, needs=("exam_date", "cancer_on"),
    ),
    Measure(
        "interval_2", N_("Interval cancers, second year"), partial(screening.interval_in_year, year=2),
        N_("Interval cancers in days 366–730 after a routine recall, for every 1000 exams whose second year is over."), "per 1000",
        rounds_of=730, needs=("exam_date", "cancer_on"),
    ),
    Measure(
        "interval_3", N_("Interval cancers, third year"), partial(screening.interval_in_year, year=3),
        N_("Interval cancers in days 731–1095 after a routine recall, for every 1000 exams whose third year is over."), "per 1000",
        rounds_of=1095, needs=("exam_date", "cancer_on"),
    ),
)  # fmt: skip
RECALL = (
    Measure(
        "recall", N_("Recall, all rounds"), screening.recall,
        N_("Positive exams among all exams with a final result (abnormal interpretation rate). {positive}"),
    ),
    Measure(
        "recall_first", N_("Recall, first round"), screening.recall_first,
        N_("Positive exams among the exams with a final result in a participant's first round. {positive}"),
    ),
    Measure(
        "recall_later", N_("Recall, later rounds"), screening.recall_later,
        N_("Positive exams among the exams with a final result in the second and later rounds. {positive}"),
    ),
    Measure(
        "ppv", N_("Cancer among recalled"), screening.ppv,
        N_("Positive exams with a cancer within 365 days among the positive exams whose outcome is known (PPV1). {positive}"),
    ),
    Measure(
        "short_term", N_("Short-term recalls"), screening.short_term,
        N_("Exams with a short-term recall among the exams with a final result."),
    ),
    Measure(
        "technical", N_("Technical recalls"), screening.technical,
        N_("Exams to be repeated for technical reasons among the decided exams; other rates leave them out and count the repeated exam."),
    ),
    Measure(
        "significant", N_("Other significant findings"), screening.significant,
        N_("Exams with a significant finding other than cancer (modifier S) among the exams with a final result."),
        only="lung", needs=("significant_finding",),
    ),
)  # fmt: skip
