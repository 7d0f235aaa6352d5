"""A mammogram as the viewer is given it: values of at most 16 bits with the curve that turns them into grey, exact to the stored value
where the file allows it, else the displayed grey itself."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.imaging.lut import Lut
from core.imaging.mammogram import Mammogram
from core.imaging.pixels import Window, windowed

FULL = 65535
AGREES = 1.0 / 512  # grey, of 1: how far curve and values may be from what `core.imaging` displays
STEP = 7  # every so many pixels are compared


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Values → grey. `window`: centre and width in values; `function`: LINEAR, LINEAR_EXACT, SIGMOID or LUT.

    `lut`: first input and bits of the table; `inverted`: low values are bright; `rescale`: slope and intercept from values to the units
    of the file, None where the values are grey shades already and stand for nothing else.
    """

    window: tuple[float, float]
    function: str
    inverted: bool
    lut: tuple[int, int] | None = None
    rescale: tuple[float, float] | None = (1.0, 0.0)


@dataclass(frozen=True)
class Presented:
    """`values` (Y, X) uint16, `table` (entries,) uint16 of the VOI LUT where the curve has one."""

    values: NDArray[np.uint16]
    curve: Curve
    table: NDArray[np.uint16] | None = None


def presented(mammogram: Mammogram) -> Presented:
    """The stored values where they and their curve show what the file means; the displayed grey in 16 bits where they do not."""
    exact = _exact(mammogram)
    if exact is not None and _agrees(exact, mammogram):
        return replace(exact, values=_black_padding(exact, mammogram))
    grey = np.rint(mammogram.pixels * FULL).astype(np.uint16)
    return Presented(grey, Curve(window=(FULL / 2 + 0.5, FULL + 1.0), function="LINEAR", inverted=False, rescale=None))


def shown(
    values: NDArray[np.uint16], curve: Curve, table: NDArray[np.uint16] | None = None, *, shift: float = 0, stretch: float = 1
) -> NDArray[np.float32]:
    """(Y, X) in [0, 1] as the viewer draws it: darker by `shift` of the window's width, which is then made `stretch` times as wide."""
    centre, width = curve.window
    moved = (centre + (-shift if curve.inverted else shift) * width, max(min(1.0, width), width * stretch))
    if curve.lut is None or table is None:
        grey = windowed(values, Window(*moved, curve.function))
    else:
        inputs = centre + (values.astype(np.float32) - moved[0]) * (width / moved[1])
        grey = _looked_up(inputs, Lut(curve.lut[0], curve.lut[1], table))
    return np.asarray(1 - grey if curve.inverted else grey, np.float32)


def _exact(mammogram: Mammogram) -> Presented | None:
    """Stored values moved to start at 0 where they are negative, with the window or the LUT moved along."""
    stored, rescale = mammogram.stored, mammogram.rescale
    offset = min(int(stored.min()), 0)
    if rescale is None or rescale[0] <= 0 or int(stored.max()) - offset > FULL or not (mammogram.lut or mammogram.window):
        return None
    slope, intercept = rescale[0], rescale[0] * offset + rescale[1]
    curve = Curve(window=(0, 1), function="LUT", inverted=mammogram.inverted, rescale=(slope, intercept))
    values = (stored.astype(np.int32) - offset).astype(np.uint16) if offset else stored.astype(np.uint16)
    if mammogram.lut is None:
        return Presented(values, _with_window(curve, mammogram.window or Window(0, 1)))
    if slope != 1 or intercept != int(intercept):
        return None
    first, table = mammogram.lut.first - int(intercept), mammogram.lut.table
    return Presented(values, replace(curve, window=(first + table.size / 2, float(table.size)), lut=(first, mammogram.lut.bits)), table)


def _with_window(curve: Curve, window: Window) -> Curve:
    """The window in values instead of units of the file; LINEAR becomes LINEAR_EXACT (the same ramp) where a unit is not one value."""
    slope, intercept = curve.rescale or (1.0, 0.0)
    centre, width, function = window.center, window.width, window.function
    if function == "LINEAR" and slope != 1:
        centre, width, function = centre - 0.5, max(width - 1, 1e-6), "LINEAR_EXACT"
    return replace(curve, window=((centre - intercept) / slope, width / slope), function=function)


def _agrees(exact: Presented, mammogram: Mammogram) -> bool:
    meant = mammogram.pixels[::STEP, ::STEP]
    is_image = meant > 0  # padding is shown black whatever its value
    grey = shown(exact.values[::STEP, ::STEP], exact.curve, exact.table)
    return not is_image.any() or float(np.abs(grey - meant)[is_image].max()) <= AGREES


def _black_padding(exact: Presented, mammogram: Mammogram) -> NDArray[np.uint16]:
    """Padding set to the darkest value, so that no window makes it bright."""
    pixel_format = mammogram.header.pixel_format
    if pixel_format is None or pixel_format.padding is None:
        return exact.values
    low, high = pixel_format.padding
    values = exact.values.copy()
    values[(mammogram.stored >= low) & (mammogram.stored <= high)] = _darkest(exact)
    return values


def _darkest(exact: Presented) -> int:
    if exact.table is None or exact.curve.lut is None:
        return FULL if exact.curve.inverted else 0
    at = int(exact.table.argmax() if exact.curve.inverted else exact.table.argmin())
    return int(np.clip(exact.curve.lut[0] + at, 0, FULL))


def _looked_up(inputs: NDArray[np.float32], lut: Lut) -> NDArray[np.float32]:
    return np.asarray(np.clip(lut.apply(np.rint(inputs)) / np.float32(2**lut.bits - 1), 0, 1), np.float32)
