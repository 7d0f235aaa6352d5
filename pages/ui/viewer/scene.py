"""What the browser is told about images and marks: plain values, no pixels. The scripts in `js/` read these dictionaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.workflow.images import CtImages
from core.workflow.pictures import Picture
from pages.ui.i18n import _, show

Scene = dict[str, Any]


def ct_scene(images: CtImages, *, first: int | None = None) -> Scene:
    """A CT exam; opens at slice `first`, else in the middle."""
    slices = images.slices
    depth, rows, columns = slices.shape
    z, y, x = slices.spacing_mm
    return {
        "kind": "ct",
        "id": f"ct-{images.exam_id}-{images.version}",
        "url": f"/api/exam/{images.exam_id}/ct",
        "version": images.version,
        "size": [columns, rows, depth],
        "spacing": [x, y, z],
        "positions": list(slices.positions_mm),
        "edges": list(slices.edges),
        "headLast": True,  # volumes run from foot to head
        "regular": images.regular,
        "first": min(max(depth // 2 if first is None else first, 0), depth - 1),
        "title": [images.description, *(show(one) for one in (images.refusal, *images.warnings) if one)],
        "marks": [],
    }


def mg_image(picture: Picture, exam_id: int) -> Scene:
    """One mammogram. Hung with its chest wall towards the middle, so a left breast must have it at the left edge."""
    wanted = {"L": "left", "R": "right"}.get(picture.laterality, "")
    mirrored = bool(wanted and picture.chest_wall and picture.chest_wall != wanted)
    return {
        "id": picture.instance_id,
        "url": f"/api/exam/{exam_id}/mg/{picture.instance_id}",
        "version": picture.version,
        "size": list(picture.size),
        "spacing": list(picture.spacing_mm) if picture.spacing_mm else None,
        "laterality": picture.laterality,
        "view": picture.view,
        "label": f"{picture.laterality} {picture.view}".strip() or _("Unknown view"),
        "window": list(picture.window),
        "function": picture.function,
        "inverted": picture.inverted,
        "mirrored": mirrored,
        "notes": [_("mirrored for display")] if mirrored else [],
        "heat": None,
        "marks": [],
    }


def mg_scene(exam_id: int, pictures: Sequence[Picture]) -> Scene:
    """All views of a mammography exam."""
    versions = "-".join(picture.version for picture in pictures)
    return {"kind": "mg", "id": f"mg-{exam_id}-{versions}", "images": [mg_image(picture, exam_id) for picture in pictures]}


def goto(number: int | None, once: object) -> Mapping[str, object] | None:
    """Ask the viewer to show mark `number`; the same `once` is followed one time."""
    return None if number is None else {"number": number, "once": str(once)}
