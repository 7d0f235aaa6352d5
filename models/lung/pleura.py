"""How near a nodule comes to the pleura, taken as the edge of the lung field: ribs, diaphragm and mediastinum, not the fissures.

The field is known on a grid of 2.5 mm, closed over nodules on the wall, so distances are good to about 2 mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.lung.field import SPACING_MM, Field

MOST_MM, TOUCHING_MM = 30.0, 1.5
BEYOND_MM = 1.5
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contact:
    """`distance_mm` from the mask to the edge of the field: 0 where it touches, MOST_MM for that or more; `share` of its surface there."""

    distance_mm: float
    share: float


def contact(mask: Mask, spacing_mm: Floats, places_mm: Floats, directions: Floats, lung: Field) -> Contact:
    """The contact of `mask` (Z, Y, X), not empty, whose voxels lie at `places_mm` (N, 3) LPS in the order of argwhere.

    `directions` (3, 3): the columns are the unit vectors in LPS of the mask's axes.
    """
    reach = _Reach.around(places_mm, lung)
    nearest = float(reach.inside_mm(places_mm).min())
    distance = 0.0 if nearest < TOUCHING_MM else min(nearest, MOST_MM)
    return Contact(round(distance, 1), round(_share(mask, spacing_mm, places_mm, directions, reach), 3))


@dataclass(frozen=True)
class _Reach:
    """Signed distance to the edge of the field in mm, inside positive, on a box of its grid that begins at voxel `low`."""

    lung: Field
    low: NDArray[np.int_]
    distance_mm: Floats

    @classmethod
    def around(cls, places_mm: Floats, lung: Field) -> _Reach:
        """The box around the places with MOST_MM on every side; where the scan ends the field is taken to go on."""
        voxels = lung.coarse.to_voxel(places_mm)
        margin = int(np.ceil(MOST_MM / SPACING_MM)) + 1
        last = np.array(lung.mask.shape) - 1
        low = np.clip(np.floor(voxels.min(0)).astype(int) - margin, 0, last)
        high = np.clip(np.ceil(voxels.max(0)).astype(int) + margin, 0, last) + 1
        inside = lung.mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        inwards = ndimage.distance_transform_edt(inside) if not inside.all() else np.full(inside.shape, np.inf)
        outwards = ndimage.distance_transform_edt(~inside) if inside.any() else np.full(inside.shape, np.inf)
        signed = np.where(inside, inwards - 0.5, 0.5 - outwards) * SPACING_MM
        return cls(lung, low, np.clip(signed, -MOST_MM, MOST_MM))

    def inside_mm(self, places_mm: Floats) -> Floats:
        """Signed distance (N,) at LPS places (N, 3)."""
        at = (self.lung.coarse.to_voxel(places_mm) - self.low).T
        return np.asarray(ndimage.map_coordinates(self.distance_mm, at, order=1, mode="nearest"))


def _share(mask: Mask, spacing_mm: Floats, places_mm: Floats, directions: Floats, reach: _Reach) -> float:
    """Area of the voxel faces with the edge of the field just beyond them, over the area of all outer faces."""
    padded = np.pad(mask, 1)
    index = np.argwhere(mask) + 1
    touching = whole = 0.0
    for axis in range(3):
        area = float(np.prod(np.delete(spacing_mm, axis)))
        for sign in (-1, 1):
            step = np.zeros(3, int)
            step[axis] = sign
            outer = ~padded[tuple((index + step).T)]
            beyond = places_mm[outer] + sign * directions[:, axis] * (spacing_mm[axis] / 2 + BEYOND_MM)
            touching += area * float((reach.inside_mm(beyond) < 0).sum())
            whole += area * float(outer.sum())
    return touching / whole
