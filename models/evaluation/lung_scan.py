"""One labelled scan: decoded, marked by networks that did not see its patient, and searched without any network beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.evaluation import nodule_table
from models.evaluation.nodule_table import Place, Skipped, Table
from models.lung import candidates, known
from models.lung import field as lung_field
from models.lung.grid import in_reading_order, isotropic
from models.lung.nodule import LungResult
from models.lung.region import lung_box
from models.lung.sampling import DETECTION
from models.lung_ct import LungCT
from models.refusal import NoResult
from models.scoring import volumes
from models.scoring.volumes import Scan

LEAST = 0.02
"""Marks are kept down to this probability, so that the curve goes on beyond the operating point."""


@dataclass(frozen=True)
class Mark:
    """A place with the model's probability (or any strength), LPS mm; `diameter_mm` as measured there."""

    scan: str
    x: float
    y: float
    z: float
    score: float
    diameter_mm: float | None = None

    @property
    def as_event(self) -> list[Any]:
        """As `core.metrics.marks` takes it."""
        return [self.scan, self.x, self.y, self.z, self.score]


@dataclass(frozen=True)
class Scored:
    """A scan with its nodules that lie inside of it, the model's marks and those of the search without a network."""

    scan: str
    places: tuple[Place, ...]
    skipped: tuple[Skipped, ...]
    marks: tuple[Mark, ...]
    baseline: tuple[Mark, ...]
    spacing_mm: float
    decode_seconds: float
    seconds: float
    stage_seconds: dict[str, float]
    warnings: tuple[str, ...]
    seen: bool


def scored(folder: Path, scan: str, table: Table, model: LungCT, trained_on: frozenset[str]) -> Scored:
    """The scan of that name in `folder`. Raises NoResult when it is not there or cannot be searched."""
    start = time.monotonic()
    found, warnings = _readable(_path(folder, scan))
    decoded = time.monotonic()
    assert found.hu is not None
    assert found.affine is not None
    own = LungCT(model.card, known.unseen(model.networks, found.patient, trained_on))
    result = own.score(found.hu, found.affine, threshold=LEAST, thickness_mm=found.thickness_mm)
    done = time.monotonic()
    inside, skipped = _inside(table.of(scan), found)
    doubt = ("A row of this scan was left out: a right mark there may count as false.",) if scan in table.doubtful or skipped else ()
    return Scored(
        scan=scan,
        places=inside,
        skipped=skipped,
        marks=_marks(scan, result),
        baseline=without_network(scan, found),
        spacing_mm=round(float(np.linalg.norm(found.affine[:3, 0])), 3),
        decode_seconds=decoded - start,
        seconds=done - decoded,
        stage_seconds=dict(result.stage_seconds),
        warnings=(*warnings, *result.warnings, *doubt),
        seen=found.patient in trained_on,
    )


def without_network(scan: str, found: Scan) -> tuple[Mark, ...]:
    """Bright round places by their strength alone: what any filter would mark."""
    assert found.hu is not None
    assert found.affine is not None
    grid, _order = in_reading_order(found.hu, found.affine)
    lung = lung_field.find(grid)
    fine = isotropic(grid, DETECTION.spacing_mm, lung_box(grid, lung))
    places = candidates.find(fine, lung)
    rows = zip(places.centers_mm.tolist(), places.strength.tolist(), strict=True)
    return tuple(Mark(scan, x, y, z, strength) for (x, y, z), strength in rows)


def _marks(scan: str, result: LungResult) -> tuple[Mark, ...]:
    return tuple(Mark(scan, *one.center_lps_mm, one.probability, one.mean_diameter_mm) for one in result.findings)


def _path(folder: Path, scan: str) -> Path:
    for name in (scan, f"{scan}.zip"):
        if (folder / name).exists():
            return folder / name
    raise NoResult(f"The scan {scan} of nodules.csv is not in the folder (neither {scan} nor {scan}.zip).")


def _readable(path: Path) -> tuple[Scan, tuple[str, ...]]:
    """(the first series that can be read, what to know about the others)."""
    series = list(volumes.read(path))
    readable = [scan for scan in series if scan.hu is not None]
    if not readable:
        reason = next((scan.reason for scan in series), None) or "there is no CT series in it"
        raise NoResult(f"{path.name} could not be scored: {reason}")
    told = f"{len(series)} CT series are in {path.name}; series {readable[0].series_uid} is the one that was scored."
    return readable[0], (told,) if len(series) > 1 else ()


def _inside(places: Sequence[Place], found: Scan) -> tuple[tuple[Place, ...], tuple[Skipped, ...]]:
    """(nodules that lie in the scan, rows of the others)."""
    assert found.hu is not None
    assert found.affine is not None
    told = [(place, nodule_table.outside(place, found.hu.shape, found.affine)) for place in places]
    kept = tuple(place for place, reason in told if reason is None)
    return kept, tuple(Skipped(place.row, place.scan, reason) for place, reason in told if reason)
