"""CT instances → one entry per series: findings, or the reason why there are none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from core.errors import FirstlightError
from core.imaging.ct_series import CtSeries, gather
from core.imaging.examine import Examined
from core.imaging.volume import Volume, read_volume
from models.lung.nodule import LungResult, Nodule
from models.lung_ct import LungCT
from models.pipeline import Done, ahead
from models.refusal import NoResult

Entry = dict[str, Any]


def entries(examined: Sequence[Examined], model: Callable[[], LungCT]) -> list[Entry]:
    """One entry per CT series among `examined`; `model` is asked for when the first series can be read.

    The next series is decoded while one is scored.
    """
    series = gather(file.header for file in examined if file.header)
    return [_entry(one, model) for one in ahead(series, lambda one: _decoded(one, examined))]


def volume_of(series: CtSeries, examined: Sequence[Examined]) -> Volume:
    """The decoded volume of a series. Raises Rejected with the reason where there is none."""
    wanted = set(series.sop_instance_uids)
    sources = [file.content for file in examined if file.header and file.header.sop_instance_uid in wanted and file.content]
    return read_volume(sources, acquisition=series.acquisition)


def _decoded(series: CtSeries, examined: Sequence[Examined]) -> tuple[Volume, float]:
    """The volume, and the seconds that it took."""
    start = time.monotonic()
    return volume_of(series, examined), time.monotonic() - start


def _entry(read: Done[CtSeries, tuple[Volume, float]], model: Callable[[], LungCT]) -> Entry:
    series = read.item
    named: Entry = {"series_uid": series.series_instance_uid, "study_uid": series.study_instance_uid, "kind": "ct"}
    try:
        volume, decoded = read.get()
        start = time.monotonic()
        result = model().score(volume.hu, volume.affine, thickness_mm=volume.slice_thickness_mm)
    except (NoResult, FirstlightError) as reason:
        return named | {"reason": str(reason)}
    warnings = [*(str(warning) for warning in volume.warnings), *result.warnings]
    seconds = decoded + time.monotonic() - start
    return named | as_json(result) | {"warnings": warnings, "seconds": round(seconds, 2)} | _stages(decoded, result)


def as_json(result: LungResult) -> Entry:
    """Findings, most probable first, and what made them."""
    return {
        "findings": [finding_as_json(finding) for finding in result.findings],
        "lung_volume_ml": round(result.lung_volume_ml),
        "quality": result.quality.as_json() if result.quality else None,
        "device": result.device,
        "model": result.model,
    }


def finding_as_json(finding: Nodule) -> Entry:
    """Everything but the mask."""
    plain = asdict(finding)
    del plain["mask"]
    return plain


def _stages(decoded: float, result: LungResult) -> Entry:
    return {"stage_seconds": {name: round(value, 2) for name, value in {"decode": decoded, **result.stage_seconds}.items()}}
