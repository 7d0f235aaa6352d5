"""What a mammography exam is scored from: one image for each screening view; it is complete when every expected view is there."""

from collections.abc import Sequence

from core.imaging.exam import SCREENING_VIEWS, group_exams
from core.imaging.header import InstanceHeader
from core.words import N_, Sentence, say
from core.workflow.ct_exam import Settled


def settle(headers: Sequence[InstanceHeader], expected: Sequence[str] = SCREENING_VIEWS) -> Settled:
    """The views by their part name ("L-CC" …); those of the expected views that are missing are named."""
    groups = sorted(group_exams(headers), key=lambda group: -len(group.views))
    if not groups:
        return Settled({}, (say(N_("There is no mammogram among the images")),), True)
    best = groups[0]
    parts = {header.sop_instance_uid: part for part, header in best.views.items()}
    missing = tuple(view for view in SCREENING_VIEWS if view in expected and view not in best.views)
    return Settled(parts, (*_missing(missing, nothing=not best.views), *best.warnings), not missing)


def _missing(views: tuple[str, ...], *, nothing: bool) -> tuple[Sentence, ...]:
    if nothing:
        return (say(N_("No image names a side and a screening view, so nothing can be scored")),)
    return (say(N_("Missing views: {views}"), views=", ".join(views)),) if views else ()
