"""One English word for each member of our enums and each programme, to be shown through `_()`; marked here for the catalogue."""

from db.enums import Certainty, EpisodeStep, IntakeResult, ModelState, OutcomeKind, ProgrammeDecision, RecallStep, Role, Sex
from pages.ui.i18n import N_, _

ROLE = {
    Role.coordinator: N_("Coordinator"),
    Role.doctor: N_("Doctor"),
    Role.manager: N_("Programme manager"),
    Role.administrator: N_("Administrator"),
}
PROGRAMME = {"lung": N_("Lung"), "breast": N_("Breast"), "lung_ct": N_("Low-dose CT"), "mammography": N_("Mammography")}
URGENCY = {"urgent": N_("Urgent"), "soon": N_("Soon"), "look": N_("Look"), "routine": N_("Routine")}
DECISION = {
    ProgrammeDecision.routine_recall: N_("Routine screening"),
    ProgrammeDecision.short_term_recall: N_("Short-term recall"),
    ProgrammeDecision.assessment: N_("Assessment"),
    ProgrammeDecision.technical_recall: N_("Technical recall"),
}
RECALL_STEP = {
    RecallStep.opened: N_("Opened"),
    RecallStep.contacted: N_("Contacted"),
    RecallStep.booked: N_("Booked"),
    RecallStep.attended: N_("Attended"),
    RecallStep.unreachable: N_("Not reached"),
    RecallStep.declined: N_("Declined"),
    RecallStep.closed: N_("Closed"),
}
EPISODE_STEP = {
    EpisodeStep.invited: N_("Invited"),
    EpisodeStep.did_not_attend: N_("Did not attend"),
    EpisodeStep.attended: N_("Attended"),
    EpisodeStep.imaged: N_("Images taken"),
    EpisodeStep.read: N_("Read"),
    EpisodeStep.recalled: N_("Recalled"),
    EpisodeStep.assessed: N_("Assessed"),
    EpisodeStep.closed: N_("Closed"),
}
OUTCOME = {
    OutcomeKind.cancer: N_("Cancer"),
    OutcomeKind.benign: N_("Benign"),
    OutcomeKind.no_finding: N_("No finding"),
    OutcomeKind.interval_cancer: N_("Interval cancer"),
}
CERTAINTY = {Certainty.provisional: N_("Provisional"), Certainty.final: N_("Final")}
RECEIPT = {
    IntakeResult.accepted: N_("Accepted"),
    IntakeResult.duplicate: N_("Already here"),
    IntakeResult.conflict: N_("Conflict"),
    IntakeResult.set_aside: N_("Set aside"),
    IntakeResult.rejected: N_("Rejected"),
}
MODEL_STATE = {ModelState.shadow: N_("Shadow"), ModelState.active: N_("Active"), ModelState.retired: N_("Retired")}
SEX = {Sex.female: N_("female"), Sex.male: N_("male"), Sex.other: N_("other"), Sex.unknown: N_("unknown")}

_ALL: dict[str, str] = {}
for _table in (ROLE, PROGRAMME, URGENCY, DECISION, RECALL_STEP, EPISODE_STEP, OUTCOME, CERTAINTY, RECEIPT, MODEL_STATE, SEX):
    _ALL.update({str(key): word for key, word in _table.items()})  # type: ignore[attr-defined]


def word(table: dict[str, str] | object, key: object) -> str:
    """The word of `key` in a table above, in the present language; the key itself when it is new to us."""
    return _(table.get(key, str(key)))  # type: ignore[attr-defined]
