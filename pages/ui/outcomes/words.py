"""Words of outcomes that several places show."""

from collections.abc import Mapping
from typing import Any

from core.outcomes.histology import histology
from core.outcomes.known import Known
from core.outcomes.said import REVIEW
from pages.ui.i18n import N_, _, day, number
from pages.ui.words import CERTAINTY, OUTCOME

SIDES = {"": N_("not said"), "L": N_("left"), "R": N_("right"), "B": N_("both")}
KNOWN = {
    "kind": N_("outcome"), "certainty": N_("certainty"), "happened_on": N_("day of the diagnosis"), "source": N_("source"),
    "biopsy": N_("biopsy"), "open_biopsy": N_("open biopsy"), "histology": N_("histology"), "invasive": N_("invasive"),
    "size_mm": N_("size"), "grade": N_("grade"), "nodes_positive": N_("lymph nodes"), "stage": N_("stage"),
    "pathology_final": N_("pathology final"), "review": N_("review of the earlier images"),
}  # fmt: skip


def summary(known: Known) -> str:
    """What counts, in a line."""
    if known.kind is None or known.certainty is None:
        return _("no outcome")
    parts = [f"{_(OUTCOME[known.kind])}, {_(CERTAINTY[known.certainty])}", day(known.happened_on)]
    if known.histology:
        parts.append(_(histology_name(known.histology)))
    if known.size_mm is not None:
        parts.append(_("{size} mm", size=number(known.size_mm)))
    if known.stage:
        parts.append(_("stage {stage}", stage=known.stage))
    if known.review is not None:
        parts.append(_("earlier images: {review}", review=_(REVIEW[known.review])))
    return " · ".join(parts)


def histology_name(key: str) -> str:
    """The English name of a stored histology, the key itself when it is of elsewhere."""
    found = histology(key)
    return found.name if found else key


def value(known: Known, field: str) -> str:
    """One thing that is known, as a person writes it."""
    said = getattr(known, field)
    if said is None or said == "":
        return "–"
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    words: Mapping[str, Mapping[Any, str]] = {"kind": OUTCOME, "certainty": CERTAINTY, "review": REVIEW}
    if field in words:
        return _(words[field][said])
    if field == "histology":
        return _(histology_name(said))
    if field == "happened_on":
        return day(said)
    return number(said) if isinstance(said, int | float) else _(str(said))
