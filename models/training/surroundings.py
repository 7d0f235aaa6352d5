"""Whole scans to train beside: lung to put nodules into, and the places that look like nodules there but are none.

A host is an `.npz` with `hu` (Z, Y, X) and `affine`, or a NIfTI file. An optional `exclude_mm` (N, 4) in the `.npz` names spheres
(LPS mm, radius) around known lesions, which are never used as negatives.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import candidates, field, nifti
from models.lung.candidates import sample_mask
from models.lung.crops import fold_of
from models.lung.field import Field
from models.lung.grid import in_reading_order, isotropic
from models.lung.region import lung_box
from models.lung.sampling import DETECTION, Frame, Scan

NEGATIVES = (1200, 300)
log = logging.getLogger(__name__)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Host:
    """`scan`: the lung's box at the scan's own voxels; `coarse`: the same at 1.25 mm; `lung_mm` (N, 3) deep in aerated lung; `negatives_mm`
    (M, 3) bright round places that are no known lesion; `exclude_mm` (K, 4) known lesions. All LPS mm."""

    name: str
    scan: Scan
    coarse: Scan
    lung: Field
    inside: NDArray[np.bool_]
    lung_mm: Floats
    negatives_mm: Floats
    exclude_mm: Floats

    @property
    def fold(self) -> int:
        """The fold whose networks never see this scan."""
        return fold_of(self.name)

    def cube(self, center_mm: Floats, frame: Frame) -> NDArray[np.float32]:
        """(size, size, size) HU around a point, from the 1.25 mm copy where that is fine enough."""
        source = self.coarse if frame.spacing_mm >= DETECTION.spacing_mm else self.scan
        return source.cube(center_mm, frame)


def read(folder: Path) -> list[Host]:
    """The hosts of a folder, in the order of their names."""
    return [prepare(path) for path in sorted(folder.iterdir()) if path.suffix == ".npz" or path.name.endswith((".nii", ".nii.gz"))]


def prepare(path: Path) -> Host:
    """One host from its file."""
    exclude = np.zeros((0, 4))
    if path.suffix == ".npz":
        stored = np.load(path)
        hu, affine = stored["hu"], stored["affine"]
        exclude = stored["exclude_mm"].reshape(-1, 4) if "exclude_mm" in stored else exclude
    else:
        values, affine = nifti.read(path)
        hu = np.clip(values, -1100, 3071).astype(np.int16)
    grid, _ = in_reading_order(hu, affine)
    lung = field.find(grid)
    box = lung_box(grid, lung)
    coarse = isotropic(grid, DETECTION.spacing_mm, box)
    centers = candidates.find(coarse, lung, NEGATIVES).centers_mm
    for x, y, z, radius in exclude:
        centers = centers[np.linalg.norm(centers - [x, y, z], axis=1) > radius + 6]
    inside = sample_mask(lung, coarse)
    deep = inside & ndimage.binary_erosion(np.asarray(coarse.hu, np.float32) < -600, iterations=2)
    places = coarse.to_lps(np.argwhere(deep)[::97].astype(np.float64))
    log.info("%s: %d places that are no nodule", path.stem, len(centers))
    return Host(path.name.split(".")[0], Scan.of(grid, box), Scan.of(coarse), lung, inside, places, centers, exclude)
