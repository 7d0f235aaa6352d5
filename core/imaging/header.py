"""One DICOM instance, read and checked: what the database and the rest of Firstlight need to know about it, without its pixels."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from core.imaging.attributes import day, item, number, text, uid
from core.imaging.geometry import Plane, read_planes
from core.imaging.kind import Kind, classify
from core.imaging.parse import parse, transfer_syntax_uid
from core.imaging.pixel_data import check_pixel_data
from core.imaging.pixel_format import PixelFormat, read_pixel_format
from core.imaging.taken import taken
from core.imaging.transfer_syntax import transfer_syntax
from core.imaging.view import MammogramView, read_view
from core.words import Sentence

NOT_TECHNICAL = (
    "patient_id",
    "patient_name",
    "birth_date",
    "sex",
    "accession_number",
    "set_aside",
    "pixel_format",
    "planes",
    "view",
    "study_date",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceHeader:
    """Checked attributes of one instance. `set_aside` says why it is not an image to score; then `pixel_format` may be None."""

    kind: Kind
    set_aside: Sentence | None
    sop_instance_uid: str
    sop_class_uid: str
    study_instance_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    patient_id: str
    patient_name: str  # as written, components parted by ^, groups by =
    birth_date: date | None
    sex: str  # F, M, O or ""
    study_date: date | None
    study_description: str
    accession_number: str
    modality: str
    series_number: int | None
    series_description: str
    instance_number: int | None
    body_part: str
    kernel: str
    slice_thickness_mm: float | None
    manufacturer: str
    model: str
    lossy: bool  # coded with loss now or before
    sha256: str
    size: int  # bytes
    pixel_format: PixelFormat | None
    planes: tuple[Plane, ...]  # CT: one a frame
    view: MammogramView | None  # mammograms
    rescale_type: str = ""  # what the rescaled values are; HU where nothing else is said (PS3.3 C.11.1.1.2)
    station: str = ""
    kvp: float | None = None
    mas: float | None = None
    ctdivol_mgy: float | None = None
    dose_mgy: float | None = None  # mean glandular dose of a mammogram

    def technical(self) -> dict[str, Any]:
        """What may be kept in the clear, as JSON: nothing that names a person. `technical.py` reads it back."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in NOT_TECHNICAL}
        return plain | {
            "pixels": asdict(self.pixel_format) if self.pixel_format else None,
            "planes": [asdict(plane) for plane in self.planes],
            "view": asdict(self.view) if self.view else None,
        }


def read_header(content: bytes | Path) -> InstanceHeader:
    """Read and check one instance; Rejected with tag, value and expectation when it cannot be used."""
    content = content.read_bytes() if isinstance(content, Path) else content
    return header_of(parse(content), sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def header_of(dataset: Dataset, *, sha256: str = "", size: int = 0) -> InstanceHeader:
    """The checked header of a parsed data set."""
    sop_class_uid = uid(dataset, "SOPClassUID") if "SOPClassUID" in dataset else _directory(dataset)
    classified = classify(dataset, sop_class_uid=sop_class_uid)
    aside = classified.kind is Kind.set_aside
    syntax_uid = transfer_syntax_uid(dataset)
    syntax = None if aside else transfer_syntax(syntax_uid)
    pixel_format = None if aside else read_pixel_format(dataset)
    if syntax and pixel_format:
        check_pixel_data(dataset, pixel_format, syntax=syntax)
    sop_uid = uid(dataset, "SOPInstanceUID") if not aside else text(dataset, "SOPInstanceUID")
    is_ct = classified.kind in (Kind.ct, Kind.enhanced_ct)
    return InstanceHeader(
        kind=classified.kind,
        set_aside=classified.reason,
        sop_instance_uid=sop_uid,
        sop_class_uid=sop_class_uid,
        transfer_syntax_uid=syntax_uid,
        lossy=text(dataset, "LossyImageCompression") == "01" or bool(syntax and syntax.lossy),
        sha256=sha256,
        size=size,
        pixel_format=pixel_format,
        planes=read_planes(dataset, pixel_format, sop_instance_uid=sop_uid) if is_ct and pixel_format else (),
        view=read_view(dataset) if classified.kind is Kind.mammogram else None,
        **_descriptive(dataset, aside=aside),
    )


def _descriptive(dataset: Dataset, *, aside: bool) -> dict[str, Any]:
    series_number, instance_number = number(dataset, "SeriesNumber"), number(dataset, "InstanceNumber")
    return taken(dataset) | {
        "study_instance_uid": text(dataset, "StudyInstanceUID") if aside else uid(dataset, "StudyInstanceUID"),
        "series_instance_uid": text(dataset, "SeriesInstanceUID") if aside else uid(dataset, "SeriesInstanceUID"),
        "patient_id": text(dataset, "PatientID"),
        "patient_name": text(dataset, "PatientName"),
        "birth_date": day(dataset, "PatientBirthDate"),
        "sex": text(dataset, "PatientSex").upper()[:1],
        "study_date": day(dataset, "StudyDate"),
        "study_description": text(dataset, "StudyDescription"),
        "accession_number": text(dataset, "AccessionNumber"),
        "modality": text(dataset, "Modality").upper(),
        "series_number": None if series_number is None else int(series_number),
        "series_description": text(dataset, "SeriesDescription"),
        "instance_number": None if instance_number is None else int(instance_number),
        "body_part": text(dataset, "BodyPartExamined").upper(),
        "kernel": text(dataset, "ConvolutionKernel") or text(_shared(dataset, "CTReconstructionSequence"), "ConvolutionKernel"),
        "slice_thickness_mm": number(dataset, "SliceThickness") or number(_shared(dataset, "PixelMeasuresSequence"), "SliceThickness"),
        "manufacturer": text(dataset, "Manufacturer"),
        "model": text(dataset, "ManufacturerModelName"),
        "rescale_type": (text(dataset, "RescaleType") or text(_shared(dataset, "PixelValueTransformationSequence"), "RescaleType")).upper(),
    }


def _shared(dataset: Dataset, keyword: str) -> Dataset:
    """What all frames of an enhanced object share under `keyword`; empty for other objects."""
    return item(item(dataset, "SharedFunctionalGroupsSequence"), keyword) or Dataset()


def _directory(dataset: Dataset) -> str:
    """A DICOMDIR names its class only in the file meta information."""
    meta = getattr(dataset, "file_meta", None)
    named = text(meta, "MediaStorageSOPClassUID") if meta is not None else ""
    return named or uid(dataset, "SOPClassUID")
