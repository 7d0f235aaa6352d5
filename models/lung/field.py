"""The lung field of a chest CT: where nodules can be, found from the CT numbers alone on a coarse grid.

Air inside the body, without the trachea, left and right apart, closed so that nodules on the pleura and vessels stay inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung import acceptance, coverage
from models.lung.airway import without_trachea
from models.lung.closing import closed
from models.lung.grid import AIR_HU, Grid, isotropic
from models.lung.sides import nearer, two_sides
from models.refusal import NoResult

SPACING_MM = 2.5
AIR_BELOW_HU = -400
CLOSING_MM = 12.0
POCKET_ML, POCKET_SHARE = 100.0, 0.05
LUNG_MEDIAN_HU, OPEN_MEDIAN_HU = (-975, -500), (-950, -500)
LUNG_HU, LUNG_SHARE, OPEN_SHARE = (-940, -500), 0.12, 0.6
"""Away from its edge lung is neither as empty as gas nor as dense as tissue, in part even where emphysema is severe; gas in the bowel is
empty nearly everywhere."""
FILLING_SHARE = 0.5
"""Of the border of the picture: more than this of one and the same value is filling and no image."""
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

    Raises NoResult when the values are no Hounsfield units, when there is no lung, or not enough of it, to call this a chest CT, or when
    what is there is no patient or lies the wrong way round.
    """
    acceptance.require_hounsfield(grid.hu)
    coarse = isotropic(grid, SPACING_MM)
    hu = _without_filling(np.asarray(coarse.hu, np.float32))
    rim = _rim(hu)
    body = _body(hu)
    pockets = _lung_sized(_air(hu, body, rim), hu)
    lung = without_trachea(pockets, SPACING_MM)
    acceptance.require_lung(lung, SPACING_MM)
    acceptance.require_patient(coarse, lung, body)
    acceptance.require_upright(lung, coarse, _airway_ml(pockets, lung))
    left, right = two_sides(lung, body, SPACING_MM)
    mask = closed(left, CLOSING_MM / SPACING_MM) | closed(right, CLOSING_MM / SPACING_MM)
    warnings = coverage.warnings(hu, mask, (left, right), rim, SPACING_MM)
    return Field(coarse, mask, lung, nearer(left, right, mask), warnings)


def _without_filling(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """`hu` with air around the patient where the sender wrote one other value there (0, say), which would pass for tissue."""
    border = np.concatenate([hu[:, 0].ravel(), hu[:, -1].ravel(), hu[:, :, 0].ravel(), hu[:, :, -1].ravel()])
    filling = float(np.median(border))
    if filling < AIR_BELOW_HU or (np.abs(border - filling) < 0.5).mean() < FILLING_SHARE:
        return hu
    same = np.abs(hu - filling) < 0.5
    labels, _ = ndimage.label(same)
    seen = np.unique(np.concatenate([labels[:, 0].ravel(), labels[:, -1].ravel(), labels[:, :, 0].ravel(), labels[:, :, -1].ravel()]))
    return np.where(same & np.isin(labels, seen), np.float32(AIR_HU), hu)


def _body(hu: NDArray[np.float32]) -> Mask:
    """(z, y, x) the largest piece of tissue, filled slice by slice."""
    tissue = _largest(ndimage.binary_opening(hu > AIR_BELOW_HU, iterations=1))
    return np.stack([ndimage.binary_fill_holes(plane) for plane in tissue])


def _largest(mask: Mask) -> Mask:
    labels, count = ndimage.label(mask)
    if not count:
        raise NoResult("No lung was found: the images hold no tissue. The sender has to check that this is a chest CT.")
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]))


def _rim(hu: NDArray[np.float32]) -> Mask:
    """(y, x) where the view ends: the border of the picture, and what lies outside its inscribed circle where nothing was reconstructed."""
    rows, columns = hu.shape[1:]
    rim = np.ones((rows, columns), bool)
    rim[1:-1, 1:-1] = False
    y, x = np.ogrid[:rows, :columns]
    distance = np.hypot((y - (rows - 1) / 2) / rows, (x - (columns - 1) / 2) / columns) * 2
    corners = hu[:, distance > 1 + 4 / min(rows, columns)]
    if corners.size and np.ptp(corners) < 1:
        rim |= distance > 1 - 2 / min(rows, columns)
    return rim


def _air(hu: NDArray[np.float32], body: Mask, rim: Mask) -> Mask:
    """Air enclosed by the body in its axial slice, and lung that the view cuts off at its rim, so that no body encloses it."""
    air = hu < AIR_BELOW_HU
    inside = air & body
    labels, sizes = _pockets(air & ~body & ~rim)
    for label in np.flatnonzero(sizes > POCKET_ML):
        pocket = labels == label
        if _like_lung(hu, pocket, OPEN_MEDIAN_HU, OPEN_SHARE):
            inside |= pocket
    return np.asarray(inside)


def _lung_sized(air: Mask, hu: NDArray[np.float32]) -> Mask:
    """The one or two large pockets with the density of lung: gas in stomach and colon is emptier and more even."""
    labels, sizes = _pockets(air)
    keep = np.zeros(len(sizes), bool)
    for label in np.flatnonzero(sizes > max(POCKET_ML, POCKET_SHARE * sizes.max())):
        keep[label] = _like_lung(hu, labels == label, LUNG_MEDIAN_HU, LUNG_SHARE)
    return np.asarray(keep[labels])


def _pockets(air: Mask) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Labels (z, y, x) of the connected pockets and the millilitres of each; label 0 is what is no air, of 0 ml."""
    labels, count = ndimage.label(air)
    millilitres = np.bincount(labels.ravel(), minlength=count + 1) * SPACING_MM**3 / 1000
    millilitres[0] = 0
    return labels, millilitres


def _like_lung(hu: NDArray[np.float32], pocket: Mask, median_hu: tuple[int, int], share: float) -> bool:
    core = ndimage.binary_erosion(pocket)
    inner = hu[core] if core.any() else hu[pocket]
    if not median_hu[0] < float(np.median(hu[pocket])) < median_hu[1]:
        return False
    return float(((inner > LUNG_HU[0]) & (inner < LUNG_HU[1])).mean()) > share


def _airway_ml(pockets: Mask, lung: Mask) -> tuple[float, float]:
    """Millilitres of windpipe found from the head; and from the feet, looked for only where there is none at the head."""
    voxel = SPACING_MM**3 / 1000
    from_head = float((pockets & ~lung).sum()) * voxel
    if from_head >= acceptance.NO_AIRWAY_ML:
        return from_head, 0.0
    turned = pockets[::-1]
    return from_head, float((turned & ~without_trachea(turned, SPACING_MM)).sum()) * voxel
