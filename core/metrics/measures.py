"""Every programme indicator in the order in which it is shown, theme by theme."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from core.metrics import screening, timeliness, workup
from core.metrics.measure import Measure, Theme, Unit
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
FOLLOW_UP = (
    Measure(
        "ppv2", N_("Cancer among biopsy recommended"), workup.ppv2,
        N_("Cancer within 365 days among the exams whose category recommends a biopsy and whose outcome is known (PPV2)."),
    ),
    Measure(
        "ppv3", N_("Cancer among biopsied"), workup.ppv3,
        N_("Cancer within 365 days among the positive exams after which a biopsy was done and whose outcome is known (PPV3). {positive}"),
        needs=("biopsied_on",), marked=True,
    ),
    Measure(
        "biopsy", N_("Biopsies"), workup.biopsy,
        N_("Positive exams after which a biopsy was done, for every 1000 exams with a final result. {positive}"), "per 1000",
        needs=("biopsied_on",), marked=True,
    ),
    Measure(
        "benign_open_first", N_("Benign open biopsies, first round"), workup.benign_open_first,
        N_("Positive exams of the first round with a benign open biopsy, for every 1000 exams with a final result. {positive}"),
        "per 1000", needs=("biopsy_open", "biopsy_result"), marked=True, only="breast",
    ),
    Measure(
        "benign_open_later", N_("Benign open biopsies, later rounds"), workup.benign_open_later,
        N_("Positive exams of later rounds with a benign open biopsy, for every 1000 exams with a final result. {positive}"),
        "per 1000", needs=("biopsy_open", "biopsy_result"), marked=True, only="breast",
    ),
    Measure(
        "non_operative", N_("Diagnosis without operation"), workup.non_operative,
        N_("Cancers that a needle biopsy had proved, among the cancers found by the screening after which a biopsy was done. {positive}"),
        needs=("biopsied_on", "biopsy_needle", "biopsy_result"), marked=True,
    ),
    *(
        Measure(
            f"adherence_{months}", name, partial(timeliness.adherence, months=months), words,
            needs=("exam_date", "due_on", "returned_on"), marked=True,
        )
        for months, name, words in (
            (12, N_("Came back after 12 months"),
             N_("Next exam within 90 days of the day it was due, among exams with a repeat after 9 to 18 months whose window is over.")),
            (6, N_("Came back after 6 months"),
             N_("Next exam within 45 days of the day it was due, among exams with a repeat after 4 to 9 months whose window is over.")),
            (3, N_("Came back after 3 months"),
             N_("Next exam within 30 days of the day it was due, among exams with a repeat after 1 to 4 months whose window is over.")),
        )
    ),
)  # fmt: skip
TIMELINESS = (
    Measure(
        "read_in_time", N_("Decided in time"), timeliness.read_in_time,
        N_("Exams decided within {limit} days after their images were complete, among the exams decided or waiting for longer than that."),
    ),
    Measure(
        "days", N_("Days to the decision"), timeliness.decided,
        N_("Median of the days from the complete images to the decision, with the 95 % interval of the median."), "days",
        values=lambda cohort: cohort.number("days_to_read"),
    ),
    Measure(
        "told_in_time", N_("Told within 14 days"), timeliness.told_in_time,
        N_("Result letter or message sent within 14 days of the exam, among the exams with a final result told or older than that."),
        needs=("exam_date", "told_on"), marked=True,
    ),
    Measure(
        "days_to_told", N_("Days to the result letter"), timeliness.told,
        N_("Median of the days from the exam to the first result letter or message, with the 95 % interval of the median."), "days",
        needs=("exam_date", "told_on"), marked=True, values=lambda cohort: cohort.days("exam_date", "told_on"),
    ),
    Measure(
        "assessed_in_time", N_("Assessed within 21 days"), timeliness.assessed_in_time,
        N_("Assessment within 21 days of the exam, among the exams recalled for assessment that were assessed or are older than that."),
        needs=("exam_date", "assessed_on"), marked=True,
    ),
    Measure(
        "days_to_assessment", N_("Days to assessment"), timeliness.assessed,
        N_("Median of the days from the exam to the assessment, with the 95 % interval of the median."), "days",
        needs=("exam_date", "assessed_on"), marked=True, values=lambda cohort: cohort.days("exam_date", "assessed_on"),
    ),
)  # fmt: skip
PARTICIPATION = (
    Measure(
        "coverage", N_("Coverage"), timeliness.coverage,
        N_("Participants with an exam in the {interval} days before the day of knowledge, among those registered for it who are "
           "{least} to {most} years old, alive, not moved away and not opted out."),
        of="people",
    ),
    Measure(
        "uptake", N_("Uptake"), timeliness.uptake,
        N_("Participants who came among those invited in the period; invitations of the last 90 days without an answer are left out."),
        of="invitations",
    ),
    Measure(
        "round_length", N_("Next round in time"), timeliness.round_length,
        N_("Invitations within {interval} days of the participant's last exam, among the invitations of participants who have had one."),
        of="invitations", needs=("days_since_exam",),
    ),
)  # fmt: skip
QUALITY = (
    Measure(
        "invasive", N_("Invasive cancers"), workup.invasive,
        N_("Invasive among the cancers found by the screening of which it is known. {positive}"), only="breast", needs=("invasive",),
    ),
    Measure(
        "minimal", N_("Minimal cancers"), workup.minimal,
        N_("Invasive of 10 mm or less, or in situ, among the cancers found by the screening of which it is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "up_to_10", N_("Invasive, 10 mm or less"), workup.up_to_10,
        N_("10 mm or less among the invasive cancers found by the screening whose size is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "under_15", N_("Invasive, under 15 mm"), workup.under_15,
        N_("Under 15 mm among the invasive cancers found by the screening whose size is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "node_negative", N_("Node-negative"), workup.node_negative,
        N_("Without positive lymph nodes among the invasive cancers found by the screening whose nodes are known. {positive}"),
        only="breast", needs=("invasive", "nodes_positive"),
    ),
    Measure(
        "late_stage", N_("Stage II or higher"), workup.late_stage,
        N_("Stage II to IV among the cancers found by the screening whose stage is known. {positive}"), only="breast", needs=("stage",),
    ),
    Measure(
        "early_stage", N_("Stage I or II"), workup.early_stage,
        N_("Stage 0 to II among the cancers found by the screening whose stage is known. {positive}"), only="lung", needs=("stage",),
    ),
    Measure(
        "discordant", N_("Readers differ"), screening.discordant,
        N_("Exams whose first two readers decided differently, among the exams with two reads."),
    ),
    Measure(
        "kappa", N_("Reader agreement"), screening.discordant,
        N_("Cohen's kappa of the decisions of the first two readers: 1 is complete agreement, 0 is no more than chance."), "kappa",
    ),
    Measure(
        "ctdivol", N_("Dose, CTDIvol"), partial(timeliness.measured, column="ctdivol_mgy"),
        N_("Median of CTDIvol as the scanner wrote it, of the exams with a final result that carry it."), "mGy", only="lung",
        needs=("ctdivol_mgy",), values=lambda cohort: cohort.number("ctdivol_mgy"),
    ),
    Measure(
        "dlp", N_("Dose, dose-length product"), partial(timeliness.measured, column="dlp_mgycm"),
        N_("Median of the dose-length product as the scanner wrote it, of the exams with a final result that carry it."), "mGy·cm",
        only="lung", needs=("dlp_mgycm",), values=lambda cohort: cohort.number("dlp_mgycm"),
    ),
)  # fmt: skip

_TABLE: Mapping[Theme, tuple[Measure, ...]] = {
    "detection": DETECTION, "recall": RECALL, "follow_up": FOLLOW_UP, "timeliness": TIMELINESS, "participation": PARTICIPATION,
    "quality": QUALITY,
}  # fmt: skip
THEMES: Mapping[Theme, tuple[Measure, ...]] = {
    theme: tuple(replace(measure, theme=theme) for measure in measures) for theme, measures in _TABLE.items()
}
MEASURES: tuple[Measure, ...] = tuple(measure for measures in THEMES.values() for measure in measures)
BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}


__all__ = ["BY_KEY", "MEASURES", "THEMES", "Measure", "Unit"]
