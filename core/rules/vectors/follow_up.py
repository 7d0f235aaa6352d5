"""Growth: doubling times by volume and by diameter (days), and when a change is none."""

from typing import Any

from core.rules import growth
from core.rules.vectors.vector import of

VOLUMES: list[tuple[dict[str, Any], Any]] = [
    ({"v1_mm3": 100, "v2_mm3": 200, "days": 90}, 90.00),
    ({"v1_mm3": 100, "v2_mm3": 125, "days": 90}, 279.57),
    ({"v1_mm3": 80, "v2_mm3": 112, "days": 91}, 187.46),
    ({"v1_mm3": 113, "v2_mm3": 268, "days": 365}, 292.96),
    ({"v1_mm3": 50, "v2_mm3": 63, "days": 91}, 272.93),
    ({"v1_mm3": 200, "v2_mm3": 180, "days": 90}, -592.09),
    ({"v1_mm3": 100, "v2_mm3": 100, "days": 90}, None),
]
DIAMETERS: list[tuple[dict[str, Any], Any]] = [
    ({"d1_mm": 6.0, "d2_mm": 7.5, "days": 365}, 377.9),
    ({"d1_mm": 10.0, "d2_mm": 11.6, "days": 365}, 568.2),
    ({"d1_mm": 5.0, "d2_mm": 5.0, "days": 90}, None),
]
TRENDS: list[tuple[dict[str, Any], Any]] = [
    ({"v1_mm3": 100, "v2_mm3": 124.9, "days": 90}, "within measurement error"),
    ({"v1_mm3": 100, "v2_mm3": 125, "days": 90}, "growing"),
    ({"v1_mm3": 100, "v2_mm3": 76, "days": 90}, "within measurement error"),
    ({"v1_mm3": 100, "v2_mm3": 75, "days": 90}, "shrinking"),
]


def trend(**given: float) -> str:
    return str(growth.assess(**given).trend)


VECTORS = (
    *of(growth, growth.volume_doubling_time_days, VOLUMES, digits=2),
    *of(growth, growth.doubling_time_from_diameters_days, DIAMETERS, digits=1),
    *of(growth, trend, TRENDS),
)
