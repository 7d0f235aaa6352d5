"""Stored values → Hounsfield units, or → what a screen shows: modality LUT, then VOI LUT or window, then the sense of MONOCHROME1
(the grayscale pipeline of PS3.4 N.2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import item, number, text
from core.imaging.decode import Stored
from core.imaging.lut import Lut, read_lut
from core.imaging.pixel_format import PixelFormat
from core.words import N_

AIR_HU = -1024  # what padding outside the scanned circle is set to
INT16 = np.iinfo(np.int16)


@dataclass(frozen=True, slots=True)
class Window:
    """Window centre and width in modality units with the VOI LUT function (PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    function: str = "LINEAR"


def hounsfield(stored: Stored, *, slope: float, intercept: float, padding: tuple[int, int] | None) -> NDArray[np.int16]:
    """(Y, X) int16 HU; padding becomes air, values beyond 16 bits are clipped."""
    low, high = int(stored.min()), int(stored.max())
    if slope == 1 and intercept == int(intercept) and INT16.min <= min(low, low + intercept) and max(high, high + intercept) <= INT16.max:
        hu = stored.astype(np.int16) + np.int16(intercept)  # the usual case, three times faster than the general one
    else:
        hu = np.clip(np.rint(stored * np.float64(slope) + intercept), INT16.min, INT16.max).astype(np.int16)
    if padding is not None and low <= padding[1] and padding[0] <= high:
        hu[(stored >= padding[0]) & (stored <= padding[1])] = AIR_HU
    return hu


def modality_values(dataset: Dataset, stored: Stored) -> NDArray[np.float32]:
    """Values after the modality LUT or rescale (PS3.3 C.11.1); the stored values where neither is given."""
    table = item(dataset, "ModalityLUTSequence")
    if table is not None:
        return read_lut(table).apply(stored).astype(np.float32)
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    return (stored * np.float32(1 if slope is None else slope) + np.float32(intercept or 0)).astype(np.float32)


def read_window(dataset: Dataset) -> Window | None:
    """The first window of the data set, None where there is none."""
    center, width = number(dataset, "WindowCenter"), number(dataset, "WindowWidth")
    if center is None or width is None:
        return None
    function = text(dataset, "VOILUTFunction").upper() or "LINEAR"
    if function not in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        raise Rejected(N_("VOI LUT Function (0028,1056) is {value}; LINEAR, LINEAR_EXACT or SIGMOID was expected"), value=function)
    if width <= 0 or (function == "LINEAR" and width < 1):
        raise Rejected(N_("Window Width (0028,1051) is {value}; 1 or more was expected"), value=width)
    return Window(center, width, function)


def windowed(values: NDArray[Any], window: Window) -> NDArray[np.float32]:
    """Values → [0, 1] by the formulas of PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2."""
    values = values.astype(np.float32, copy=False)
    if window.function == "SIGMOID":
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - window.center) / window.width, -80, 80))), np.float32)
    if window.function == "LINEAR_EXACT":
        scaled = (values - window.center) / window.width + 0.5
    else:
        scaled = (values - (window.center - 0.5)) / max(window.width - 1, 1e-6) + 0.5
    return np.clip(scaled, 0, 1).astype(np.float32)


def display(dataset: Dataset, stored: Stored, pixel_format: PixelFormat) -> NDArray[np.float32]:
    """(Y, X) in [0, 1] as the sender meant it to be seen: VOI LUT before window before full range; padding is black."""
    padding = padding_mask(stored, pixel_format)
    values = modality_values(dataset, stored)
    table, window = item(dataset, "VOILUTSequence"), read_window(dataset)
    if table is not None:
        lut = read_lut(table)
        shown = _share(lut, values)
    elif window is not None:
        shown = windowed(values, window)
    else:
        shown = _full_range(values, ~padding)
    if pixel_format.photometric == "MONOCHROME1":
        shown = 1 - shown
    shown[padding] = 0
    return shown


def padding_mask(stored: Stored, pixel_format: PixelFormat) -> NDArray[np.bool_]:
    """(Y, X) true where a pixel is padding and not image."""
    if pixel_format.padding is None:
        return np.zeros(stored.shape, bool)
    return np.asarray((stored >= pixel_format.padding[0]) & (stored <= pixel_format.padding[1]))


def _share(lut: Lut, values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.clip(lut.apply(np.rint(values)) / np.float32(2**lut.bits - 1), 0, 1), np.float32)


def _full_range(values: NDArray[np.float32], image: NDArray[np.bool_]) -> NDArray[np.float32]:
    if not image.any():
        return np.zeros(values.shape, np.float32)
    low, high = float(values[image].min()), float(values[image].max())
    return np.asarray(np.clip((values - low) / max(high - low, 1e-6), 0, 1), np.float32)
