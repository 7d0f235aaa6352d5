"""AI findings as marks on the images. A finding that names another image than it should is left out, never drawn at a guess."""

from collections.abc import Sequence
from typing import Any

from core.workflow.ai import AiResult, FindingLine
from core.workflow.heat import Heat
from core.workflow.pictures import Picture
from core.workflow.slices import Slices
from pages.ui.viewer.scene import Scene

Mark = dict[str, Any]


def ct_marks(findings: Sequence[FindingLine], slices: Slices) -> list[Mark]:
    """Marks in voxel edges: x, y as columns and rows of a slice, slices counted from foot to head from 0."""
    return [mark for mark in (_ct_mark(finding, slices) for finding in findings) if mark is not None]


def with_marks(scene: Scene, ai: AiResult, pictures: Sequence[Picture], heats: dict[str, Heat], exam_id: int) -> Scene:
    """The mammography scene with marks and heat maps of one run, each on the image that it names."""
    by_uid = {picture.sop_uid: picture for picture in pictures}
    marks = {uid: [_mg_mark(one) for one in ai.findings if one.sop_uid == uid and one.place.get("box")] for uid in by_uid}
    url = f"/api/exam/{exam_id}/mg"
    found = {uid: {"url": f"{url}/{by_uid[uid].instance_id}/heat?run={ai.run_id}&v={heat.version}", "size": list(heat.size)}
             for uid, heat in heats.items() if uid in by_uid}  # fmt: skip
    images = zip(scene["images"], pictures, strict=True)
    return {**scene, "images": [{**image, "marks": marks[one.sop_uid], "heat": found.get(one.sop_uid)} for image, one in images]}


def slice_of(finding: FindingLine, slices: Slices) -> int | None:
    """The slice through the finding's centre; None when the finding's image is not the one that lies there."""
    k = finding.slice_index
    if k is None or not 0 <= k < len(slices.planes) or slices.planes[k].sop_instance_uid != finding.sop_uid:
        return None
    return k


def _ct_mark(finding: FindingLine, slices: Slices) -> Mark | None:
    k, box = slice_of(finding, slices), finding.place.get("box")
    if k is None or not box:
        return None
    low, high = finding.place.get("slices", (k, k))
    return {
        "number": finding.number,
        "slice": k,
        "low": low,
        "high": high,
        "box": list(box),
        "centre": [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2],
        "mask": finding.place.get("mask"),
        "text": _text(finding),
    }


def _mg_mark(finding: FindingLine) -> Mark:
    partners = [one["mark"] for one in finding.detail.get("linked") or ()]
    return {"number": finding.number, "box": list(finding.place["box"]), "contours": [], "text": _text(finding), "partners": partners}


def _text(finding: FindingLine) -> str:
    """Number, size where there is one, suspicion: as in the table beside the images."""
    size = [f"{finding.mean_diameter_mm:.1f} mm"] if finding.mean_diameter_mm is not None else []
    suspicion = [f"{finding.malignancy:.2f}"] if finding.malignancy is not None else []
    return "  ".join([str(finding.number), *size, *suspicion])
