"""What the browser is told about images and marks: plain values, no pixels. The scripts in `js/` read these dictionaries."""

from collections.abc import Mapping
from typing import Any

from core.workflow.images import CtImages
from core.workflow.saliency import Saliency
from pages.ui.i18n import _, show

Scene = dict[str, Any]


def ct_scene(images: CtImages, *, first: int | None = None) -> Scene:
    """A CT exam; opens at slice `first`, else in the middle."""
    slices = images.slices
    depth, rows, columns = slices.shape
    z, y, x = slices.spacing_mm
    return {
        "kind": "ct",
        "exam": images.exam_id,
        "id": f"ct-{images.exam_id}-{images.version}",
        "url": f"/api/exam/{images.exam_id}/ct",
        "version": images.version,
        "size": [columns, rows, depth],
        "spacing": [x, y, z],
        "affine": slices.affine[:, [2, 1, 0, 3]].tolist(),  # (x, y, z, 1) voxel → LPS mm
        "positions": list(slices.positions_mm),
        "edges": list(slices.edges),
        "headLast": True,  # volumes run from foot to head
        "regular": images.regular,
        "gaps": [list(gap) for gap in slices.gaps],
        "first": min(max(depth // 2 if first is None else first, 0), depth - 1),
        "title": [images.description, *(show(one) for one in (images.refusal, *images.warnings) if one)],
        "marks": [],
        "saliency": None,
        "prior": None,
    }


def with_saliency(scene: Scene, found: Saliency | None) -> Scene:
    """The CT scene with the model's saliency, where a run stored one and it may be seen."""
    if found is None:
        return scene
    given = {"url": f"{scene['url']}/saliency/{found.run_id}", "size": list(found.size), "affine": [list(row) for row in found.affine]}
    return {**scene, "saliency": {**given, "text": _("Orange: where the AI saw evidence (its saliency, not a finding)")}}


def goto(number: int | None, once: object) -> Mapping[str, object] | None:
    """Ask the viewer to show mark `number`; the same `once` is followed one time."""
    return None if number is None else {"number": number, "once": str(once)}
