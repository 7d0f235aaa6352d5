"""Volume doubling time and percent change of a nodule between two scans.

A change below 25 % lies within the measurement error of volumetry: no class is read from its doubling time.
"""

from dataclasses import dataclass
from math import log2
from typing import Literal

from core.rules.checks import positive

NAME = "Nodule growth"
VERSION = "formula; 25 % measurement error"
SOURCE = "Horeweg N et al. (NELSON) Eur Respir J 2013;42:1659; BTS guideline, Thorax 2015;70 Suppl 2"

MEASUREMENT_ERROR_PERCENT = 25.0
MAX_VOLUME_MM3, MAX_DIAMETER_MM, MAX_DAYS = 5_000_000.0, 300.0, 40_000.0

Trend = Literal["growing", "shrinking", "within measurement error"]


@dataclass(frozen=True, slots=True)
class Growth:
    """Percent volume change; doubling time in days (None: unchanged volume; negative: shrinking); and what may be read from them.

    The volumes and the days are what it was computed from, `rule` what computed it.
    """

    percent_change: float
    doubling_time_days: float | None
    trend: Trend
    before_mm3: float
    now_mm3: float
    days: float
    rule: str = f"{NAME}, {VERSION}"


def volume_doubling_time_days(v1_mm3: float, v2_mm3: float, days: float) -> float | None:
    """Days in which the volume doubles; None when it did not change; negative when it shrank (never compare that with a limit)."""
    ratio = _ratio("volume", v1_mm3, v2_mm3, MAX_VOLUME_MM3, "mm³")
    interval = positive("days between the scans", days, MAX_DAYS, "days")
    return None if ratio == 1 else interval / log2(ratio)


def doubling_time_from_diameters_days(d1_mm: float, d2_mm: float, days: float) -> float | None:
    """As `volume_doubling_time_days`, taking both nodules as spheres of these diameters."""
    ratio = _ratio("diameter", d1_mm, d2_mm, MAX_DIAMETER_MM, "mm")
    interval = positive("days between the scans", days, MAX_DAYS, "days")
    return None if ratio == 1 else interval / (3 * log2(ratio))


def percent_volume_change(v1_mm3: float, v2_mm3: float) -> float:
    """(V2 / V1 − 1) · 100; exactly 25 for 100 → 125 mm³, so the limit itself counts as growth."""
    _ratio("volume", v1_mm3, v2_mm3, MAX_VOLUME_MM3, "mm³")
    return (v2_mm3 - v1_mm3) * 100 / v1_mm3


def assess(v1_mm3: float, v2_mm3: float, days: float) -> Growth:
    """Change between two volumes with the trend that the measurement error allows to state."""
    change = percent_volume_change(v1_mm3, v2_mm3)
    trend: Trend = "within measurement error"
    if abs(change) >= MEASUREMENT_ERROR_PERCENT:
        trend = "growing" if change > 0 else "shrinking"
    return Growth(change, volume_doubling_time_days(v1_mm3, v2_mm3, days), trend, v1_mm3, v2_mm3, days)


def _ratio(what: str, before: float, now: float, high: float, unit: str) -> float:
    return positive(f"later {what}", now, high, unit) / positive(f"earlier {what}", before, high, unit)
