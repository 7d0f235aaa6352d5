"""Mean attenuation of the trabecular bone of one vertebral body, as a signal of bone loss. Its level is not known, and not guessed.

Pickhardt PJ et al. Ann Intern Med 2013;158:588 (100 to 160 HU at L1 against densitometry): published for L1 and for no other level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.lung.field import SPACING_MM
from models.opportunistic import spine
from models.opportunistic.chest import Chest, Mask
from models.opportunistic.spine import Vertebra
from models.refusal import NoResult

HEIGHT_MM, ACROSS_MM, ALONG_SHARE = 7.5, 8.0, 0.24
SEARCH = (-3, -2, -1, 0, 1)  # slices of the coarse grid around the expected middle
END_MM, FEWEST, MOST = 6.0, 40, 6
LIKELY_HU = (-50.0, 450.0)
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Bone:
    """`mean_hu` and `sd_hu` of the body chosen, `neighbours_hu` of the next two above, `middle_lps_mm` where it was measured."""

    mean_hu: float
    sd_hu: float
    neighbours_hu: tuple[float, ...]
    middle_lps_mm: tuple[float, float, float]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Roi:
    """Voxels (n,) in HU of the scan in the trabecular bone of one body, and where their middle is (z, y, x) on the coarse grid."""

    values: Array
    middle: tuple[float, float, float]


def measure(chest: Chest, limits: Mapping[str, float]) -> Bone:
    """The lowest body that lies wholly in the scan at or above the base of the lungs and is uniform inside.

    Raises NoResult where no body can be told, or what was found there is no trabecular bone.
    """
    bodies = spine.vertebrae(chest.lung, spine.canal(chest.lung))
    base = int(np.flatnonzero(chest.lung.mask.any((1, 2)))[0])
    whole = [body for body in bodies if body.middle[0] >= max(base, END_MM / SPACING_MM + 3)][:MOST]
    found = [one for one in (roi(chest, body) for body in whole) if len(one.values) >= FEWEST]
    noise = chest.blood.sd_hu if chest.blood else 0.0
    uniform = [one for one in found if texture(one, noise) <= limits["uniform_hu"]]
    if not uniform:
        raise NoResult(
            f"{len(found)} vertebral bodies lie whole at or above the base of the lungs, none of them uniform inside: fractures, metal, or "
            "a spine that is cut off. A radiologist has to look at it."
        )
    own, above = uniform[0], uniform[1:3]
    mean = float(own.values.mean())
    _require_trabecular(mean)
    neighbours = tuple(round(float(one.values.mean()), 1) for one in above)
    x, y, z = (round(float(mm), 1) for mm in chest.lung.coarse.to_lps(np.array([own.middle]))[0])
    warnings = tuple(_warnings(chest, limits, mean, neighbours, skipped=own is not found[0]))
    return Bone(round(mean, 1), round(float(own.values.std()), 1), neighbours, (x, y, z), warnings)


def texture(one: Roi, noise_hu: float) -> float:
    """How much the values differ beyond the noise of the scan, in HU: more than trabecular bone does where cortex or metal is in it."""
    return float(np.sqrt(max(float(one.values.var()) - noise_hu**2, 0.0)))


def roi(chest: Chest, body: Vertebra) -> Roi:
    """An elliptic cylinder inside the body, at the height where it is darkest: between the end plates, away from the cortex."""
    grid, coarse = chest.grid, chest.lung.coarse
    mask = _ellipse(coarse.hu.shape[1:], body)
    start = round(body.middle[0])
    levels = [start + n for n in SEARCH if 2 <= start + n < coarse.hu.shape[0] - 2]
    if not levels or not mask.any():
        return Roi(np.array([], np.float32), body.middle)
    darkest = min(levels, key=lambda k: float(np.asarray(coarse.hu[k - 1 : k + 2], np.float32)[:, mask].mean()))
    middle = (float(darkest), body.middle[1], body.middle[2])
    reach = np.array([HEIGHT_MM / 2, ALONG_SHARE * body.depth_mm, ACROSS_MM])
    center = np.array(middle) * SPACING_MM / grid.spacing_mm
    low = np.maximum(np.ceil(center - reach / grid.spacing_mm), 0).astype(int)
    high = np.minimum(np.floor(center + reach / grid.spacing_mm) + 1, grid.hu.shape).astype(int)
    low[0] = min(low[0], round(center[0]))
    high[0] = max(high[0], round(center[0]) + 1)
    z, y, x = (np.arange(a, b) for a, b in zip(low, high, strict=True))
    away = [(own - center[n]) * grid.spacing_mm[n] / reach[n] for n, own in ((1, y), (2, x))]
    inside = away[0][:, None] ** 2 + away[1][None] ** 2 <= 1
    return Roi(np.asarray(grid.hu[z[0] : z[-1] + 1, low[1] : high[1], low[2] : high[2]], np.float32)[:, inside].ravel(), middle)


def _ellipse(shape: tuple[int, ...], body: Vertebra) -> Mask:
    y, x = np.mgrid[: shape[0], : shape[1]]
    along = (y - body.middle[1]) * SPACING_MM / (ALONG_SHARE * body.depth_mm)
    across = (x - body.middle[2]) * SPACING_MM / ACROSS_MM
    return np.asarray(along**2 + across**2 <= 1)


def _require_trabecular(mean: float) -> None:
    if not LIKELY_HU[0] <= mean <= LIKELY_HU[1]:
        raise NoResult(
            f"The place found in the vertebral body measures {mean:.0f} HU; trabecular bone has {LIKELY_HU[0]:.0f} to {LIKELY_HU[1]:.0f}. "
            "A radiologist has to look at the spine."
        )


def _warnings(chest: Chest, limits: Mapping[str, float], mean: float, neighbours: tuple[float, ...], *, skipped: bool) -> list[str]:
    found = []
    if skipped:
        found.append("A lower vertebra was not uniform inside and was passed over: a fracture, a tilt or an end plate.")
    if chest.contrast:
        found.append("The scan is contrast enhanced: bone comes out denser, by about 10 HU or more.")
    if any(abs(other - mean) > limits["neighbours_differ_hu"] for other in neighbours):
        said = ", ".join(f"{other:.0f}" for other in neighbours)
        found.append(f"The vertebrae above measure {said} HU: a fracture, sclerosis or a wrong place may be behind the difference.")
    if chest.grid.spacing_mm[0] > limits["thick_mm"]:
        found.append(f"The slices are {chest.grid.spacing_mm[0]:.1f} mm apart: end plates may be averaged in.")
    return found
