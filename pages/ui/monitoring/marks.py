"""Marks: why there is no FROC curve of the programme's own images, and the figures of the version's card that were made with marks."""

from core.workflow.performance import ModelPerformance
from pages.ui.i18n import _
from pages.ui.monitoring.written import meaning, nothing

WITH_MARKS = ("froc", "cpm", "detection", "sensitivity_at")


def show(found: ModelPerformance) -> None:
    """FROC needs to know where each cancer lies; outcomes here say that there is one and on which side."""
    nothing(
        _(
            "No FROC curve, because outcomes here say that there is a cancer and on which side, not where in the images it lies; "
            "a mark can only be called a hit where the place is known."
        )
    )
    if any(word in "".join(one.path) for one in found.card_figures for word in WITH_MARKS):
        meaning(_("The figures of the card below include those for marks, measured by its makers where the places are known."))
