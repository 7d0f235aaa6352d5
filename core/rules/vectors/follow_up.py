"""Growth: doubling times by volume and by diameter (days), and when a change is none; spheres, printed in mm³ and in mm."""

from typing import Any

from core.rules import growth, sphere
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

PERCENT: list[tuple[dict[str, Any], Any]] = [
    ({"v1_mm3": 100, "v2_mm3": 125}, 25.0), ({"v1_mm3": 100, "v2_mm3": 200}, 100.0), ({"v1_mm3": 80, "v2_mm3": 112}, 40.0),
    ({"v1_mm3": 50, "v2_mm3": 63}, 26.0), ({"v1_mm3": 200, "v2_mm3": 180}, -10.0),
]  # fmt: skip
SPHERES = (33.51, 113.10, 268.08, 523.60, 1767.15, 14137.17)
OF_MM: list[tuple[dict[str, Any], Any]] = [({"diameter_mm": mm}, mm3) for mm, mm3 in zip((4, 6, 8, 10, 15, 30), SPHERES, strict=True)]
PRINTED: list[tuple[dict[str, Any], Any]] = [
    ({"diameter_mm": mm}, mm3) for mm, mm3 in zip((4, 6, 8, 10, 15, 30), (34, 113, 268, 524, 1767, 14137), strict=True)
]
OF_MM3: list[tuple[dict[str, Any], Any]] = [
    ({"volume_mm3": mm3}, mm) for mm3, mm in zip((50, 80, 100, 300, 500), (4.57, 5.35, 5.76, 8.31, 9.85), strict=True)
]


def trend(**given: float) -> str:
    return str(growth.assess(**given).trend)


def printed(diameter_mm: float) -> int:
    """To whole mm³, as Lung-RADS prints them."""
    return round(sphere.volume_mm3(diameter_mm))


VECTORS = (
    *of(growth, growth.volume_doubling_time_days, VOLUMES, digits=2),
    *of(growth, growth.doubling_time_from_diameters_days, DIAMETERS, digits=1),
    *of(growth, trend, TRENDS),
    *of(growth, growth.percent_volume_change, PERCENT),
    *of(sphere, sphere.volume_mm3, OF_MM, digits=2),
    *of(sphere, printed, PRINTED),
    *of(sphere, sphere.diameter_mm, OF_MM3, digits=2),
)
