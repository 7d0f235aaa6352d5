"""Mammography exams: views from the store to the model, its answer to marks in pixels of the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.imaging.mammogram import Mammogram, read_mammogram
from core.objects import store
from core.workflow.picture_store import keep
from core.workflow.runs import FindingDraft
from db.enums import FindingKind
from models.breast.exam import Link
from models.cards import Card
from models.mammography import Mammography, View, ViewResult
from models.refusal import NoResult
from models.worker.scorer import Case, Report, Scored

MARK_SIDE = 0.08  # of the longer side of the view: marks are closer than this to nothing else


class BreastScorer:
    """The installed mammography model."""

    def __init__(self, model: Mammography) -> None:
        self.model = model
        self._held: tuple[int, dict[str, Mammogram]] | None = None

    @property
    def card(self) -> Card:
        return self.model.card

    @property
    def device(self) -> str:
        return self.model.device

    def decode(self, case: Case, report: Report) -> None:
        decoded = {}
        for done, (sop_uid, key) in enumerate(case.keys.items(), start=1):
            decoded[sop_uid] = read_mammogram(store().get(key))
            keep(key, decoded[sop_uid])
            report(done / len(case.keys))
        self._held = (case.exam_id, decoded)

    def infer(self, case: Case, report: Report) -> Scored:
        if self._held is None or self._held[0] != case.exam_id or self._held[1].keys() != case.keys.keys():
            self.decode(case, lambda _: None)
        assert self._held is not None  # decoded just now
        images, self._held = self._held[1], None
        views = [View(one.pixels, one.view.laterality, one.view.view, uid, one.view.spacing_mm) for uid, one in images.items()]
        answer = self.model.score(views)
        if answer.exam_score is None or not answer.breasts:
            raise NoResult(answer.reason or "The model gave no result and no reason.")
        result = answer.as_json()
        result["views"] = [self._view(case, view) for view in answer.views]
        result["warnings"] = sorted({str(warning) for image in images.values() for warning in image.warnings})
        return Scored(
            score=max(answer.breasts.values()),
            step=answer.exam_score,
            result=result,
            findings=_findings(answer.views, images),
            stage_seconds=dict(answer.stage_seconds),
        )

    def _view(self, case: Case, view: ViewResult) -> dict[str, Any]:
        """The view's numbers; its heat map lies encrypted in the store under a name of this attempt."""
        described = view.as_json() | {"sop_uid": view.key, "part": case.parts.get(view.key, "")}
        if view.heat is not None:
            name = f"run/{case.exam_id}-{self.card.identity}-{case.attempt}/heat-{view.key}"
            store().put_named(name, view.heat.tobytes())
            described["heat"] = {"shape": list(view.heat.shape), "object": name}
        return described


def _findings(views: tuple[ViewResult, ...], images: dict[str, Mammogram]) -> tuple[FindingDraft, ...]:
    """The strongest mark of each view first, by the suspicion of the view and the evidence at the place."""
    found = [(view, at) for view in views if view.cancer is not None for at in range(1, len(view.marks) + 1)]
    found.sort(key=lambda pair: (pair[0].cancer or 0) * pair[0].marks[pair[1] - 1].evidence, reverse=True)
    numbers = {(view.key, at): number for number, (view, at) in enumerate(found, start=1)}
    return tuple(_finding(view, at, images[view.key], numbers) for view, at in found)


def _finding(view: ViewResult, at: int, image: Mammogram, numbers: Mapping[tuple[str, int], int]) -> FindingDraft:
    """Mark number `at` of a view; `numbers` are those that the marks have in the exam."""
    mark = view.marks[at - 1]
    rows, columns = image.pixels.shape
    half = MARK_SIDE * max(rows, columns) / 2
    x, y = mark.x * columns, mark.y * rows
    box = [max(0.0, x - half), max(0.0, y - half), min(columns, x + half), min(rows, y + half)]
    linked = [_partner(link, numbers) for link in view.links if link.mark == at]
    return FindingDraft(
        kind=FindingKind.suspicious_region,
        sop_uid=view.key,
        laterality=view.laterality,
        view=view.view,
        place={"center_px": [round(x, 1), round(y, 1)], "box": [round(side, 1) for side in box]},
        malignancy=view.cancer,
        detail={"evidence": mark.evidence, "linked": linked} if linked else {"evidence": mark.evidence},
    )


def _partner(link: Link, numbers: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    """The mark of the other view by its number in the exam, and both distances from the nipple."""
    number = numbers[link.partner_view, link.partner]
    return {"mark": number, "from_nipple": link.distance, "partner_from_nipple": link.partner_distance, "unit": link.unit}
