"""Mammograms, DICOM or research images → one entry per exam: views, breasts and density, or the reason why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import FirstlightError
from core.imaging.exam import ExamGroup, group_exams
from core.imaging.examine import Examined
from core.imaging.header import InstanceHeader
from core.imaging.mammogram import read_mammogram
from core.imaging.view_use import not_scored
from models import research_images
from models.breast.exam import ViewResult
from models.mammography import Mammography, View
from models.refusal import NoResult

Entry = dict[str, Any]
Model = Callable[[], Mammography]


def entries(examined: Sequence[Examined], model: Model) -> list[Entry]:
    """One entry per mammography exam among `examined`."""
    content = {file.header.sop_instance_uid: file.content for file in examined if file.header and file.content}
    return [_dicom_exam(group, content, model) for group in group_exams(file.header for file in examined if file.header)]


def research_entries(path: Path, model: Model, *, laterality: str | None = None, view: str | None = None) -> list[Entry]:
    """One entry per exam of a CSV, or of a single PNG or JPEG whose side and view are given."""
    try:
        exams = research_images.read(path, laterality=laterality, view=view)
    except NoResult as reason:
        return [{"file": path.name, "kind": "mammography", "reason": str(reason)}]
    return [_scored({"exam": exam.exam}, exam.views, exam.refused, model) for exam in exams]


def _dicom_exam(group: ExamGroup, content: dict[str, bytes], model: Model) -> Entry:
    views, refused = [], []
    warnings = [str(warning) for warning in group.warnings]
    for header in group.headers:
        uid = header.sop_instance_uid
        side, name = (header.view.laterality or "", header.view.view or "") if header.view else ("", "")
        if reason := _left_out(header, group):
            refused.append(ViewResult(uid, side, name, reason=reason))
            continue
        try:
            image = read_mammogram(content[uid])
            views.append(View(image.pixels, side, name, uid, image.view.spacing_mm))
            warnings += [str(warning) for warning in image.warnings]
        except FirstlightError as problem:
            refused.append(ViewResult(uid, side, name, reason=str(problem)))
    warnings = list(dict.fromkeys(warnings))
    named = {"exam": group.study_instance_uids[0], "study_uids": list(group.study_instance_uids), "warnings": warnings}
    return _scored(named, tuple(views), tuple(refused), model)


def _left_out(header: InstanceHeader, group: ExamGroup) -> str:
    """Why an image of the exam is not given to the model; "" where it is."""
    view = header.view
    if view is None:
        return ""
    part = group.views.get(view.part)
    if view.for_processing and part and part.view and not part.view.for_processing:
        return "Raw detector data (For Processing); the same view is scored as processed for presentation."
    reason = not_scored(view)
    return str(reason) if reason else ""


def _scored(named: Entry, views: Sequence[View], refused: Sequence[ViewResult], model: Model) -> Entry:
    named = {"kind": "mammography", **named}
    start = time.monotonic()
    left_out = [view.as_json() for view in refused]
    if not views:
        return named | {"reason": "No view of this exam could be read.", "not_scored": left_out}
    try:
        installed = model()
        answer = installed.score(views).as_json()
    except NoResult as reason:
        return named | {"reason": str(reason), "not_scored": left_out}
    told = {"seconds": round(time.monotonic() - start, 2), "device": installed.device, "model": installed.card.identity}
    rests_on = answer["rests_on"] + (f"; {len(left_out)} more left out" if left_out else "")
    return named | answer | {"views": [*answer["views"], *left_out], "rests_on": rests_on} | told
