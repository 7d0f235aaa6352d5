"""What of the lungs a scan shows: cut off, one lung only, filled or collapsed, a child's chest, contrast. Warnings in plain words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

CUT_CM2 = 20.0
ONE_SIDED, UNEQUAL = 0.10, 0.40
NARROWEST_MM = 195.0
"""Width of both lungs together in adults: 210 to 320 mm; a ten-year-old's are about 190 mm."""
LITTLE_ML = 1500.0
CONTRAST_HU = 90
Mask = NDArray[np.bool_]


def warnings(hu: NDArray[np.float32], mask: Mask, sides: tuple[Mask, Mask], rim: Mask, spacing_mm: float) -> tuple[str, ...]:
    """What limits the search: `mask` (z, y, x) is the lung field, `sides` its air (left, right), `rim` (y, x) where the view ends."""
    edge = _edge(mask, rim, spacing_mm)
    size = [] if edge else _size(mask, sides, spacing_mm)  # a lung that is cut off has no size
    found = [*_ends(sides[0] | sides[1], spacing_mm), *edge, *_balance(sides, spacing_mm), *size]
    core = heart_hu(hu, mask)
    if core is not None and core > CONTRAST_HU:
        found.append("The scan seems to be contrast enhanced: the model was trained mostly on scans without contrast.")
    return tuple(found)


def heart_hu(hu: NDArray[np.float32], mask: Mask) -> float | None:
    """Median HU in the core of the heart and great vessels, between and before the middle of the lungs (blood: 30 to 60); None unseen."""
    z, y, x = (np.nonzero(mask.any(tuple(a for a in range(3) if a != axis)))[0] for axis in range(3))
    middle = slice(x[0] + len(x) // 4, x[-1] - len(x) // 4)
    chest = hu[z[0] + len(z) // 4 : z[-1], y[0] : y[0] + int(0.6 * len(y)), middle]
    core = ndimage.binary_erosion((chest > 0) & (chest < 700), iterations=3)
    return float(np.median(chest[core])) if core.any() else None


def _ends(lung: Mask, spacing_mm: float) -> list[str]:
    area = lung.sum((1, 2)) * spacing_mm**2 / 100
    found = []
    if area[0] > CUT_CM2:
        found.append("The scan begins inside the lungs: the bases are cut off and were not searched.")
    if area[-1] > CUT_CM2:
        found.append("The scan ends inside the lungs: the apices are cut off and were not searched.")
    return found


def _edge(mask: Mask, rim: Mask, spacing_mm: float) -> list[str]:
    near = ndimage.binary_dilation(rim)
    if (mask & near).sum() * spacing_mm**2 / 100 <= CUT_CM2:
        return []
    return ["The field of view cuts the lungs off at the side; what lies outside was not searched."]


def _balance(sides: tuple[Mask, Mask], spacing_mm: float) -> list[str]:
    left, right = (float(side.sum()) * spacing_mm**3 / 1000 for side in sides)
    small, name, other = (left, "left", "right") if left < right else (right, "right", "left")
    if small < ONE_SIDED * max(left, right):
        return [f"Only the {other} lung holds air ({max(left, right):.0f} ml): on the {name} nothing was searched."]
    if small < UNEQUAL * max(left, right):
        return [
            f"The {name} lung holds little air ({small:.0f} ml, {max(left, right):.0f} ml on the other side): "
            "what is filled, collapsed or removed was not searched."
        ]
    return []


def _size(mask: Mask, sides: tuple[Mask, Mask], spacing_mm: float) -> list[str]:
    """A narrow chest with both lungs in it is a child's or a very small adult's; a wide one with little air has lost some on both sides."""
    left, right = (float(side.sum()) for side in sides)
    columns = np.flatnonzero(mask.any((0, 1)))
    width = float(np.ptp(columns) + 1) * spacing_mm
    volume = (left + right) * spacing_mm**3 / 1000
    if min(left, right) < UNEQUAL * max(left, right):
        return []
    if width >= NARROWEST_MM:
        little = (
            f"The lungs hold little air ({volume:.0f} ml; more than {LITTLE_ML:.0f} ml is expected): what is filled or collapsed was not"
        )
        return [f"{little} searched."] if volume < LITTLE_ML else []
    return [f"The lungs are only {width:.0f} mm wide (adults: above {NARROWEST_MM:.0f} mm): the model was made for adults."]
