"""With what settings an image was taken. A value that cannot be read is left out: a damaged dose must not keep an image from a reader."""

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import item, number, text

DGY_TO_MGY = 100.0
EXPOSURE = ("CTExposureSequence", "CTXRayDetailsSequence")


def taken(dataset: Dataset) -> dict[str, Any]:
    """Station name, tube voltage in kV, exposure in mAs, CTDIvol in mGy and, for mammograms, mean glandular dose in mGy."""
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    parts = [dataset, *(part for name in EXPOSURE if (part := item(shared, name)) is not None)]
    micro = _first(parts, "ExposureInuAs")  # PS3.3 C.8.7.2
    organ = _first([dataset], "OrganDose")  # dGy, PS3.3 C.4.16
    exposure = _first(parts, "Exposure")
    per_frame = _first(parts, "ExposureInmAs")
    return {
        "station": _text(dataset),
        "kvp": _first(parts, "KVP"),
        "mas": exposure if exposure is not None else per_frame if per_frame is not None else None if micro is None else micro / 1000,
        "ctdivol_mgy": _first(parts, "CTDIvol"),
        "dose_mgy": None if organ is None else organ * DGY_TO_MGY,
    }


def _first(parts: Iterable[Dataset], keyword: str) -> float | None:
    """The first value that is a number above 0; scanners write 0 for "not known"."""
    for part in parts:
        try:
            value = number(part, keyword)
        except Rejected:
            continue
        if value is not None and value > 0:
            return value
    return None


def _text(dataset: Dataset) -> str:
    try:
        return text(dataset, "StationName")
    except Rejected:
        return ""
