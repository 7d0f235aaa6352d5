"""What a reader would say of one nodule beyond its malignancy: size, type, solid part, calcium, fat, place, pleura, outline.

What the images cannot tell is None. Fissures are not looked for, so a perifissural nodule is never named as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lung.field import Field
from models.lung.grid import Grid
from models.lung.measure import axial_diameters

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Description:
    """One nodule in words and numbers; lengths in mm, volumes in mm³.

    Diameters are axial and rounded to 0.1 mm as Lung-RADS v2022 asks; the `solid_…` sizes are those of the solid part of a part-solid nodule.
    `nodule_type`: "solid", "part-solid" or "non-solid"; `calcification`: "none", "central", "diffuse", "laminated", "popcorn", "eccentric" or
    "present" where there is calcium whose pattern cannot be told. `third`: of its own lung by height. `pleural_mm`: to the edge of the lung
    field (ribs, diaphragm or mediastinum), 0 where it touches; `pleural_contact`: share of its surface that lies there. `spiculation` and
    `lobulation`: the readers' scale as the network estimates it, as 0…1; `irregularity`: of the outline itself, 0 for a smooth ellipsoid.
    `because`: a sentence for each thing that was not told.
    """

    volume_mm3: float
    long_axis_mm: float
    short_axis_mm: float
    mean_diameter_mm: float
    effective_diameter_mm: float
    nodule_type: str | None = None
    solid_long_mm: float | None = None
    solid_short_mm: float | None = None
    solid_mean_mm: float | None = None
    solid_volume_mm3: float | None = None
    solid_mask: Mask | None = None
    calcification: str | None = None
    fat: bool | None = None
    side: str | None = None
    third: str | None = None
    upper_lobe: bool | None = None
    pleural_mm: float | None = None
    pleural_contact: float | None = None
    spiculation: float | None = None
    lobulation: float | None = None
    irregularity: float | None = None
    because: tuple[str, ...] = ()


def describe(
    mask: Mask,
    hu: NDArray[np.int16] | NDArray[np.float32],
    spacing_mm: Floats,
    center_mm: Floats,
    grid: Grid,
    lung: Field | None,
    told: Mapping[str, float],
) -> Description:
    """The nodule `mask` (Z, Y, X), not empty, in `hu` of the same shape, whose centroid lies at `center_mm` (LPS) of `grid`.

    `told`: the network's estimate of the readers' ratings (texture, spiculation, lobulation …, on their scales), empty where there is none.
    Without `lung` nothing is said of place and pleura.
    """
    volume = float(mask.sum() * np.prod(spacing_mm))
    long_axis, short_axis = (round(value, 1) for value in axial_diameters(mask, spacing_mm))
    return Description(
        volume_mm3=volume,
        long_axis_mm=long_axis,
        short_axis_mm=short_axis,
        mean_diameter_mm=round((long_axis + short_axis) / 2, 1),
        effective_diameter_mm=round(float((6 * volume / np.pi) ** (1 / 3)), 1),
    )
