"""Coronary calcium on a scan without gating and without contrast, as a class: none, mild, moderate or severe.

Spots of at least 130 HU in the heart are weighted as Agatston AS et al. did (J Am Coll Cardiol 1990;15:827), on slices averaged to about
3 mm, and classed by the limits of CAC-DRS (Hecht HS et al. J Cardiovasc Comput Tomogr 2018;12:185). Motion blurs spots and moves them
between classes, so the number behind the class is kept for validation and not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.coverage import CONTRAST_HU
from models.lung.grid import Grid
from models.opportunistic import aorta, heart, spine
from models.opportunistic.aorta import Circle
from models.opportunistic.chest import Chest, Mask, Sample, in_scan, measured
from models.refusal import NoResult

CLASSES = ("none", "mild", "moderate", "severe")
SLICE_MM, SPOT_HU, METAL_HU = 3.0, 130.0, 2000.0
LEAST_MM2, FEWEST, BONE_ML, INSIDE_SHARE = 1.0, 3, 6.0, 0.5
FAT_HU, FAT_SHARE, FAT_REACH, DEEP_MM = (-150.0, -25.0), 0.02, 7, 22.0
WEIGHTS_HU = (130.0, 200.0, 300.0, 400.0)
NOISE_TIMES = 3.0
Box = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Calcium:
    """`category` is one of CLASSES; `score` and `volume_mm3` are what it was taken from; `spots` counted, `set_aside` not."""

    category: str
    score: float
    volume_mm3: float
    spots: int
    set_aside: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Slab:
    """The part of the scan around the heart in slices of about SLICE_MM: `grid`, and in it the heart and the blood, each (Z, Y, X)."""

    grid: Grid
    region: Mask
    blood: Mask


@dataclass(frozen=True)
class Spot:
    """What hangs together above SPOT_HU: `mask` within `box` of the slab."""

    box: Box
    mask: Mask


def measure(chest: Chest, limits: Mapping[str, float]) -> Calcium:
    """The class of one scan. Raises NoResult with contrast, with slices too thick or too noisy, or where the heart is not found whole."""
    _require_plain(chest, limits)
    canal = spine.canal(chest.lung)
    found = heart.find(chest, canal, spine.vertebrae(chest.lung, canal))
    slab = _slab(chest, found.region)
    _require_quiet(slab)
    coronary, other, metal = _told_apart(chest, slab)
    score = sum(_agatston(slab.grid, spot) for spot in coronary)
    volume = float(np.prod(slab.grid.spacing_mm)) * sum(int(spot.mask.sum()) for spot in coronary)
    steps = [limits["mild_above"], limits["moderate_from"], limits["severe_from"]]
    category = CLASSES[0 if score <= steps[0] else 1 + int(np.searchsorted(steps[1:], score, side="right"))]
    assumed = tuple(f"Something was assumed: {one}." for one in found.assumed)
    warnings = (*assumed, *_warnings(chest, limits, len(other), metal))
    return Calcium(category, round(score, 1), round(volume, 1), len(coronary), len(other), warnings)


def _require_plain(chest: Chest, limits: Mapping[str, float]) -> None:
    thickness = float(chest.grid.spacing_mm[0])
    if chest.blood is None:
        raise NoResult("The heart could not be found to see whether contrast was given. The sender has to send the whole chest.")
    _require_no_contrast(chest.blood)
    if thickness > limits["thickest_mm"]:
        raise NoResult(
            f"The slices are {thickness:.1f} mm apart; above {limits['thickest_mm']:.0f} mm small calcifications are averaged away. "
            "The sender has to send a thinner reconstruction."
        )


def _require_no_contrast(blood: Sample) -> None:
    if blood.mean_hu > CONTRAST_HU:
        raise NoResult(
            f"The blood measures {blood.mean_hu:.0f} HU, so contrast was given; calcium cannot be told from it. "
            "Only a scan without contrast can be used."
        )


def _slab(chest: Chest, region: Mask) -> Slab:
    """Scan and region around the heart, every few thin slices averaged into one."""
    grid, coarse = chest.grid, chest.lung.coarse
    steps = coarse.spacing_mm / grid.spacing_mm
    places = [np.flatnonzero(region.any(tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    margin = np.array([0, 4, 4])
    low = [max(int((own[0] - margin[n]) * steps[n]), 0) for n, own in enumerate(places)]
    high = [min(int((own[-1] + 1 + margin[n]) * steps[n]) + 1, grid.hu.shape[n]) for n, own in enumerate(places)]
    every = max(1, round(SLICE_MM / float(grid.spacing_mm[0])))
    starts = range(low[0], high[0] - every + 1, every)
    planes = [np.asarray(grid.hu[k : k + every, low[1] : high[1], low[2] : high[2]], np.float32).mean(0) for k in starts]
    inside = [
        np.stack([in_scan(grid, coarse, mask, k + every // 2)[low[1] : high[1], low[2] : high[2]] for k in starts])
        for mask in (region, chest.core)
    ]
    affine = grid.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ np.array([low[0] + (every - 1) / 2, low[1], low[2]])
    affine[:3, 0] *= every
    return Slab(Grid(np.stack(planes), affine), inside[0].astype(bool), inside[1].astype(bool))


def _require_quiet(slab: Slab) -> None:
    """Neither contrast nor the noise in these slices may reach the limit of calcium by itself."""
    blood = measured(zip(np.asarray(slab.grid.hu), slab.blood, strict=True), float(slab.grid.spacing_mm[1]))
    if blood is None:
        raise NoResult("There is too little blood in the heart to measure noise in. The sender has to send the whole chest.")
    _require_no_contrast(blood)
    if blood.mean_hu + NOISE_TIMES * blood.sd_hu > SPOT_HU:
        raise NoResult(
            f"The blood has {blood.mean_hu:.0f} HU and a noise of {blood.sd_hu:.0f} HU; calcium begins at {SPOT_HU:.0f} HU and could "
            "not be told from it. The sender has to send a smoother reconstruction."
        )


def _told_apart(chest: Chest, slab: Slab) -> tuple[list[Spot], list[Spot], bool]:
    """(spots taken as coronary, spots in the heart that are set aside, whether there is metal in it)."""
    hu, voxel_ml = np.asarray(slab.grid.hu), float(np.prod(slab.grid.spacing_mm)) / 1000
    coronary, other, metal = [], [], False
    fat, depth = _surroundings(chest)
    spots = list(_spots(slab))
    wall = aorta.walls(slab.grid, (piece for spot in spots for piece in aorta.slices_of(spot.box, spot.mask)))
    for spot in spots:
        middle = np.argwhere(spot.mask).mean(0) + [part.start for part in spot.box]
        place = tuple(_coarse_voxel(chest, slab.grid, middle))
        if hu[spot.box][spot.mask].max() > METAL_HU:
            metal = True
        elif spot.mask.sum() * voxel_ml > BONE_ML or (fat[place] < FAT_SHARE and depth[place] > DEEP_MM) or _in_wall(slab, wall, spot):
            other.append(spot)
        else:
            coronary.append(spot)
    return coronary, other, metal


def _in_wall(slab: Slab, wall: list[Circle], spot: Spot) -> bool:
    """Whether most of the spot lies in the wall of the aorta."""
    places = np.argwhere(spot.mask) + np.array([part.start for part in spot.box], float)
    return bool(wall) and float(np.mean([aorta.in_wall(slab.grid, wall, place) for place in places])) > 0.5


def _spots(slab: Slab) -> Iterator[Spot]:
    """Spots large enough to count, most of each within the heart: ribs and breastbone reach into it at most with their edge."""
    labels, count = ndimage.label(np.asarray(slab.grid.hu, np.float32) >= SPOT_HU, np.ones((3, 3, 3)))
    for label, box in enumerate(ndimage.find_objects(labels, count), 1):
        mask = labels[box] == label
        if mask.sum() >= FEWEST and slab.region[box][mask].mean() >= INSIDE_SHARE and _large_enough(slab.grid, mask):
            yield Spot(box, mask)


def _surroundings(chest: Chest) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """On the coarse grid: share of fat around each voxel, away from the edge of the lungs; and its depth below that edge in mm.

    Coronary arteries run in the fat under the surface of the heart; valves and the wall of the heart have none around them.
    """
    hu = chest.lung.coarse.hu
    near_lung = ndimage.binary_dilation(chest.lung.mask, iterations=1)
    fat = (hu > FAT_HU[0]) & (hu < FAT_HU[1]) & ~near_lung
    depth = ndimage.distance_transform_edt(chest.hull & ~chest.lung.mask) * float(chest.lung.coarse.spacing_mm[0])
    return ndimage.uniform_filter(fat.astype(np.float32), FAT_REACH), np.asarray(depth, np.float64)


def _coarse_voxel(chest: Chest, grid: Grid, middle: NDArray[np.float64]) -> NDArray[np.int_]:
    coarse = chest.lung.coarse
    voxel = np.rint(coarse.to_voxel(grid.to_lps(middle[None]))[0]).astype(int)
    return np.asarray(np.clip(voxel, 0, np.array(coarse.hu.shape) - 1))


def _large_enough(grid: Grid, spot: Mask) -> bool:
    """At least LEAST_MM2 in one slice."""
    pixel = float(grid.spacing_mm[1] * grid.spacing_mm[2])
    return bool(spot.sum((1, 2)).max() * pixel >= LEAST_MM2)


def _agatston(grid: Grid, spot: Spot) -> float:
    """Area in mm² of each slice of a spot times 1 to 4 by its brightest pixel there, as if slices were SLICE_MM apart."""
    pixel, share = float(grid.spacing_mm[1] * grid.spacing_mm[2]), float(grid.spacing_mm[0]) / SLICE_MM
    score = 0.0
    for plane, own in zip(np.asarray(grid.hu)[spot.box], spot.mask, strict=True):
        if own.any():
            score += share * pixel * float(own.sum()) * int(np.searchsorted(WEIGHTS_HU, plane[own].max(), side="right"))
    return score


def _warnings(chest: Chest, limits: Mapping[str, float], set_aside: int, metal: bool) -> list[str]:
    found = []
    if metal:
        found.append(f"There is metal in the heart (above {METAL_HU:.0f} HU: a stent, lead or valve); only itself was left out.")
    if set_aside:
        found.append(f"{set_aside} calcified places in the aorta's wall, without fat around them, or too large, were left out.")
    if chest.grid.spacing_mm[0] > limits["thick_mm"]:
        found.append(f"The slices are {chest.grid.spacing_mm[0]:.1f} mm apart: small calcifications may be missed.")
    return found
