"""NELSON: volume classes of a nodule at first sight, and what its doubling time says at follow-up.

Volumes only: a table in mm³ and one in mm that both speak of "8 mm" do not agree, so nothing is converted here.
"""

from typing import Literal

from core.rules.checks import number, one_of
from core.rules.growth import assess

NAME = "NELSON"
VERSION = "2013; new nodules 2018"
SOURCE = "Horeweg N et al. Eur Respir J 2013;42:1659; new nodules: Walter JE et al. Thorax 2018"

Result = Literal["positive", "indeterminate", "negative"]

SMALL_MM3, LARGE_MM3 = 50.0, 500.0
NON_SOLID_MM = 8.0
FAST_DAYS, SLOW_DAYS = 400.0, 600.0
NEW_DAYS, NEW_MM3 = 590.0, 200.0


def category(kind: str, *, volume_mm3: float | None = None, diameter_mm: float | None = None, benign: bool = False) -> int:
    """1 benign, 2 small, 3 in between, 4 large.

    solid: volume. part-solid: volume of the solid part and diameter of the non-solid part. non-solid: diameter.
    """
    one_of("nodule kind", kind, ("solid", "part-solid", "non-solid"))
    if benign:
        return 1
    of_volume = of_diameter = 2
    if kind != "non-solid":
        volume = number("volume_mm3", volume_mm3, 0, 5_000_000, "mm³")
        of_volume = 2 if volume < SMALL_MM3 else 3 if volume <= LARGE_MM3 else 4
    if kind != "solid":
        of_diameter = 3 if number("diameter_mm", diameter_mm, 0, 300, "mm") >= NON_SOLID_MM else 2
    return max(of_volume, of_diameter)


def pleural_category(diameter_mm: float) -> int:
    """The same for a solid pleural-based nodule, which is measured by its diameter at right angles to the pleura."""
    diameter = number("diameter_mm", diameter_mm, 0, 300, "mm")
    return 2 if diameter < 5 else 3 if diameter <= 10 else 4


def follow_up(v1_mm3: float, v2_mm3: float, days: float) -> Result:
    """Growth below 25 % or shrinking is negative; else the doubling time decides: below 400 days positive, above 600 negative."""
    growth = assess(v1_mm3, v2_mm3, days)
    if growth.trend != "growing" or growth.doubling_time_days is None or growth.doubling_time_days > SLOW_DAYS:
        return "negative"
    return "positive" if growth.doubling_time_days < FAST_DAYS else "indeterminate"


def new_nodule_suspicious(v1_mm3: float, v2_mm3: float, days: float) -> bool:
    """A nodule that was new at v1 and seen again at v2: doubling time of at most 590 days, or at least 200 mm³."""
    growth = assess(v1_mm3, v2_mm3, days)
    fast = growth.trend == "growing" and growth.doubling_time_days is not None and growth.doubling_time_days <= NEW_DAYS
    return fast or v2_mm3 >= NEW_MM3
