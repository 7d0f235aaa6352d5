"""Where the frames of a CT instance lie in the patient (PS3.3 C.7.6.2, enhanced objects C.7.6.16): LPS millimetres."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import item, items, number, numbers, tag_name
from core.imaging.pixel_format import PixelFormat
from core.words import N_

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """One slice. `orientation`: direction cosines of the rows, then of the columns; `spacing_mm`: between rows, between columns."""

    sop_instance_uid: str
    frame: int  # from 0
    rows: int
    columns: int
    position: Vector  # (3,) mm, centre of the first pixel
    orientation: Vector  # (6,)
    spacing_mm: Vector  # (2,)
    slope: float
    intercept: float
    acquisition: int | None = None


def read_planes(dataset: Dataset, pixel_format: PixelFormat, *, sop_instance_uid: str) -> tuple[Plane, ...]:
    """One plane a frame; Rejected when a place, a direction or a pixel size is missing."""
    places = _enhanced(dataset, pixel_format.frames) if "PerFrameFunctionalGroupsSequence" in dataset else iter([(dataset,) * 5])
    planes = tuple(
        Plane(
            sop_instance_uid,
            frame,
            pixel_format.rows,
            pixel_format.columns,
            _required(position, "ImagePositionPatient", count=3),
            _required(orientation, "ImageOrientationPatient", count=6),
            _spacing(measures),
            *_rescale(rescale),
            acquisition=_acquisition(content),
        )
        for frame, (position, orientation, measures, rescale, content) in enumerate(places)
    )
    if len(planes) != pixel_format.frames:
        raise Rejected(
            N_("The image has {frames} frames but places for {places}; one place a frame was expected"),
            frames=pixel_format.frames, places=len(planes),
        )  # fmt: skip
    return planes


def _enhanced(dataset: Dataset, frames: int) -> Iterator[tuple[Dataset, ...]]:
    """Per frame the items that hold position, orientation, pixel measures, rescale and acquisition; shared groups stand in."""
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    for own in items(dataset, "PerFrameFunctionalGroupsSequence")[: frames + 1]:
        yield (
            _group(own, shared, "PlanePositionSequence"),
            _group(own, shared, "PlaneOrientationSequence"),
            _group(own, shared, "PixelMeasuresSequence"),
            _group(own, shared, "PixelValueTransformationSequence"),
            _group(own, shared, "FrameContentSequence"),
        )


def _group(own: Dataset, shared: Dataset | None, keyword: str) -> Dataset:
    found = item(own, keyword)
    found = item(shared, keyword) if found is None else found
    return Dataset() if found is None else found


def _required(dataset: Dataset, keyword: str, *, count: int) -> Vector:
    values = numbers(dataset, keyword, count=count)
    if values is None:
        raise Rejected(N_("{tag} is missing; without its place in the patient a slice cannot be measured"), tag=tag_name(keyword))
    return values


def _acquisition(dataset: Dataset) -> int | None:
    value = number(dataset, "AcquisitionNumber")
    value = number(dataset, "FrameAcquisitionNumber") if value is None else value
    return None if value is None else int(value)


def _spacing(dataset: Dataset) -> Vector:
    spacing = _required(dataset, "PixelSpacing", count=2)
    if not all(0.01 <= side <= 10 for side in spacing):
        raise Rejected(N_("(0028,0030) Pixel Spacing is {value}; 0.01 to 10 mm was expected"), value=" × ".join(map(str, spacing)))
    return spacing


def _rescale(dataset: Dataset) -> tuple[float, float]:
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    if slope is None or intercept is None or slope == 0:
        raise Rejected(N_("Rescale Slope (0028,1053) and Intercept (0028,1052) are missing; without them there are no Hounsfield units"))
    return slope, intercept
