"""`lung-crop-detection --data CROPS --scans SCANS`: how many labelled nodules the detector finds at one false mark per scan.

Crops hold nodules of many patients but hardly any healthy lung, whole scans hold lung but few nodules. So the two are counted apart:

* false marks on whole scans, each searched by every fold network that did not see its patient; one scan searched by one network is one
  scan-equivalent. The threshold is the lowest probability at which there are at most `rate` false marks per scan-equivalent;
* found nodules on crops set in quiet lung, each searched by the one network of its patient's fold; a mark within the nodule's radius
  finds it. Patients that no network saw are searched by every network and count as found in the share of networks that find them.

What a nodule is mistaken for outside of its crop is not seen here: a mark elsewhere in the crop is neither right nor wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from models.evaluation import nodule_table
from models.evaluation.crop_figures import CropRead, ScanRead, report
from models.evaluation.detection_figures import inside
from models.evaluation.lung_nodules import in_quiet_lung
from models.evaluation.lung_scan import Mark
from models.evaluation.nodule_table import Place, Table
from models.lung import crops, known
from models.lung.crops import Crop, fold_of
from models.lung.ensemble import Ensemble
from models.lung_ct import LungCT
from models.refusal import NoResult
from models.scoring import volumes

Found = tuple[tuple[float, float, float], float, float]
"""One mark: centre in LPS mm, probability, radius in mm."""
log = logging.getLogger(__name__)


class Marker(Protocol):
    """What this needs of the lung model: every mark of a volume, by the given networks only."""

    def marks(self, hu: NDArray[np.int16], affine: NDArray[np.float64], networks: Ensemble) -> Sequence[Found]:
        """Marks of `hu` (Z, Y, X) with `affine` (4, 4) to LPS mm; in a volume without a body all of it is searched."""


def evaluate(folder: Path, scans: Path) -> dict[str, Any]:
    """The report as JSON takes it. Raises NoResult when a folder cannot be read or no scan could be searched."""
    model, trained_on = LungCT.load(), known.patients()
    marker = cast("Marker", model)
    table = nodule_table.read(scans / "nodules.csv")
    refused: list[dict[str, str]] = []
    searched = [read for scan in table.scans for read in _scan(scans, scan, table, model, marker, trained_on, refused)]
    if not searched:
        raise NoResult(f"None of the {len(table.scans)} scans could be searched. The first reason: {refused[0]['reason']}")
    reads = []
    for n, crop in enumerate(crops.read(folder)):
        reads.append(_crop(crop, model, marker, trained_on))
        if n % 100 == 99:
            log.info("%d crops", n + 1)
    told = report(reads, searched) | {"not_scored": refused, "model": model.card.identity}
    return told | {"weights_sha256": model.card.sha256, "device": model.compute.name}


def _crop(crop: Crop, model: LungCT, marker: Marker, trained_on: frozenset[str]) -> CropRead:
    grid, added = in_quiet_lung(crop)
    hu = np.asarray(grid.hu, np.int16)
    x, y, z = (float(value) for value in grid.to_lps((crop.center + added)[None])[0])
    place = Place(0, crop.file, x, y, z, crop.diameter_mm)
    best = []
    for _fold, networks in _singly(model, crop.patient, trained_on):
        marks = [Mark(crop.file, *center, probability) for center, probability, _radius in marker.marks(hu, grid.affine, networks)]
        best.append(max((mark.score for mark in marks if inside(mark, place)), default=0.0))
    return CropRead(crop.file, crop.patient, crop.diameter_mm, tuple(best))


def _scan(
    folder: Path, scan: str, table: Table, model: LungCT, marker: Marker, trained_on: frozenset[str], refused: list[dict[str, str]]
) -> Iterator[ScanRead]:  # fmt: skip
    """The scan searched by each network that did not see its patient; a scan that cannot be is added to `refused`."""
    path = next((folder / name for name in (scan, f"{scan}.zip") if (folder / name).exists()), None)
    if path is None or scan in table.unusable:
        refused.append({"scan": scan, "reason": "It is not in the folder." if path is None else "No row of it could be read."})
        return
    found = next((one for one in volumes.read(path) if one.hu is not None and one.affine is not None), None)
    if found is None or found.hu is None or found.affine is None:
        refused.append({"scan": scan, "reason": "There is no CT series in it that can be read."})
        return
    for fold, networks in _singly(model, found.patient, trained_on):
        try:
            marks = [Mark(scan, *center, probability) for center, probability, _radius in marker.marks(found.hu, found.affine, networks)]
        except NoResult as reason:
            refused.append({"scan": scan, "reason": str(reason)})
            return
        false = [mark.score for mark in marks if not any(inside(mark, place) for place in table.of(scan))]
        log.info("%s by the network of fold %d: %d marks outside of nodules", scan, fold, len(false))
        yield ScanRead(scan, fold, tuple(false))


def _singly(model: LungCT, patient: str, trained_on: frozenset[str]) -> Iterator[tuple[int, Ensemble]]:
    """(fold, its network) for every network that did not see the patient."""
    folds = [fold_of(patient)] if patient in trained_on else [member.fold for member in model.networks.members]
    for fold in folds:
        yield fold, model.networks.without_patients_of(fold)
