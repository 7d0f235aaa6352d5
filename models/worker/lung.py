"""Chest CT exams: volume from the store to the model, its findings to places in the patient and in the slices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from core.imaging.volume import Volume
from core.imaging.volume_cache import CachedVolume, read_cached_volume
from core.objects import store
from core.workflow.runs import FindingDraft
from core.workflow.volumes import decoded_volume
from db.enums import FindingKind
from models.cards import Card
from models.lung.nodule import LungResult, Nodule
from models.lung_ct import LungCT
from models.worker import beside, explanations
from models.worker.explanations import Described
from models.worker.scorer import Case, Report, Scored

COLUMNS = frozenset((
    "center_lps_mm", "center_kji", "box_kji", "mask", "side", "long_axis_mm", "short_axis_mm", "mean_diameter_mm", "volume_mm3",
    "probability", "malignancy",
))  # fmt: skip
"""Fields of a nodule that a finding keeps in columns of its own."""


class LungScorer:
    """The installed lung model."""

    def __init__(self, model: LungCT) -> None:
        self.model = model

    @property
    def card(self) -> Card:
        return self.model.card

    @property
    def device(self) -> str:
        return self.model.compute.name

    def decode(self, case: Case, report: Report) -> None:
        decoded_volume(case.exam_id, dict(case.keys))
        report(1.0)

    def infer(self, case: Case, report: Report) -> Scored:
        volume = self._volume(case)
        answer = self.model.score(volume.hu, volume.affine, thickness_mm=volume.slice_thickness_mm, report=report, explained=True)
        run = f"run/{case.exam_id}-{self.card.identity}-{case.attempt}"
        told = scored(answer, volume, explanations.kept(answer.explanations, run))
        return beside.with_beside(told, case.exam_id, volume.hu, volume.affine, answer.lung)

    def _volume(self, case: Case) -> Volume:
        cached: CachedVolume = decoded_volume(case.exam_id, dict(case.keys))
        return read_cached_volume(store(), cached)


def scored(answer: LungResult, volume: Volume, explained: Mapping[int, Described] = MappingProxyType({})) -> Scored:
    """The exam is as suspicious as its most suspicious finding; a scan without findings has suspicion 0 and says so.

    `explained`: what is kept of an explanation, by the finding's place in the answer.
    """
    ranked = sorted(range(len(answer.findings)), key=lambda place: answer.findings[place].malignancy, reverse=True)
    score = answer.findings[ranked[0]].malignancy if ranked else 0.0
    return Scored(
        score=score,
        step=max(1, min(10, math.ceil(10 * score))),
        result={
            "findings": len(ranked),
            "lung_volume_ml": round(answer.lung_volume_ml),
            "series_uid": volume.series_instance_uid,
            "quality": answer.quality.as_json() if answer.quality else {},
            "warnings": [*answer.warnings, *(str(warning) for warning in volume.warnings)],
        },
        findings=tuple(_finding(answer.findings[place], volume, explained.get(place)) for place in ranked),
        stage_seconds=dict(answer.stage_seconds),
    )


def _finding(nodule: Nodule, volume: Volume, explanation: Described | None) -> FindingDraft:
    """`slice` counts from foot to head from 0, `box` is x0, y0, x1, y1 in voxel edges, `mask` runs of outside, inside, … in C order."""
    k = min(max(round(nodule.center_kji[0]), 0), len(volume.sop_instance_uids) - 1)
    depth, height, width = nodule.box_kji
    return FindingDraft(
        kind=FindingKind.nodule,
        sop_uid=volume.sop_instance_uids[k],
        laterality={"left": "L", "right": "R"}.get(nodule.side or "", ""),
        place={
            "center_lps_mm": list(nodule.center_lps_mm),
            "center_kji": list(nodule.center_kji),
            "slice": k,
            "slices": [depth[0], depth[1] - 1],
            "box": [width[0], height[0], width[1], height[1]],
            "mask": {"first": list(nodule.mask.first_kji), "shape": list(nodule.mask.shape), "runs": list(nodule.mask.runs)},
        },
        mean_diameter_mm=nodule.mean_diameter_mm,
        long_axis_mm=nodule.long_axis_mm,
        short_axis_mm=nodule.short_axis_mm,
        volume_mm3=nodule.volume_mm3,
        probability=nodule.probability,
        malignancy=nodule.malignancy,
        detail=_detail(nodule) | ({"explanation": explanation} if explanation else {}),
    )


def _detail(nodule: Nodule) -> dict[str, Any]:
    """What the finding has no column for, by the names of `Nodule`; the type is called "type". What was not told is not there."""
    names = [one.name for one in fields(nodule) if one.name not in COLUMNS]
    told = {"type" if name == "nodule_type" else name: _plain(getattr(nodule, name)) for name in names}
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _plain(value: Any) -> Any:
    """As JSON holds it, numbers to four digits; what JSON does not hold is left out."""
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): kept for name, one in value.items() if (kept := _plain(one)) is not None}
    if isinstance(value, list | tuple):
        return [kept for one in value if (kept := _plain(one)) is not None]
    return value if isinstance(value, str | int | bool) else None
