"""A folder of labelled nodule crops: `image/*.nii.gz` in HU, `mask/*.nii.gz`, `labels.csv` with one row per nodule."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.lung import nifti
from models.lung.measure import Measurements, measure
from models.refusal import NoResult

FOLDS = 5
NEEDED = ("patient_id", "file", "Diagnosis_value", "diameter_mm")


@dataclass(frozen=True)
class Crop:
    """One nodule: `hu` and `mask` (Z, Y, X), spacing in mm, and what the readers said (ratings as in the table, 1 to 5 or 6)."""

    file: str
    patient: str
    hu: NDArray[np.float32]
    mask: NDArray[np.bool_]
    spacing_mm: NDArray[np.float64]
    malignant: bool
    diameter_mm: float
    ratings: dict[str, float]

    @cached_property
    def measurements(self) -> Measurements:
        """Measured on the readers' mask."""
        return measure(self.mask, self.hu, self.spacing_mm)

    @cached_property
    def center(self) -> NDArray[np.float64]:
        """Centroid (3,) of the mask in voxels."""
        return np.asarray(np.argwhere(self.mask).mean(0))


def fold_of(patient: str) -> int:
    """The fold 0…4 whose network never sees this patient: fixed by the name, the same on every machine."""
    return int(hashlib.sha256(f"firstlight lung {patient}".encode()).hexdigest(), 16) % FOLDS


def read(folder: Path) -> list[Crop]:
    """All crops of the folder, in the table's order. Raises NoResult when the table or an image is missing or does not fit."""
    table = folder / "labels.csv"
    if not table.is_file():
        raise NoResult(f"{folder} has no labels.csv. Expected: labels.csv, image/ and mask/. Whoever prepared the folder has to add it.")
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise NoResult(f"labels.csv has no rows or lacks the columns {', '.join(missing)}. Whoever prepared the folder has to add them.")
    return [_crop(folder, row) for row in rows]


def _crop(folder: Path, row: dict[str, str]) -> Crop:
    hu, affine = nifti.read(_find(folder / "image", row["file"]))
    mask, _ = nifti.read(_find(folder / "mask", row["file"]))
    if mask.shape != hu.shape or not (mask > 0).any():
        raise NoResult(f"The mask of {row['file']} is empty or of another shape than its image ({mask.shape}, expected {hu.shape}).")
    ratings = {key.removesuffix("_value"): float(value) for key, value in row.items() if key.endswith("_value") and value}
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    malignant = float(row["Diagnosis_value"]) > 0.5
    return Crop(row["file"], row["patient_id"], hu, mask > 0, spacing, malignant, float(row["diameter_mm"]), ratings)


def _find(folder: Path, name: str) -> Path:
    for ending in (".nii.gz", ".nii", ""):
        if (folder / f"{name}{ending}").is_file():
            return folder / f"{name}{ending}"
    raise NoResult(f"{folder.name}/{name}.nii.gz is missing. Whoever prepared the folder has to add it.")
