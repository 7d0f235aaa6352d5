"""What a reader would say of one nodule beyond its malignancy: size, type, solid part, calcium, fat, place, pleura, outline.

What the images cannot tell is None. Fissures are not looked for, so a perifissural nodule is never named as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.lung import calcium_pattern, fat, place, pleura, shape, solid
from models.lung.field import Field
from models.lung.grid import Grid
from models.lung.measure import axial_diameters

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Image = NDArray[np.int16] | NDArray[np.float32]


@dataclass(frozen=True)
class Description:
    """One nodule in words and numbers; lengths in mm, volumes in mm³.

    Diameters are axial and to 0.1 mm: Lung-RADS v2022 asks for one decimal and allows any plane, of which the axial one is the finest in
    most scans. The `solid_…` sizes are those of the largest solid piece of a part-solid nodule. `nodule_type`: "solid", "part-solid" or
    "non-solid". `calcification`: "none", "central", "diffuse", "laminated", "popcorn", "eccentric", or "present" where its pattern cannot
    be told. `third`: of its own lung by height. `pleural_mm`: to the edge of the lung field (ribs, diaphragm, mediastinum), 0 where it
    touches; `pleural_contact`: the share of its surface there. `spiculation`, `lobulation`: the readers' scale as the network estimates
    it, as 0…1. `irregularity`: of the outline, 0 where it is convex; `smooth`: what readers call no spiculation. `because`: why something
    was not told.
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
    smooth: bool | None = None
    because: tuple[str, ...] = ()


SMOOTH_BELOW = 0.05
"""Irregularity of nine tenths of the nodules that readers rate as not spiculated at all."""
MARGIN_MM, COARSE_PIXEL_MM = 4.0, 1.5


def describe(
    mask: Mask,
    hu: Image,
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
    wide_mask, wide_hu = with_surroundings(mask, hu, center_mm, grid)
    parts: tuple[dict[str, Any], ...] = (
        _size(mask, spacing_mm),
        _density(wide_mask, wide_hu, spacing_mm, told.get("texture")),
        _minerals(wide_mask, wide_hu, spacing_mm, lung, told.get("calcification")),
        _outline(mask, told),
        _place(mask, spacing_mm, center_mm, grid, lung) if lung else {},
    )
    because = tuple(reason for part in parts for reason in part.pop("because", ()))
    values = {name: value for part in parts for name, value in part.items()}
    return Description(**values, because=because)


def with_surroundings(mask: Mask, hu: Image, center_mm: Floats, grid: Grid) -> tuple[Mask, Image]:
    """Mask and image widened by MARGIN_MM where `grid` goes on; as they are where the block is not found there by its centre."""
    low = np.rint(grid.to_voxel(center_mm[None])[0] - np.argwhere(mask).mean(0)).astype(int)
    high = low + mask.shape
    if (low < 0).any() or (high > grid.hu.shape).any() or not np.array_equal(grid.hu[_box(low, high)], hu):
        return mask, hu
    margin = np.ceil(MARGIN_MM / grid.spacing_mm).astype(int)
    first, last = np.maximum(low - margin, 0), np.minimum(high + margin, grid.hu.shape)
    return np.pad(mask, list(zip(low - first, last - high, strict=True))), grid.hu[_box(first, last)]


def _box(low: NDArray[np.int_], high: NDArray[np.int_]) -> tuple[slice, ...]:
    return tuple(slice(a, b) for a, b in zip(low, high, strict=True))


def _size(mask: Mask, spacing_mm: Floats) -> dict[str, Any]:
    volume = float(mask.sum() * np.prod(spacing_mm))
    long_axis, short_axis = axial_diameters(mask, spacing_mm)
    pixel = float(spacing_mm[1:].max())
    coarse = (f"The pixels are {pixel:.1f} mm wide, so the diameters may be wrong by as much.",) if pixel > COARSE_PIXEL_MM else ()
    return {
        "volume_mm3": round(volume, 1),
        "long_axis_mm": round(long_axis, 1),
        "short_axis_mm": round(short_axis, 1),
        "mean_diameter_mm": round((long_axis + short_axis) / 2, 1),
        "effective_diameter_mm": round(float((6 * volume / np.pi) ** (1 / 3)), 1),
        "because": coarse,
    }


def _density(mask: Mask, hu: Image, spacing_mm: Floats, texture: float | None) -> dict[str, Any]:
    """Type, and the solid part of a part-solid nodule."""
    found = solid.density(mask, hu, spacing_mm)
    kind = solid.agreed(found, texture)
    if kind is None:
        return {"because": (_no_type(found, texture),)}
    if kind != solid.PART_SOLID:
        return {"nodule_type": kind}
    core = solid.core(found.part, spacing_mm)
    if core is None:
        return {"because": ("It looks part-solid, but its solid part is too small to be measured; a reader has to say the type.",)}
    size = _size(core, spacing_mm)
    names = {
        "long_axis_mm": "solid_long_mm",
        "short_axis_mm": "solid_short_mm",
        "mean_diameter_mm": "solid_mean_mm",
        "volume_mm3": "solid_volume_mm3",
    }
    return {"nodule_type": kind, **{ours: size[name] for name, ours in names.items()}}


def _no_type(found: solid.Density, texture: float | None) -> str:
    if texture is None:
        return f"The density fits more than one type ({', '.join(sorted(found.possible))}); a reader has to say which."
    return (
        f"The network sees a {solid.named(texture)} nodule, but the CT numbers fit {' or '.join(sorted(found.possible))}; "
        "a reader has to say the type."
    )


def _minerals(mask: Mask, hu: Image, spacing_mm: Floats, lung: Field | None, rating: float | None) -> dict[str, Any]:
    """Calcium and fat. Contrast may have been given where the scan is not known."""
    contrast = lung is None or any("contrast" in warning for warning in lung.warnings)
    word = calcium_pattern.agreed(calcium_pattern.pattern(mask, hu, spacing_mm, contrast), rating)
    because = ("The network sees calcium that the CT numbers do not show; a reader has to look.",) if word is None else ()
    return {"calcification": word, "fat": fat.is_there(mask, hu, spacing_mm), "because": because}


def _outline(mask: Mask, told: Mapping[str, float]) -> dict[str, Any]:
    uneven = shape.irregularity(mask)
    scaled = {
        name: round(float(np.clip((told[name] - 1) / 4, 0, 1)), 3) if name in told else None for name in ("spiculation", "lobulation")
    }
    return {"irregularity": round(uneven, 3), "smooth": _smooth(uneven, scaled["spiculation"]), **scaled}


def _smooth(irregularity: float, spiculation: float | None) -> bool | None:
    """Outline and network together; None where they disagree."""
    by_outline = irregularity < SMOOTH_BELOW
    return by_outline if spiculation is None or by_outline == (spiculation < 0.25) else None


def _place(mask: Mask, spacing_mm: Floats, center_mm: Floats, grid: Grid, lung: Field) -> dict[str, Any]:
    where = place.of(center_mm, lung)
    index = np.argwhere(mask)
    places = center_mm + (index - index.mean(0)) @ grid.affine[:3, :3].T
    touch = pleura.contact(mask, spacing_mm, places, grid.affine[:3, :3] / grid.spacing_mm, lung)
    return {
        "side": where.side,
        "third": where.third,
        "upper_lobe": where.upper_lobe,
        "because": where.because,
        "pleural_mm": touch.distance_mm,
        "pleural_contact": touch.share,
    }
