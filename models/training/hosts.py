"""Whole scans to train beside: lung to put nodules into, and the places that look like nodules there but are none.

A host is an `.npz` with `hu` (Z, Y, X) and `affine` as `python -m models.score … --volumes DIR` writes it, or a NIfTI file. An optional
`exclude_mm` (N, 4) in the `.npz` names spheres (LPS mm, radius) around known lesions, which are never used as negatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import candidates, field, nifti
from models.lung.grid import in_reading_order, isotropic
from models.lung.patch import SIZE, SPACING_MM
from models.lung.region import lung_box

NEGATIVES = (1000, 300)


@dataclass(frozen=True)
class Host:
    """`hu` (Z, Y, X) at patch.SPACING_MM; `lung` (N, 3) voxels deep in aerated lung; `negatives` (M, 3) voxels of what is no nodule."""

    name: str
    hu: NDArray[np.int16]
    lung: NDArray[np.int_]
    negatives: NDArray[np.int_]

    def cube(self, center: NDArray[np.int_]) -> NDArray[np.float32]:
        """(SIZE, SIZE, SIZE) HU around a voxel."""
        index = [np.clip(np.arange(c - SIZE // 2, c + SIZE // 2), 0, n - 1) for c, n in zip(center, self.hu.shape, strict=True)]
        return np.asarray(self.hu[np.ix_(*index)], np.float32)


def read(folder: Path) -> list[Host]:
    """The hosts of a folder, in the order of their names."""
    return [prepare(path) for path in sorted(folder.iterdir()) if path.suffix == ".npz" or path.name.endswith((".nii", ".nii.gz"))]


def prepare(path: Path) -> Host:
    """One host from its file."""
    exclude = np.zeros((0, 4))
    if path.suffix == ".npz":
        stored = np.load(path)
        hu, affine = stored["hu"], stored["affine"]
        exclude = stored.get("exclude_mm", exclude)
    else:
        values, affine = nifti.read(path)
        hu = np.clip(values, -1100, 3071).astype(np.int16)
    grid, _ = in_reading_order(hu, affine)
    lung = field.find(grid)
    box = lung_box(grid, lung)
    fine = isotropic(grid, SPACING_MM, box)
    centers = candidates.find(fine, lung, NEGATIVES).centers_mm
    for x, y, z, radius in exclude:
        centers = centers[np.linalg.norm(centers - [x, y, z], axis=1) > radius + 6]
    deep = candidates.sample_mask(lung, fine) & ndimage.binary_erosion(np.asarray(fine.hu, np.float32) < -600, iterations=2)
    places = np.argwhere(deep)[::97]
    return Host(path.stem, np.rint(fine.hu).astype(np.int16), places, np.rint(fine.to_voxel(centers)).astype(int))
