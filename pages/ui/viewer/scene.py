"""What the browser is told about images and marks: plain values, no pixels. The scripts in `js/` read these dictionaries."""

from collections.abc import Mapping
from typing import Any

from core.workflow.images import CtImages
from core.workflow.saliency import Saliency
from pages.ui.i18n import show

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
        "prior": None,
    }


def with_saliency(scene: Scene, found: Mapping[int, Saliency]) -> Scene:
    """The CT scene with a map on each AI mark that a run explained and whose map may be seen; `found` by the mark's number."""
    return {**scene, "marks": [{**mark, "saliency": _given(scene, found.get(mark["number"]))} for mark in scene["marks"]]}


def _given(scene: Scene, one: Saliency | None) -> dict[str, Any] | None:
    if one is None:
        return None
    url = f"{scene['url']}/saliency/{one.run_id}/{one.number}"
    return {"url": url, "size": list(one.size), "affine": [list(row) for row in one.affine], "full": one.full_logit}


def goto(number: int | None, once: object) -> Mapping[str, object] | None:
    """Ask the viewer to show mark `number`; the same `once` is followed one time."""
    return None if number is None else {"number": number, "once": str(once)}
