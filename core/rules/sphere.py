"""Volume and diameter of a sphere: what an effective diameter is, and why a table in mm³ and one in mm are never converted silently.

BTS's 300 mm³ is a sphere of 8.31 mm and Lung-RADS' 8 mm one of 268 mm³, although both are called "8 mm".
"""

from math import pi

from core.rules.checks import positive

NAME = "Sphere"
VERSION = "π/6·d³"
SOURCE = "Geometry; the volume equivalents printed with Lung-RADS v2022"


def volume_mm3(diameter_mm: float) -> float:
    """Volume of a sphere of this diameter."""
    return pi / 6 * positive("diameter_mm", diameter_mm, 300, "mm") ** 3


def diameter_mm(volume_mm3: float) -> float:
    """Effective diameter: that of a sphere of this volume."""
    return float((6 * positive("volume_mm3", volume_mm3, 5_000_000, "mm³") / pi) ** (1 / 3))
