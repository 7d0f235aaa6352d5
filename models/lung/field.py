"""The lung field of a chest CT: where nodules can be, found from the CT numbers alone on a coarse grid.

Air inside the body, without the trachea, left and right apart, closed so that nodules on the pleura and vessels stay inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.airway import without_trachea
from models.lung.grid import Grid, isotropic
from models.refusal import NoResult

SPACING_MM = 2.5
AIR_BELOW_HU = -400
CLOSING_MM = 12.0
CONTRAST_HU = 90
MIN_LUNG_ML, MIN_HEIGHT_MM = 800.0, 100.0
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Field:
    """`mask` (z, y, x) on the grid of `coarse`; `air` is the aerated part of it, `left` the patient's left lung."""

    coarse: Grid
    mask: Mask
    air: Mask
    left: Mask
    warnings: tuple[str, ...]

    @property
    def volume_ml(self) -> float:
        """Volume of the aerated lung."""
        return float(self.air.sum()) * SPACING_MM**3 / 1000


def find(grid: Grid) -> Field:
    """The lung field of `grid` (in reading order).

    Raises NoResult when there is no lung, or not enough of it, to call this a chest CT.
    """
    coarse = isotropic(grid, SPACING_MM)
    hu = np.asarray(coarse.hu, np.float32)
    inside = _air_in_body(hu)
    lung = without_trachea(_lung_sized(inside, hu), SPACING_MM)
    _require_chest(lung)
    left, right = _two_sides(lung)
    closed = [_closed(side) for side in (left, right) if side.any()]
    mask = np.logical_or.reduce(closed)
    return Field(coarse, mask, lung, _nearer(left, right) & mask, _warnings(lung, hu, mask))


def _air_in_body(hu: NDArray[np.float32]) -> Mask:
    """Air enclosed by the body in its axial slice, or shut off from the air around the patient."""
    tissue = _largest(ndimage.binary_opening(hu > AIR_BELOW_HU, iterations=1))
    body = np.stack([ndimage.binary_fill_holes(plane) for plane in tissue])
    return np.asarray((hu < AIR_BELOW_HU) & body)


def _largest(mask: Mask) -> Mask:
    labels, count = ndimage.label(mask)
    if not count:
        raise NoResult("No lung was found: the images hold no tissue. The sender has to check that this is a chest CT.")
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]))


def _lung_sized(air: Mask, hu: NDArray[np.float32]) -> Mask:
    """The one or two large pockets with the density of lung: gas in stomach and colon is emptier and smaller."""
    labels, count = ndimage.label(air)
    keep = np.zeros(count + 1, bool)
    millilitres = np.bincount(labels.ravel(), minlength=count + 1) * SPACING_MM**3 / 1000
    for label in np.flatnonzero(millilitres > 100):
        if label and -975 < float(np.median(hu[labels == label])) < -500:
            keep[label] = millilitres[label] > 0.05 * millilitres[1:].max()
    return np.asarray(keep[labels])


def _require_chest(lung: Mask) -> None:
    volume = float(lung.sum()) * SPACING_MM**3 / 1000
    height = float(np.any(lung, (1, 2)).sum()) * SPACING_MM
    if volume < MIN_LUNG_ML or height < MIN_HEIGHT_MM:
        raise NoResult(
            f"No lung was found that could be searched ({volume:.0f} ml of aerated lung over {height:.0f} mm; at least "
            f"{MIN_LUNG_ML:.0f} ml over {MIN_HEIGHT_MM:.0f} mm are expected). The sender has to check that this is a complete chest CT."
        )


def _two_sides(lung: Mask) -> tuple[Mask, Mask]:
    """Left and right lung; where they touch, eroded until they part and each voxel given to the nearer part."""
    core = lung
    for _ in range(6):
        labels, count = ndimage.label(core)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        order = np.argsort(sizes)[::-1]
        if count > 1 and sizes[order[1]] > 0.15 * sizes[order[0]]:
            return _shared_out(lung, labels == order[0] + 1, labels == order[1] + 1)
        core = ndimage.binary_erosion(core)
    middle = np.zeros_like(lung)
    middle[:, :, lung.shape[2] // 2 :] = True
    return lung & middle, lung & ~middle


def _shared_out(lung: Mask, one: Mask, other: Mask) -> tuple[Mask, Mask]:
    """(left, right): x runs to the patient's left, so the left lung has the greater mean x."""
    left, right = (one, other) if np.nonzero(one)[2].mean() > np.nonzero(other)[2].mean() else (other, one)
    nearer = _nearer(left, right)
    return lung & nearer, lung & ~nearer


def _nearer(left: Mask, right: Mask) -> Mask:
    """Where `left` is nearer than `right`."""
    if not (left.any() and right.any()):
        return np.full(left.shape, bool(left.any()))
    return np.asarray(ndimage.distance_transform_edt(~left) <= ndimage.distance_transform_edt(~right))


def _closed(lung: Mask) -> Mask:
    """`lung` with bays narrower than twice CLOSING_MM and all holes filled."""
    reach = int(np.ceil(CLOSING_MM / SPACING_MM)) + 1
    padded = np.pad(lung, reach)
    grown = ndimage.distance_transform_edt(~padded) * SPACING_MM <= CLOSING_MM
    closed = ndimage.distance_transform_edt(grown) * SPACING_MM > CLOSING_MM
    filled = ndimage.binary_fill_holes(closed | padded)
    return np.asarray(filled[reach:-reach, reach:-reach, reach:-reach])


def _warnings(lung: Mask, hu: NDArray[np.float32], mask: Mask) -> tuple[str, ...]:
    found = []
    area = lung.sum((1, 2)) * SPACING_MM**2 / 100
    if area[0] > 20:
        found.append("The scan begins inside the lungs: the bases are cut off and were not searched.")
    if area[-1] > 20:
        found.append("The scan ends inside the lungs: the apices are cut off and were not searched.")
    edge = np.concatenate([mask[:, 0].ravel(), mask[:, -1].ravel(), mask[:, :, 0].ravel(), mask[:, :, -1].ravel()])
    if edge.sum() * SPACING_MM**2 / 100 > 20:
        found.append("The field of view cuts the lungs off at the side; what lies outside was not searched.")
    if _contrast(hu, mask):
        found.append("The scan seems to be contrast enhanced: the model was trained mostly on scans without contrast.")
    return tuple(found)


def _contrast(hu: NDArray[np.float32], mask: Mask) -> bool:
    """Whether the core of the heart and great vessels, between and before the middle of the lungs, is brighter than blood (30-60 HU)."""
    z, y, x = (np.nonzero(mask.any(tuple(a for a in range(3) if a != axis)))[0] for axis in range(3))
    middle = slice(x[0] + len(x) // 4, x[-1] - len(x) // 4)
    chest = hu[z[0] + len(z) // 4 : z[-1], y[0] : y[0] + int(0.6 * len(y)), middle]
    core = ndimage.binary_erosion((chest > 0) & (chest < 700), iterations=3)
    return bool(core.any() and np.median(chest[core]) > CONTRAST_HU)
