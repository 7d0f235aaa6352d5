"""A mammogram ready to show and to score: bright is dense, [0, 1], with the stored values and the window for the viewer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import item, number, text
from core.imaging.decode import Stored, stored_values
from core.imaging.header import InstanceHeader, header_of
from core.imaging.kind import Kind
from core.imaging.lut import Lut, read_lut
from core.imaging.parse import parse
from core.imaging.pixel_format import PixelFormat
from core.imaging.pixels import Window, display, modality_values, padding_mask, read_window
from core.imaging.view import MammogramView
from core.imaging.view_use import cautions
from core.imaging.volume import Source
from core.words import N_, Sentence, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Mammogram:
    """`pixels` (Y, X) float32 in [0, 1], bright = dense; `stored` (Y, X) as in the file. `inverted`: low stored values are dense."""

    header: InstanceHeader
    view: MammogramView
    pixels: NDArray[np.float32]
    stored: NDArray[np.integer[Any]]
    window: Window | None  # in modality units, first of the file
    lut: Lut | None  # the VOI LUT of the file, which comes before the window; input in modality units
    rescale: tuple[float, float] | None  # modality units = stored × slope + intercept; None where a table says it
    inverted: bool
    warnings: tuple[Sentence, ...]


def read_mammogram(source: Source) -> Mammogram:
    """Decode one mammogram; Rejected with the reason when it is none or cannot be read."""
    dataset = parse(source() if callable(source) else source)
    header = header_of(dataset)
    if header.kind is not Kind.mammogram or header.pixel_format is None or header.view is None:
        raise Rejected(N_("The instance is no mammogram but {kind}"), kind=header.kind)
    if header.pixel_format.frames != 1:
        raise Rejected(N_("The mammogram has {frames} frames; one was expected"), frames=header.pixel_format.frames)
    stored = stored_values(dataset, header.pixel_format)
    raw = header.view.for_processing
    return Mammogram(
        header=header,
        view=header.view,
        pixels=_from_raw(dataset, stored, header.pixel_format) if raw else display(dataset, stored, header.pixel_format),
        stored=stored,
        window=read_window(dataset),
        lut=None if raw else _voi_lut(dataset),
        rescale=_rescale(dataset),
        inverted=_dense_is_low(dataset) if raw else header.pixel_format.photometric == "MONOCHROME1",
        warnings=_warnings(header, dataset),
    )


def _from_raw(dataset: Dataset, stored: Stored, pixel_format: PixelFormat) -> NDArray[np.float32]:
    """For Processing detector values → [0, 1]: logarithm where they are linear in exposure, dense made bright (PS3.3 C.8.11.3.1.2)."""
    values = modality_values(dataset, stored)
    if text(dataset, "PixelIntensityRelationship").upper() == "LIN":
        values = np.log1p(values - values.min())
    padding = padding_mask(stored, pixel_format)
    image = values[~padding] if not padding.all() else values
    low, high = (float(part) for part in np.percentile(image, (0.5, 99.5)))
    scaled = np.clip((values - low) / max(high - low, 1e-6), 0, 1)
    shown = np.asarray(1 - scaled if _dense_is_low(dataset) else scaled, np.float32)
    shown[padding] = 0
    return shown


def _voi_lut(dataset: Dataset) -> Lut | None:
    """The first item of the VOI LUT Sequence (PS3.3 C.11.2.1.1)."""
    table = item(dataset, "VOILUTSequence")
    return None if table is None else read_lut(table)


def _rescale(dataset: Dataset) -> tuple[float, float] | None:
    if item(dataset, "ModalityLUTSequence") is not None:
        return None
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    return 1.0 if slope is None else slope, intercept or 0.0


def _dense_is_low(dataset: Dataset) -> bool:
    """Pixel Intensity Relationship Sign (0028,1041): 1 means low values received little radiation, that is dense tissue."""
    sign = number(dataset, "PixelIntensityRelationshipSign")
    return sign is None or sign > 0


def _warnings(header: InstanceHeader, dataset: Dataset) -> tuple[Sentence, ...]:
    view = header.view
    assert view is not None  # read_mammogram made sure
    found = list(cautions(view))
    if view.for_processing:
        found.append(say(N_("The image is raw detector data (For Processing); it looks different from what the unit shows")))
    elif item(dataset, "VOILUTSequence") is None and read_window(dataset) is None:
        found.append(say(N_("The image names no window; its full range of values is shown")))
    if view.spacing_mm is None:
        found.append(say(N_("The pixel size is unknown; lengths cannot be measured")))
    if view.laterality_source not in ("ImageLaterality", "Laterality", ""):
        found.append(say(N_("The side was read from {source}, not from the laterality attribute"), source=view.laterality_source))
    if header.lossy:
        found.append(say(N_("The images were compressed with loss")))
    return tuple(found)
