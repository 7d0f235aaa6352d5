"""Words and looks of appointments."""

from db.enums import AppointmentStep
from pages.ui.i18n import N_, _
from pages.ui.tables import Tone, chip

S = AppointmentStep
STEP = {
    S.booked: N_("Booked"),
    S.checked_in: N_("Checked in"),
    S.started: N_("Started"),
    S.screened: N_("Screened"),
    S.partially_screened: N_("Partially screened"),
    S.attended_not_screened: N_("Came, not screened"),
    S.did_not_attend: N_("Did not attend"),
    S.cancelled: N_("Cancelled"),
}
TAKE = {
    S.checked_in: N_("Check in"),
    S.started: N_("Start"),
    S.screened: N_("Screened"),
    S.partially_screened: N_("Partially screened"),
    S.attended_not_screened: N_("Came, not screened"),
    S.did_not_attend: N_("Did not attend"),
    S.cancelled: N_("Cancel"),
}
LOOK: dict[AppointmentStep, tuple[Tone, str]] = {
    S.booked: ("gray", "○"), S.checked_in: ("blue", "◐"), S.started: ("blue", "●"), S.screened: ("green", "✓"),
    S.partially_screened: ("orange", "◆"), S.attended_not_screened: ("orange", "◆"), S.did_not_attend: ("red", "▲"),
    S.cancelled: ("gray", "✕"),
}  # fmt: skip


def step_chip(step: AppointmentStep) -> dict[str, str]:
    tone, shape = LOOK[step]
    return chip(_(STEP[step]), tone, shape)
