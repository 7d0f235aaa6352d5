"""One English word for each kind of task, list, step and channel, to be shown through `_()`."""

from db.enums import Channel, TaskKind, TaskStep
from pages.ui.i18n import N_

TASK = {
    TaskKind.short_term_recall: N_("Short-term recall"),
    TaskKind.assessment: N_("Assessment"),
    TaskKind.technical_recall: N_("Technical recall"),
    TaskKind.next_round: N_("Next round"),
    TaskKind.missed_appointment: N_("Missed appointment"),
    TaskKind.no_answer: N_("Invitation without an answer"),
    TaskKind.outcome_missing: N_("Outcome missing"),
    TaskKind.result_not_told: N_("Result not told"),
}
LISTS = {
    "overdue": N_("Overdue"),
    "escalated": N_("Escalated"),
    "soon": N_("Due soon"),
    "lost": N_("Lost to follow-up"),
    "all": N_("All open"),
    "rounds": N_("Rounds without invitation"),
}
STEP = {
    TaskStep.opened: N_("Opened"),
    TaskStep.tried: N_("Tried to reach"),
    TaskStep.escalated: N_("Escalated"),
    TaskStep.lost: N_("Lost to follow-up"),
    TaskStep.found_again: N_("Found again"),
    TaskStep.closed: N_("Closed"),
}
CHANNEL = {
    Channel.letter: N_("Letter"),
    Channel.email: N_("E-mail"),
    Channel.text: N_("Text message"),
    Channel.phone: N_("Phone"),
    Channel.in_person: N_("In person"),
}
REACHED = {True: N_("reached"), False: N_("not reached"), None: N_("not known whether it arrived")}
