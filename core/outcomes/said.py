"""One entry in a sentence, as lists and the history show it."""

from core.outcomes.assessments import RESULT_WORDS
from core.outcomes.histology import histology
from core.words import N_, Sentence, say
from db.enums import AssessmentKind, Certainty, OutcomeKind
from db.tables import Assessment, Outcome, Pathology

KINDS = {
    AssessmentKind.clinic_visit: N_("Clinic visit"),
    AssessmentKind.imaging: N_("Further imaging"),
    AssessmentKind.pet_ct: N_("PET-CT"),
    AssessmentKind.fine_needle: N_("Fine-needle aspiration"),
    AssessmentKind.core_biopsy: N_("Core biopsy"),
    AssessmentKind.open_biopsy: N_("Open biopsy"),
    AssessmentKind.surgery: N_("Surgery"),
}
OUTCOMES = {
    OutcomeKind.cancer: N_("cancer"),
    OutcomeKind.benign: N_("benign"),
    OutcomeKind.no_finding: N_("no finding"),
    OutcomeKind.interval_cancer: N_("interval cancer"),
}
CERTAINTY = {Certainty.provisional: N_("provisional"), Certainty.final: N_("final")}
REVIEW = {0: N_("unclassifiable"), 1: N_("normal or benign"), 2: N_("uncertain"), 3: N_("suspicious")}


def entry_said(row: Outcome | Assessment | Pathology) -> Sentence:
    """What an entry says, without who made it."""
    if isinstance(row, Outcome):
        return _outcome(row)
    return _assessment(row) if isinstance(row, Assessment) else _pathology(row)


def _outcome(row: Outcome) -> Sentence:
    said = {"kind": OUTCOMES[row.kind], "certainty": CERTAINTY[row.certainty], "day": row.happened_on}
    if "review" in row.detail:
        return say(
            N_("{kind} ({certainty}), {day}; earlier images reviewed: {review}"), **said, review=REVIEW[row.detail["review"]["class"]]
        )
    return say(N_("{kind} ({certainty}), {day}"), **said)


def _assessment(row: Assessment) -> Sentence:
    said = {"kind": KINDS[row.kind], "day": row.happened_on}
    if row.result:
        return say(N_("{kind} of {day}: {result}"), **said, result=RESULT_WORDS[row.result])
    return say(N_("{kind} of {day}, no result yet"), **said)


def _pathology(row: Pathology) -> Sentence:
    known = histology(row.histology)
    said = {"name": known.name if known else row.histology, "certainty": CERTAINTY[row.certainty], "day": row.reported_on}
    if row.size_mm is not None and row.stage:
        return say(N_("{name}, {size} mm, stage {stage} ({certainty}), {day}"), **said, size=row.size_mm, stage=row.stage)
    if row.size_mm is not None:
        return say(N_("{name}, {size} mm ({certainty}), {day}"), **said, size=row.size_mm)
    if row.stage:
        return say(N_("{name}, stage {stage} ({certainty}), {day}"), **said, stage=row.stage)
    return say(N_("{name} ({certainty}), {day}"), **said)
