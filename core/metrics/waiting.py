"""Exams that are left out of an indicator because it is too early to say, and in which words this is told."""

from collections.abc import Callable, Mapping

from core.metrics.labels import Bools
from core.metrics.screening import Cohort
from core.words import N_


def _unresolved(cohort: Cohort) -> Bools:
    return cohort.positive & ~cohort.true("resolved")


def _round_open(cohort: Cohort) -> Bools:
    return cohort.routine & (cohort.number("age_days") < cohort.terms.interval_days)


def _immature(cohort: Cohort) -> Bools:
    return cohort.final & ~cohort.true("mature")


YEAR = N_("{n} exams are not followed up for 365 days and are left out: without a cancer they are not negative yet.")
WAITS: Mapping[str, tuple[Callable[[Cohort], Bools], str]] = {
    "detection": (_unresolved, N_("{n} positive exams still wait for their outcome; the rate can rise.")),
    "ppv": (_unresolved, N_("{n} positive exams still wait for their outcome and are left out.")),
    "interval": (_round_open, N_("{n} exams are not followed up to the next round yet and are left out.")),
    "sensitivity": (_immature, YEAR),
    "specificity": (_immature, YEAR),
    "missed": (_immature, YEAR),
}
