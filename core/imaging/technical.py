"""Back from the JSON that a database row keeps of an instance (`InstanceHeader.technical()`) to the parts that series and exams are
built from, so that no file has to be opened again."""

from collections.abc import Mapping
from typing import Any

from core.imaging.geometry import Plane
from core.imaging.pixel_format import PixelFormat
from core.imaging.view import MammogramView


def planes_of(technical: Mapping[str, Any]) -> tuple[Plane, ...]:
    """The slices of a CT instance, () for other instances."""
    return tuple(Plane(**_tuples(plane)) for plane in technical["planes"])


def view_of(technical: Mapping[str, Any]) -> MammogramView | None:
    """Side and view of a mammogram, None for other instances."""
    return MammogramView(**_tuples(technical["view"])) if technical["view"] else None


def pixel_format_of(technical: Mapping[str, Any]) -> PixelFormat | None:
    """The pixel format, None for instances that were set aside."""
    return PixelFormat(**_tuples(technical["pixels"])) if technical["pixels"] else None


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
