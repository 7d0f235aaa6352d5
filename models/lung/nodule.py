"""One finding of the lung model, as the record, the viewer and the reports take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.explanation.explanation import Explanation
from models.lung.field import Field
from models.lung.quality import Quality

Point = tuple[float, float, float]


@dataclass(frozen=True)
class RunLength:
    """A mask inside a box of the given volume: runs of outside, inside, outside … in C order over (k, j, i)."""

    first_kji: tuple[int, int, int]
    shape: tuple[int, int, int]
    runs: tuple[int, ...]

    @classmethod
    def of(cls, block: NDArray[np.bool_], first: NDArray[np.int_]) -> RunLength:
        """Encode a block whose first voxel is `first` of the volume."""
        flat = block.ravel()
        changes = np.flatnonzero(np.diff(flat)) + 1
        ends = [0, *changes.tolist(), flat.size]
        runs = [b - a for a, b in pairwise(ends)]
        k, j, i = (int(n) for n in first)
        return cls((k, j, i), (block.shape[0], block.shape[1], block.shape[2]), tuple([0, *runs] if flat[0] else runs))

    def block(self) -> NDArray[np.bool_]:
        """The mask (k, j, i) of the box."""
        inside = np.arange(len(self.runs)) % 2 == 1
        return np.repeat(inside, self.runs).reshape(self.shape)


@dataclass(frozen=True)
class Nodule:
    """A finding above the operating point. Positions are voxel centres of the given volume; diameters are axial.

    `probability`: that it is a nodule; `malignancy`: suspicion as radiologists' consensus would give it, calibrated; both in [0, 1].
    What could not be told is None. `nodule_type`: "solid", "part-solid" or "non-solid"; the `solid_…` sizes are those of the solid part of
    a part-solid one. `third`: "upper", "middle" or "lower" third of its lung by height. `pleural_mm`: from its mask to the edge of the lung
    field, 0 where it touches. `attributes`: readers' scales (1 to 5, calcification to 6) as the network estimates them.
    `baseline_malignancy`: what the diameter alone would say, calibrated on the same nodules.
    """

    center_lps_mm: Point
    center_kji: Point
    long_axis_mm: float
    short_axis_mm: float
    mean_diameter_mm: float
    volume_mm3: float
    probability: float
    malignancy: float
    box_kji: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    mask: RunLength
    side: str | None
    nodule_type: str | None = None
    upper_lobe: bool | None = None
    third: str | None = None
    effective_diameter_mm: float | None = None
    solid_long_mm: float | None = None
    solid_short_mm: float | None = None
    solid_mean_mm: float | None = None
    solid_volume_mm3: float | None = None
    calcification: str | None = None
    fat: bool | None = None
    pleural_mm: float | None = None
    spiculation: float | None = None
    attributes: dict[str, float] = field(default_factory=dict)
    baseline_malignancy: float | None = None


@dataclass(frozen=True)
class LungResult:
    """Findings, most probable first; what limits the result; how long each stage took; `explanations` by place in `findings`, of some."""

    findings: tuple[Nodule, ...]
    warnings: tuple[str, ...]
    stage_seconds: dict[str, float]
    lung_volume_ml: float
    model: str
    device: str
    explanations: Mapping[int, Explanation] = field(default_factory=dict)
    quality: Quality | None = None
    lung: Field | None = None
