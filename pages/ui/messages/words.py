"""Words and looks of mailings."""

from db.enums import DeliveryStep
from pages.ui.i18n import N_, _
from pages.ui.tables import Tone, chip

D = DeliveryStep
TEMPLATE = {
    "invitation": N_("Invitation with a day"),
    "invitation_open": N_("Invitation without a day"),
    "reminder": N_("Reminder"),
    "confirmation": N_("Confirmation of an appointment"),
    "missed": N_("Missed appointment"),
    "result_routine_recall": N_("Result: routine screening"),
    "result_short_term_recall": N_("Result: short-term recall"),
    "result_assessment": N_("Result: assessment"),
    "result_technical_recall": N_("Result: technical recall"),
}
STATE = {D.prepared: N_("Waits"), D.sent: N_("Sent"), D.failed: N_("Failed"), D.withheld: N_("Withheld")}
LOOK: dict[DeliveryStep, tuple[Tone, str]] = {
    D.prepared: ("gray", "○"), D.sent: ("green", "✓"), D.failed: ("red", "▲"), D.withheld: ("orange", "◆"),
}  # fmt: skip


def state_chip(step: DeliveryStep, n: int | None = None) -> dict[str, str]:
    tone, shape = LOOK[step]
    return chip(_(STATE[step]) if n is None else f"{n} {_(STATE[step])}", tone, shape)
