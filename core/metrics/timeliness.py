"""How long things take and whether people come back when they were asked to (domain/clinical-rules.md 2.9, 2.10)."""

from collections.abc import Mapping

import numpy as np

from core.metrics.labels import Bools
from core.metrics.screening import Cohort, Masks

TOLD_DAYS = 14
"""NHS breast screening: the result within two weeks."""
ASSESSED_DAYS = 21
"""NHS breast screening: assessment within three weeks; not verified in its source, as is its band."""
WINDOWS: Mapping[int, tuple[int, int, int]] = {12: (270, 550, 90), 6: (120, 270, 45), 3: (30, 120, 30)}
"""Months → (from, to: days after the exam that count as this recommendation; days before and after the day that count as in time).

A setting of ours: no source with windows for all three intervals was found."""


def read_in_time(cohort: Cohort) -> Masks:
    in_time = cohort.number("days_to_read") <= cohort.terms.limit_days
    return in_time, in_time | cohort.known("decision") | (cohort.number("waited_days") > cohort.terms.limit_days)


def decided(cohort: Cohort) -> Masks:
    told = cohort.known("days_to_read")
    return told, told


def told_in_time(cohort: Cohort) -> Masks:
    return _within(cohort, cohort.final, "told_on", TOLD_DAYS)


def assessed_in_time(cohort: Cohort) -> Masks:
    return _within(cohort, cohort.final & cohort.is_("decision", "assessment"), "assessed_on", ASSESSED_DAYS)


def told(cohort: Cohort) -> Masks:
    some = cohort.final & cohort.known("told_on")
    return some, some


def assessed(cohort: Cohort) -> Masks:
    some = cohort.final & cohort.is_("decision", "assessment") & cohort.known("assessed_on")
    return some, some


def adherence(cohort: Cohort, months: int) -> Masks:
    """Who came back within the window around the recommended day, of those whose window is over or who came."""
    least, most, window = WINDOWS[months]
    planned, came = cohort.days("exam_date", "due_on"), cohort.days("exam_date", "returned_on")
    asked = cohort.final & (planned >= least) & (planned < most) & ~cohort.is_("decision", "assessment") & ~cohort.cancer
    over = cohort.number("age_days") > planned + window
    in_time = asked & (np.abs(came - planned) <= window)
    return in_time, in_time | (asked & (over | np.isfinite(came)))


def round_length(cohort: Cohort) -> Masks:
    """Invitations to a later round that came in time, as the NHS counts it: from the last exam to the next offer."""
    since = cohort.number("days_since_exam")
    return since <= cohort.terms.interval_days, np.isfinite(since)


def uptake(cohort: Cohort) -> Masks:
    return cohort.true("attended"), cohort.true("answered")


def coverage(cohort: Cohort) -> Masks:
    return cohort.true("covered"), np.ones(len(cohort.frame), dtype=bool)


def measured(cohort: Cohort, column: str) -> Masks:
    """Final exams of which the number in `column` is known."""
    some = cohort.final & cohort.known(column)
    return some, some


def _within(cohort: Cohort, asked: Bools, column: str, most: int) -> Masks:
    """In time, of those whom it happened to and those who have waited for longer than that."""
    taken = cohort.days("exam_date", column)
    in_time = asked & (taken <= most)
    return in_time, in_time | (asked & (np.isfinite(taken) | (cohort.number("age_days") > most)))
