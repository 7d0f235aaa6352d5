"""One English word for each member of our enums and each programme, to be shown through `_()`; marked here for the catalogue."""

from collections.abc import Mapping
from typing import Any

from db.enums import Certainty, DocumentKind, EpisodeStep, IntakeResult, ModelState, OutcomeKind, ProgrammeDecision, RecallStep, Role, Sex
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
    EpisodeStep.booked: N_("Booked"),
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
DOCUMENT = {DocumentKind.report: N_("Report"), DocumentKind.letter: N_("Letter to the participant")}
SEX = {Sex.female: N_("female"), Sex.male: N_("male"), Sex.other: N_("other"), Sex.unknown: N_("unknown")}

ACTION = {
    "definition_changed": N_("Changed how figures are counted"),
    "figures_kept": N_("Kept figures as they were"),
    "signed_in": N_("Signed in"),
    "signed_out": N_("Signed out"),
    "case_opened": N_("Opened the case"),
    "claimed": N_("Claimed the case"),
    "released": N_("Released the case"),
    "deferred": N_("Put the case off"),
    "read_signed": N_("Signed a read"),
    "decided": N_("Decided"),
    "opened upload": N_("Began an upload"),
    "took in": N_("Took an upload in"),
    "registered": N_("Registered a participant"),
    "model_registered": N_("Registered a model"),
    "model_state": N_("Changed the state of a model"),
    "measure_switched": N_("Switched a measure beside the nodules on or off"),
    "model_report_added": N_("Handed in a report of a model"),
    "user_created": N_("Made an account"),
    "account_closed": N_("Closed an account"),
    "account_reopened": N_("Opened an account again"),
    "site_created": N_("Set up a site"),
    "research_table_loaded": N_("Loaded a research table as a demonstration programme"),
    "role_granted": N_("Gave a role"),
    "role_ended": N_("Took a role back"),
    "password_set": N_("Set a new password"),
    "password_changed": N_("Changed the own password"),
    "trail_exported": N_("Took out the audit trail"),
    "job_again": N_("Tried a failed job again"),
    "outcome_recorded": N_("Recorded an outcome"),
    "report_made": N_("Wrote a report"),
    "report_opened": N_("Opened a report"),
    "letter_made": N_("Wrote a letter"),
    "letter_opened": N_("Opened a letter"),
    "recall_opened": N_("Opened a recall"),
    "recall_contacted": N_("Recall: contacted"),
    "recall_booked": N_("Recall: booked"),
    "recall_attended": N_("Recall: attended"),
    "recall_unreachable": N_("Recall: could not be reached"),
    "recall_declined": N_("Recall: declined"),
    "recall_closed": N_("Recall closed"),
    "task_tried": N_("Safety net: tried to reach the participant"),
    "task_closed": N_("Safety net: closed a task"),
    "task_lost": N_("Safety net: marked as lost to follow-up"),
    "task_found_again": N_("Safety net: found a participant again"),
    "net_cast": N_("Safety net: made, closed and escalated tasks"),
    "resumed": N_("Brought the case back"),
    "sitting_started": N_("Began a reading session"),
    "sitting_ended": N_("Ended a reading session"),
    "assessment_recorded": N_("Recorded an assessment"),
    "pathology_recorded": N_("Recorded pathology"),
    "entry_approved": N_("Approved an entry"),
    "entry_refused": N_("Refused an entry"),
    "refusal_noted": N_("Took note of a refusal"),
    "list_approved": N_("Approved a registry list"),
    "registry_taken": N_("Took a registry list in"),
    "images_reviewed": N_("Reviewed the images before an interval cancer"),
    "priors_pending": N_("Asked for earlier images"),
    "priors_requested": N_("Requested earlier images"),
    "priors_received": N_("Earlier images have come"),
    "priors_not_available": N_("Earlier images are not available"),
    "priors_not_needed": N_("Earlier images are not needed"),
    "appointment_booked": N_("Made an appointment"),
    "appointment_checked_in": N_("Appointment: checked in"),
    "appointment_started": N_("Appointment: started"),
    "appointment_screened": N_("Appointment: screened"),
    "appointment_partially_screened": N_("Appointment: partially screened"),
    "appointment_attended_not_screened": N_("Appointment: came, not screened"),
    "appointment_did_not_attend": N_("Appointment: did not attend"),
    "appointment_cancelled": N_("Appointment: cancelled"),
    "clinics_made": N_("Made clinics"),
    "clinic_called_off": N_("Called a clinic off"),
    "clinic_settled": N_("Settled who did not attend"),
    "invited": N_("Invited participants"),
    "mailing_made": N_("Wrote a mailing"),
    "mailing_exported": N_("Took a mailing out"),
    "mailing_sent": N_("Sent a mailing"),
    "mailing_tried_again": N_("Tried failed messages again"),
    "contact_recorded": N_("Recorded a contact"),
    "questionnaire_begun": N_("Began a questionnaire"),
    "questionnaire_submitted": N_("Handed in a questionnaire"),
    "fact_recorded": N_("Entered a fact about a participant"),
    "roster_loaded": N_("Took a list of participants in"),
    "list_handed_in": N_("Handed a list in"),
    "list_mapped": N_("Said what the columns of a list hold"),
    "list_started": N_("Had a list taken in"),
    "participants_merged": N_("Merged two entries of one person"),
    "participants_apart": N_("Told two look-alikes apart"),
    "cohort_made": N_("Saved a cohort"),
    "cohort_changed": N_("Changed a cohort"),
    "cohort_frozen": N_("Froze the members of a cohort"),
    "cohort_retired": N_("Retired a cohort"),
    "cohort_exported": N_("Exported the members of a cohort"),
}
OBJECT = {
    "appointment": N_("Appointment"),
    "clinic": N_("Clinic"),
    "mailing": N_("Mailing"),
    "document": N_("Document"),
    "user": N_("Account"),
    "exam": N_("Exam"),
    "participant": N_("Participant"),
    "intake": N_("Upload"),
    "model": N_("Model"),
    "recall": N_("Recall"),
    "task": N_("Task"),
    "safety_net": N_("Safety net"),
    "outcome": N_("Outcome"),
    "assessment": N_("Assessment"),
    "pathology": N_("Pathology"),
    "job": N_("Job"),
    "trail": N_("Audit trail"),
    "site": N_("Site"),
    "reading_session": N_("Reading session"),
    "cohort": N_("Cohort"),
    "list": N_("List"),
}


def word(table: Mapping[Any, str], key: object) -> str:
    """The word of `key` in a table above, in the present language; the key itself when it is new to us."""
    return _(table.get(key, str(key)))
