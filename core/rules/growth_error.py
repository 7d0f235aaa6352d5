"""How far a doubling time may be from the truth because the nodule was measured twice, and whether it may not have grown at all."""

from dataclasses import dataclass

from core.rules.checks import positive
from core.rules.growth import MAX_DIAMETER_MM, MAX_VOLUME_MM3, doubling_time_from_diameters_days, volume_doubling_time_days

NAME = "Error of growth"
VERSION = "volume ±25 %, diameter ±0.5 mm"
SOURCE = "Horeweg N et al. (NELSON) Eur Respir J 2013;42:1659; Lung-RADS v2022 rounds to 0.1 mm, readers differ by 0.5 mm and more"

VOLUME_ERROR = 0.25
DIAMETER_ERROR_MM = 0.5


@dataclass(frozen=True, slots=True)
class DoublingTime:
    """Days. `fastest` and `slowest` bound it within the error of measurement.

    `days` is None when the nodule did not become larger; `slowest` is None when within the error it may not have grown; `fastest` is
    None when even with the error it did not grow.
    """

    days: float | None
    fastest: float | None
    slowest: float | None


def of_volumes(v1_mm3: float, v2_mm3: float, days: float) -> DoublingTime:
    """From two volumes; the later one may be a quarter larger or smaller."""
    positive("later volume", v2_mm3, MAX_VOLUME_MM3 / (1 + VOLUME_ERROR), "mm³")

    def found(v2: float) -> float | None:
        return _growing(volume_doubling_time_days(v1_mm3, v2, days))

    return DoublingTime(found(v2_mm3), found(v2_mm3 * (1 + VOLUME_ERROR)), found(v2_mm3 * (1 - VOLUME_ERROR)))


def of_diameters(d1_mm: float, d2_mm: float, days: float) -> DoublingTime:
    """From two mean diameters taken as spheres; the later one may be half a millimetre larger or smaller."""
    positive("later diameter", d2_mm, MAX_DIAMETER_MM - DIAMETER_ERROR_MM, "mm")

    def found(d2: float) -> float | None:
        return _growing(doubling_time_from_diameters_days(d1_mm, d2, days)) if d2 > 0 else None

    return DoublingTime(found(d2_mm), found(d2_mm + DIAMETER_ERROR_MM), found(d2_mm - DIAMETER_ERROR_MM))


def _growing(days: float | None) -> float | None:
    """A doubling time exists only where something grew."""
    return days if days is not None and days > 0 else None
