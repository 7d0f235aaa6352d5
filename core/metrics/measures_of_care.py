"""Indicators of what followed a recall, how long it took, and who came."""

from functools import partial

from core.metrics import timeliness, workup
from core.metrics.measure import Measure
from core.words import N_

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
