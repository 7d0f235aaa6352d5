"""From places in the scan to measured nodules: which are nodules, their mask, centre, volume, diameters, suspicion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.detect import Marks
from models.lung.ensemble import Ensemble
from models.lung.measure import Measurements, measure
from models.lung.sampling import APPRAISAL, Frame, Scan, Values, cubes, zoom
from models.networks.appraisal import RATINGS

Floats = NDArray[np.float64]
FEWEST_VOXELS = 4
CUT = 0.45
"""The probability from which a voxel belongs to the mask: at 0.5 nodules from 6 mm lose a tenth of their volume."""
FILLED = 0.2
"""Share of the cube: a larger mask goes on beyond the part of the cube that masks are drawn in."""
SECOND_LOOK_MOST = 24
HIGHEST = {"calcification": 6}


@dataclass(frozen=True)
class Assessed:
    """A nodule in the voxels of the scan: `mask` is the block starting at voxel `low`.

    `told` (9,): logits of suspicion and ratings; `seen` (768,): what the frozen front sees; `ratings` on the readers' scales; `frame` and
    `looked_at_mm`: the cube it was judged by; `region` (S, S, S): the mask's probability there.
    """

    center_mm: Floats
    probability: float
    mask: NDArray[np.bool_]
    low: NDArray[np.int_]
    measurements: Measurements
    told: Floats
    seen: Floats
    malignancy: float
    by_diameter: float
    ratings: dict[str, float]
    frame: Frame
    looked_at_mm: Floats
    region: NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """A place after the second look: the cube's centre and frame, the networks' logits, the mask's probability (S, S, S)."""

    center_mm: Floats
    frame: Frame
    detection: float
    appraisal: float
    region: NDArray[np.float32]


def look(scan: Scan, marks: Marks, ensemble: Ensemble, least: float) -> list[tuple[Drawn, float]]:
    """The marks that may be nodules, drawn, each with its probability; those below `least` are left out.

    One network draws a first mask; every cube is then centred on it, and as wide as the nodule needs.
    """
    probable = ensemble.calibration.nodule(marks.logit)
    chosen = [int(n) for n in np.argsort(-probable)[:SECOND_LOOK_MOST] if probable[n] >= least]
    if not chosen:
        return []
    frames = [APPRAISAL.zoomed(zoom(marks.diameter_mm[n])) for n in chosen]
    _, regions = ensemble.first_look(cubes(scan, marks.centers_mm[chosen], frames))
    centered = [_centred(marks.centers_mm[n], frame, region) for n, frame, region in zip(chosen, frames, regions, strict=True)]
    drawn = draw(scan, centered, marks.logit[chosen], ensemble)
    return [(one, float(probable[n])) for n, one in zip(chosen, drawn, strict=True)]


def draw(scan: Scan, places: list[tuple[Floats, Frame]], detection: Floats, ensemble: Ensemble) -> list[Drawn]:
    """All networks' look at `places`."""
    centers = np.stack([center for center, _ in places])
    logit, regions = ensemble.look(cubes(scan, centers, [frame for _, frame in places]))
    return [Drawn(center, frame, float(detection[n]), float(logit[n]), regions[n]) for n, (center, frame) in enumerate(places)]


def centred(scan: Scan, center_mm: Floats, ensemble: Ensemble) -> tuple[Floats, Frame]:
    """Where to look at a nodule known to lie at `center_mm` but not how large: its mask's centre as one network draws it, and its frame.

    Where the usual cube shows no mask, or one that fills it, a cube twice as wide is tried.
    """
    for times in (1.0, 2.0):
        frame = APPRAISAL.zoomed(times)
        _, regions = ensemble.first_look(cubes(scan, center_mm[None], [frame]))
        place = _centred(center_mm, frame, regions[0])
        part = _middle_part(regions[0] > CUT)
        if part.any() and part.sum() < FILLED * part.size:
            return place
    return place


def judge(scan: Scan, drawn: list[tuple[Drawn, float]], ensemble: Ensemble) -> list[Assessed | None]:
    """Measured and judged; None where the mask cannot be measured."""
    parts = [_in_own_voxels(scan, one) for one, _ in drawn]
    measured = [n for n, part in enumerate(parts) if part is not None]
    found: list[Assessed | None] = [None] * len(parts)
    if not measured:
        return found
    blocks = [part for part in parts if part is not None]
    sizes = [_measured(scan, mask, low) for mask, low in blocks]
    statistics = np.stack([size.statistics() for size in sizes])
    ones = [drawn[n][0] for n in measured]
    images = cubes(scan, np.stack([one.center_mm for one in ones]), [one.frame for one in ones])
    regions = np.stack([one.region for one in ones])
    told, seen = ensemble.judge(images, regions, statistics), ensemble.see(images, regions)
    rating = ensemble.calibration.rating(seen, statistics.astype(np.float64))
    malignancy = ensemble.calibration.malignant(rating)
    by_diameter = ensemble.calibration.by_diameter(np.array([size.mean_diameter_mm for size in sizes]))
    for k, n in enumerate(measured):
        mask, low = blocks[k]
        center = scan.grid.to_lps((np.argwhere(mask).mean(0) + low)[None])[0]
        one, probability = drawn[n]
        found[n] = Assessed(
            center, probability, mask, low, sizes[k], told[k], seen[k], float(malignancy[k]), float(by_diameter[k]), ratings(told[k]),
            one.frame, one.center_mm, one.region,
        )  # fmt: skip
    return found


def ratings(told: Floats) -> dict[str, float]:
    """The readers' ratings as the networks estimate them, on the readers' scales."""
    share = 1 / (1 + np.exp(-told[1:]))
    return {name: round(1 + float(value) * (HIGHEST.get(name, 5) - 1), 2) for name, value in zip(RATINGS, share, strict=True)}


def _centred(center_mm: Floats, frame: Frame, region: NDArray[np.float32]) -> tuple[Floats, Frame]:
    """The centroid of the mask's part at the cube's middle and a frame wide enough for it; what was given where there is none."""
    part = _middle_part(region > CUT)
    if not part.any():
        return center_mm, frame
    offset = (np.argwhere(part).mean(0) - (frame.size - 1) / 2) * frame.spacing_mm
    diameter = float((part.sum() * frame.spacing_mm**3 * 6 / np.pi) ** (1 / 3))
    return center_mm + offset[::-1], APPRAISAL.zoomed(zoom(diameter))


def _middle_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected part nearest to the block's middle, when it begins within 6 voxels of it; else nothing."""
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    places = np.argwhere(mask)
    distance = np.linalg.norm(places - (np.array(mask.shape) - 1) / 2, axis=1)
    nearest = int(np.argmin(distance))
    if distance[nearest] > 6:
        return np.zeros_like(mask)
    return np.asarray(labels == labels[tuple(places[nearest])])


def _in_own_voxels(scan: Scan, one: Drawn) -> tuple[NDArray[np.bool_], NDArray[np.int_]] | None:
    """(mask block, its first voxel) on the scan's own grid: the probability interpolated there and cut at one half."""
    grid, frame = scan.grid, one.frame
    reach = frame.width_mm / 2 / grid.spacing_mm
    middle = grid.to_voxel(one.center_mm[None])[0]
    low = np.clip(np.ceil(middle - reach), 0, None).astype(int)
    high = np.minimum(np.floor(middle + reach).astype(int) + 1, grid.hu.shape)
    if np.any(high <= low):
        return None
    voxels = np.stack(np.meshgrid(*[np.arange(a, b) for a, b in zip(low, high, strict=True)], indexing="ij"), -1)
    offset = (grid.to_lps(voxels.reshape(-1, 3).astype(float)) - one.center_mm)[:, ::-1]
    where = (offset / frame.spacing_mm + (frame.size - 1) / 2).T.reshape(3, *voxels.shape[:3])
    kept = np.where(_middle_part(one.region > CUT) | (one.region <= CUT), one.region, 0)
    block = ndimage.map_coordinates(kept, where, order=1, mode="constant") > CUT
    labels, count = ndimage.label(block)
    if not count:
        return None
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    if largest.sum() < FEWEST_VOXELS:
        return None
    places = np.argwhere(largest)
    first, last = places.min(0), places.max(0) + 1
    return largest[tuple(slice(a, b) for a, b in zip(first, last, strict=True))], low + first


def _measured(scan: Scan, mask: NDArray[np.bool_], low: NDArray[np.int_]) -> Measurements:
    box = tuple(slice(a, a + n) for a, n in zip(low, mask.shape, strict=True))
    inside: Values = scan.grid.hu[box]
    return measure(mask, inside, scan.grid.spacing_mm)
