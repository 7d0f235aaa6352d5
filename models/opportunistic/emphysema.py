"""Emphysema as a share of the lung: voxels below -950 HU, and the density below which 15 % of the lung lie.

Gevenois PA et al. Am J Respir Crit Care Med 1996;154:187 (-950 HU against pathology); Stoel BC, Stolk J. Invest Radiol 2004;39:681
(15th percentile). Noise pushes healthy voxels below the limit: Schilham AMR et al. IEEE Trans Med Imaging 2006;25:451.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr

from models.lung.field import SPACING_MM
from models.lung.grid import Grid
from models.opportunistic.chest import Chest, Sample, in_scan, sample
from models.opportunistic.smoothing import median_3x3
from models.refusal import NoResult

LOW_HU, PERCENTILE, ORDINARY_HU = -950, 15.0, -860
LEAST_HU, BINS = -1100, 1000
SIDES, THIRDS = ("right", "left"), ("lower", "middle", "upper")
CUT_CM2, SHALLOW_HU, TRACHEA_HU = 20.0, -740.0, (-1025.0, -945.0)


@dataclass(frozen=True)
class Emphysema:
    """`laa950` in percent of the aerated lung, `perc15_hu` in HU, `parts` the same share by "left", "right", "left upper", ….

    `noise_hu` is that of the values measured; `filtered` says that they come from a median of 3 × 3 pixels.
    """

    laa950: float
    perc15_hu: float
    mean_hu: float
    parts: Mapping[str, float]
    noise_hu: float
    filtered: bool
    warnings: tuple[str, ...]


def measure(chest: Chest, limits: Mapping[str, float], *, median: bool | None = None) -> Emphysema:
    """The low attenuation of the lungs. `limits`: the card's thresholds; `median`: filter or not, by default where noise asks for it.

    Raises NoResult where slices are too thick, or noise would be counted as emphysema.
    """
    thickness = float(chest.grid.spacing_mm[0])
    if thickness > limits["thickest_mm"]:
        raise NoResult(
            f"The slices are {thickness:.1f} mm apart; above {limits['thickest_mm']:.0f} mm emphysema and lung around it are averaged. "
            "The sender has to send a thinner reconstruction."
        )
    grid, noise, filtered = _quiet(chest, limits, median)
    counts = _counts(chest, grid)
    whole = counts.sum(0)
    low = 100 * counts[:, : LOW_HU - LEAST_HU].sum(1) / np.maximum(counts.sum(1), 1)
    sides = {side: _share(counts[3 * n : 3 * n + 3].sum(0)) for n, side in enumerate(SIDES)}
    thirds = {f"{side} {third}": float(low[3 * n + m]) for n, side in enumerate(SIDES) for m, third in enumerate(THIRDS)}
    mean = float((whole * (np.arange(BINS) + LEAST_HU)).sum() / whole.sum())
    parts = {part: round(share, 1) for part, share in (sides if _cut(chest) else sides | thirds).items()}
    warnings = tuple(_warnings(chest, limits, noise, mean, filtered=filtered))
    return Emphysema(round(_share(whole), 1), round(_percentile(whole), 1), round(mean, 1), parts, round(noise, 1), filtered, warnings)


def floor(noise_hu: float) -> float:
    """Percent of a lung of ordinary density that noise of this size alone puts below -950 HU."""
    return float(100 * ndtr((LOW_HU - ORDINARY_HU) / max(noise_hu, 1e-6)))


def _quiet(chest: Chest, limits: Mapping[str, float], median: bool | None) -> tuple[Grid, float, bool]:
    """The scan to count in, its noise, and whether it was filtered."""
    noise = _noise(chest.blood, chest.air)
    wanted = noise > limits["noise_clean_hu"] if median is None else median
    grid = chest.grid
    if wanted:
        grid = Grid(median_3x3(np.asarray(grid.hu)), grid.affine)
        lumen = ndimage.binary_erosion(chest.airway, np.ones((1, 3, 3), bool))
        noise = _noise(sample(grid, chest.lung, chest.core), sample(grid, chest.lung, np.asarray(lumen)))
    if noise > limits["noise_most_hu"]:
        raise NoResult(
            f"The noise is {noise:.0f} HU{' after a median filter' if wanted else ''}; above {limits['noise_most_hu']:.0f} HU it alone "
            f"would count {floor(noise):.0f} % of a healthy lung as emphysema. The sender has to send a smoother or thicker reconstruction."
        )
    return grid, noise, wanted


def _noise(blood: Sample | None, air: Sample | None) -> float:
    """Noise in HU between that in blood and that in air, as lung lies between them."""
    known = [one.sd_hu for one in (blood, air) if one is not None]
    if not known:
        raise NoResult(
            "Neither the windpipe nor the heart could be found to measure noise in, without which a share of emphysema means nothing. "
            "The sender has to check that this is a complete chest CT."
        )
    return float(np.sqrt(np.mean(np.square(known))))


def _zones(chest: Chest) -> NDArray[np.int8]:
    """(z, y, x) on the coarse grid: 1 + 3 * side + third in aerated lung away from the airways, else 0; thirds by height."""
    lung = chest.lung
    own = lung.air & ~ndimage.binary_dilation(chest.airway, iterations=1)
    zones = np.zeros(own.shape, np.int8)
    for n, side in enumerate((own & ~lung.left, own & lung.left)):
        levels = np.flatnonzero(side.any((1, 2)))
        if levels.size:
            third = np.clip(3 * (np.arange(len(own)) - levels[0]) // len(levels), 0, 2).astype(np.int8)
            zones += side * (1 + 3 * n + third)[:, None, None].astype(np.int8)
    return zones


def _counts(chest: Chest, grid: Grid) -> NDArray[np.int64]:
    """(6, BINS): how many voxels of each zone have each value from LEAST_HU on; what is below or above is in the first or last bin."""
    zones, coarse = _zones(chest), chest.lung.coarse
    counts = np.zeros((7, BINS), np.int64)
    for k in range(grid.hu.shape[0]):
        zone = in_scan(grid, coarse, zones, k)
        inside = zone > 0
        value = np.clip(grid.hu[k][inside].astype(np.int32) - LEAST_HU, 0, BINS - 1)
        counts += np.bincount(zone[inside].astype(np.int32) * BINS + value, minlength=7 * BINS).reshape(7, BINS)
    return counts[1:]


def _share(counts: NDArray[np.int64]) -> float:
    """Percent of the voxels below LOW_HU."""
    return float(100 * counts[: LOW_HU - LEAST_HU].sum() / max(int(counts.sum()), 1))


def _percentile(counts: NDArray[np.int64]) -> float:
    """The value in HU below which PERCENTILE of the voxels lie, interpolated within its bin."""
    below, wanted = np.cumsum(counts), counts.sum() * PERCENTILE / 100
    n = int(np.searchsorted(below, wanted))
    return float(LEAST_HU + n - 0.5 + (wanted - (below[n - 1] if n else 0)) / max(int(counts[n]), 1))


def _cut(chest: Chest) -> bool:
    """Whether the scan begins or ends inside the lungs, so that their thirds cannot be told."""
    areas = chest.lung.air[[0, -1]].sum((1, 2)) * SPACING_MM**2 / 100
    return bool((areas > CUT_CM2).any())


def _warnings(chest: Chest, limits: Mapping[str, float], noise: float, mean: float, *, filtered: bool) -> list[str]:
    found = []
    if filtered:
        found.append("The scan was noisy and smoothed by a median filter first: compare only with values measured in the same way.")
    if noise > limits["noise_clean_hu"]:
        found.append(f"Noise of {noise:.0f} HU alone would count about {floor(noise):.1f} % of a healthy lung.")
    if chest.grid.spacing_mm[0] > limits["thick_mm"]:
        found.append(f"The slices are {chest.grid.spacing_mm[0]:.1f} mm apart: shares come out lower than on slices of 1 mm.")
    if chest.contrast:
        found.append("The scan is contrast enhanced, which makes lung denser and the share smaller.")
    if mean > SHALLOW_HU:
        found.append(f"The lungs are dense (mean {mean:.0f} HU): the breath was perhaps not deep, and the share is then too small.")
    if chest.air and not TRACHEA_HU[0] <= chest.air.mean_hu <= TRACHEA_HU[1]:
        found.append(f"Air in the windpipe measures {chest.air.mean_hu:.0f} HU and not about -1000: the scanner's calibration is in doubt.")
    if _cut(chest):
        found.append("The scan cuts the lungs off: the shares are those of the part scanned, and thirds are not given.")
    return found
