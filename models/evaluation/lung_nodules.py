"""The lung model's own measurements of labelled crops, each by networks that never saw the patient."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from models.lung import assess
from models.lung.assess import Assessed
from models.lung.crops import Crop
from models.lung.ensemble import Ensemble
from models.lung.grid import Grid
from models.lung.known import unseen
from models.lung.sampling import Scan

QUIET_HU, MARGIN_MM = -850, 24.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What the model says of one crop: `found` is None where it draws no nodule at the labelled place; `dice` with the readers' mask."""

    crop: Crop
    known: bool
    found: Assessed | None
    dice: float


def read(crops: list[Crop], ensemble: Ensemble, trained_on: frozenset[str]) -> list[Reading]:
    """One reading per crop, in order."""
    readings = []
    for n, crop in enumerate(crops):
        readings.append(_reading(crop, unseen(ensemble, crop.patient, trained_on), crop.patient in trained_on))
        if n % 100 == 99:
            log.info("%d of %d nodules", n + 1, len(crops))
    return readings


def in_quiet_lung(crop: Crop) -> tuple[Grid, np.ndarray[tuple[int], np.dtype[np.int_]]]:
    """(the crop with quiet lung around it, so that a whole cube can be cut; how many voxels were added before it along each axis)."""
    added = np.ceil(MARGIN_MM / crop.spacing_mm).astype(int)
    hu = np.pad(np.clip(crop.hu, -1100, 3071).astype(np.int16), [(n, n) for n in added], constant_values=QUIET_HU)
    z, y, x = crop.spacing_mm
    return Grid(hu, np.array([[0, 0, x, 0], [0, y, 0, 0], [z, 0, 0, 0], [0, 0, 0, 1.0]])), added


def _reading(crop: Crop, ensemble: Ensemble, known: bool) -> Reading:
    """The model is told where the nodule is, not how large: it draws, centres and widens its cube by itself, as it does in a scan."""
    grid, added = in_quiet_lung(crop)
    scan = Scan.of(grid)
    place = assess.centred(scan, grid.to_lps((crop.center + added)[None])[0], ensemble)
    drawn = assess.draw(scan, [place], np.zeros(1), ensemble)
    found = assess.judge(scan, [(drawn[0], 1.0)], ensemble)[0]
    return Reading(crop, known, found, _dice(crop, found, added) if found else 0.0)


def _dice(crop: Crop, found: Assessed, added: np.ndarray[tuple[int], np.dtype[np.int_]]) -> float:
    """2 |A ∩ B| / (|A| + |B|) of the model's and the readers' mask."""
    whole = np.pad(crop.mask, [(n, n) for n in added])
    box = tuple(slice(a, a + n) for a, n in zip(found.low, found.mask.shape, strict=True))
    return float(2 * (whole[box] & found.mask).sum() / (whole.sum() + found.mask.sum()))
