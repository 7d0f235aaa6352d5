"""What a cancer of a registry is to the programme: found, missed, known already, after an invitation nobody answered, or neither."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.outcomes.registry.exams import ExamThen, Person
from core.words import N_, Sentence, say
from core.workflow.programmes import card
from db.enums import Certainty, OutcomeKind, ProgrammeDecision

CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)
RECALLED = (ProgrammeDecision.assessment, ProgrammeDecision.short_term_recall)
SAME_DAYS = 183
"""Two days of diagnosis this close are one cancer under two dates; a setting of ours."""


class Becomes(StrEnum):
    """What a row leads to. The first three write an outcome."""

    screen_detected = "screen_detected"
    interval_cancer = "interval_cancer"
    confirms = "confirms"
    known = "known"
    refused_before = "refused_before"
    after_non_attendance = "after_non_attendance"
    outside = "outside"
    not_ours = "not_ours"
    elsewhere = "elsewhere"
    undecided = "undecided"


WRITES = (Becomes.screen_detected, Becomes.interval_cancer, Becomes.confirms)


@dataclass(frozen=True)
class Place:
    """Where a cancer belongs: the exam before it, where there is one, and what should be looked at."""

    becomes: Becomes
    exam: ExamThen | None = None
    doubt: Sentence | None = None


def place(person: Person, card_id: str, diagnosed_on: date) -> Place:
    """The rules in their order: known; at the last exam within the round's interval; after an invitation; outside of screening."""
    exams = person.exams.get(card_id, [])
    known = next((exam for exam in exams if exam.kind in CANCERS and _near(exam.happened_on, diagnosed_on)), None)
    last = next((exam for exam in reversed(exams) if exam.day <= diagnosed_on), None)
    within = last is not None and diagnosed_on <= last.day + timedelta(days=card(card_id).screening_interval_days)
    if known is not None or (last is not None and within and last.kind in CANCERS):
        return _known(known or last, diagnosed_on)  # type: ignore[arg-type]
    if last is not None and within:
        return _at(last, diagnosed_on)
    after = last.day if last else date.min
    if any(not came and after < day <= diagnosed_on for day, came in person.invited.get(card_id, [])):
        return Place(Becomes.after_non_attendance)
    return Place(Becomes.outside)


def _near(known: date | None, told: date) -> bool:
    return known is not None and abs((known - told).days) <= SAME_DAYS


def _known(exam: ExamThen, diagnosed_on: date) -> Place:
    apart = None if exam.happened_on == diagnosed_on else say(N_("Known here since {day}; that day is kept"), day=exam.happened_on)
    if exam.certainty == Certainty.final:
        return Place(Becomes.known, exam, apart)
    if diagnosed_on in exam.refused_on:
        return Place(Becomes.refused_before, exam)
    return Place(Becomes.confirms, exam, apart)


def _at(exam: ExamThen, diagnosed_on: date) -> Place:
    if exam.decision is None:
        return Place(
            Becomes.undecided, exam, say(N_("The exam of {day} has no decision yet; hand the list in again when it has"), day=exam.day)
        )
    if diagnosed_on in exam.refused_on:
        said = say(N_("A second person refused this cancer before; enter it at the exam of {day} if it is right"), day=exam.day)
        return Place(Becomes.refused_before, exam, said)
    if exam.decision == ProgrammeDecision.technical_recall:
        said = say(N_("The exam of {day} was to be repeated and was not; enter the outcome there by hand"), day=exam.day)
        return Place(Becomes.undecided, exam, said)
    if exam.decision == ProgrammeDecision.routine_recall:
        return Place(Becomes.interval_cancer, exam)
    words = {OutcomeKind.benign: N_("benign"), OutcomeKind.no_finding: N_("no finding")}
    before = (
        say(N_("The outcome of the exam of {day} was {kind} until now"), day=exam.day, kind=words[exam.kind])
        if exam.kind in words
        else None
    )
    return Place(Becomes.screen_detected, exam, before)
