"""Real DICOM for tests: CT series, enhanced CT and mammograms with known pixels, written in any transfer syntax.

Everything has a default, so a test names only what it is about; `**attributes` sets any DICOM keyword (None deletes it).
"""

import io
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG_BASELINE, JPEG_EXTENDED = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS, JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_LS_NEAR = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS, JPEG_2000 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"

CT_CLASS, ENHANCED_CT_CLASS = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"
MG_CLASS, MG_PROCESSING_CLASS = "1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.1.2.1"
SECONDARY_CAPTURE_CLASS, DBT_CLASS, SR_CLASS = (
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.13.1.3",
    "1.2.840.10008.5.1.4.1.1.88.33",
)

Encoder = Callable[[NDArray[Any], int], bytes]
ENCODERS: dict[str, Encoder] = {
    RLE: lambda frame, bits: _rle(frame),
    JPEG_BASELINE: lambda frame, bits: bytes(imagecodecs.jpeg8_encode(frame, 95)),
    JPEG_EXTENDED: lambda frame, bits: bytes(imagecodecs.jpeg8_encode(frame, 95, bitspersample=bits)),
    JPEG_LOSSLESS: lambda frame, bits: bytes(
        imagecodecs.jpeg8_encode(_unsigned(frame, bits), lossless=True, predictor=6, bitspersample=bits)
    ),
    JPEG_LOSSLESS_SV1: lambda frame, bits: bytes(
        imagecodecs.jpeg8_encode(_unsigned(frame, bits), lossless=True, predictor=1, bitspersample=bits)
    ),
    JPEG_LS: lambda frame, bits: bytes(imagecodecs.jpegls_encode(_unsigned(frame, bits))),
    JPEG_LS_NEAR: lambda frame, bits: bytes(imagecodecs.jpegls_encode(_unsigned(frame, bits), 2)),
    JPEG_2000_LOSSLESS: lambda frame, bits: bytes(imagecodecs.jpeg2k_encode(frame, reversible=True, codecformat="j2k", resolutions=3)),
    JPEG_2000: lambda frame, bits: bytes(imagecodecs.jpeg2k_encode(frame, 90, codecformat="j2k", resolutions=3)),
    HTJ2K_LOSSLESS: lambda frame, bits: bytes(imagecodecs.htj2k_encode(frame, reversible=True, resolutions=3)),
    HTJ2K_RPCL: lambda frame, bits: bytes(imagecodecs.htj2k_encode(frame, reversible=True, resolutions=3)),
    HTJ2K: lambda frame, bits: bytes(imagecodecs.htj2k_encode(frame, 0.0005, reversible=False, resolutions=3)),
}


def dicom_bytes(dataset: Dataset, transfer_syntax: str = EXPLICIT, *, preamble: bool = True) -> bytes:
    """The data set as a file, its pixels coded in `transfer_syntax`. `dataset.PixelData` must be native little endian."""
    copy = deepcopy(dataset)
    if "PixelData" in copy:
        _code_pixels(copy, transfer_syntax)
    copy.file_meta = FileMetaDataset()
    copy.file_meta.MediaStorageSOPClassUID = copy.get("SOPClassUID", "1.2")
    copy.file_meta.MediaStorageSOPInstanceUID = copy.get("SOPInstanceUID", "1.2")
    copy.file_meta.TransferSyntaxUID = transfer_syntax
    stream = io.BytesIO()
    if preamble:
        pydicom.dcmwrite(stream, copy, enforce_file_format=True)
    else:
        del copy.file_meta
        pydicom.dcmwrite(stream, copy, implicit_vr=transfer_syntax == IMPLICIT, little_endian=True, enforce_file_format=False)
    return stream.getvalue()


def ct_slice(pixels: NDArray[Any] | None = None, *, k: int = 0, spacing_mm: float = 2.0, **attributes: Any) -> Dataset:
    """One axial CT slice, the k-th from the foot; by default 32 × 24 signed pixels that tell their place: 100 k + row."""
    if pixels is None:
        pixels = np.broadcast_to(100 * k + np.arange(32, dtype=np.int16)[:, None], (32, 24)).astype(np.int16)
    dataset = image(pixels)
    dataset.SOPClassUID, dataset.Modality = CT_CLASS, "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SeriesNumber, dataset.SeriesDescription = 2, "Chest 2.0"
    dataset.ConvolutionKernel, dataset.SliceThickness = "STANDARD", spacing_mm
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [-10.0, -20.0, -100.0 + k * spacing_mm], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.7, 0.8]
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.InstanceNumber = k + 1
    return with_attributes(dataset, attributes)


def ct_series(count: int = 20, *, spacing_mm: float = 2.0, **attributes: Any) -> list[Dataset]:
    """A regular series from foot to head; study, series and patient are the same in all slices."""
    common = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()} | attributes
    return [ct_slice(k=k, spacing_mm=spacing_mm, **common) for k in range(count)]


def enhanced_ct(count: int = 20, *, spacing_mm: float = 2.0, order: Iterable[int] | None = None, **attributes: Any) -> Dataset:
    """One multi-frame instance with the same slices as `ct_series`, its frames in `order` (foot to head by default)."""
    frames = [ct_slice(k=k, spacing_mm=spacing_mm) for k in (range(count) if order is None else order)]
    dataset = image(np.stack([pixels_of(frame) for frame in frames]))
    dataset.SOPClassUID, dataset.Modality = ENHANCED_CT_CLASS, "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    shared = Dataset()
    shared.PixelMeasuresSequence = Sequence([_subset(frames[0], "PixelSpacing", "SliceThickness")])
    shared.PlaneOrientationSequence = Sequence([_subset(frames[0], "ImageOrientationPatient")])
    shared.PixelValueTransformationSequence = Sequence([_subset(frames[0], "RescaleSlope", "RescaleIntercept")])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    groups = []
    for frame in frames:
        group = Dataset()
        group.PlanePositionSequence = Sequence([_subset(frame, "ImagePositionPatient")])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return with_attributes(dataset, attributes)


def mammogram(pixels: NDArray[Any] | None = None, *, side: str = "L", view: str = "CC", **attributes: Any) -> Dataset:
    """A mammogram for presentation: 12 of 16 bits, 60 × 40, bright ramp; side and view by the standard's attributes."""
    if pixels is None:
        pixels = np.linspace(0, 4095, 60 * 40).reshape(60, 40).astype(np.uint16)
    dataset = image(pixels, bits_stored=12)
    dataset.SOPClassUID, dataset.Modality = MG_CLASS, "MG"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageLaterality, dataset.ViewPosition = side, view
    dataset.ImagerPixelSpacing = [0.07, 0.07]
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    dataset.BodyPartExamined = "BREAST"
    return with_attributes(dataset, attributes)


def image(pixels: NDArray[Any], *, bits_stored: int | None = None) -> Dataset:
    """Identity and pixel module around (Y, X) or (Z, Y, X) pixels of 8 or 16 bits."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate, dataset.PatientSex = "P-1", "Example^Ann", "19600229", "F"
    dataset.StudyDate, dataset.AccessionNumber = "20250301", "A-1"
    bits = 8 * pixels.dtype.itemsize
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        dataset.NumberOfFrames = len(pixels)
    dataset.BitsAllocated, dataset.BitsStored = bits, bits_stored or bits
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset["PixelData"].VR = "OW" if bits == 16 else "OB"
    return dataset


def pixels_of(dataset: Dataset) -> NDArray[Any]:
    """The native pixels of a built data set, (Y, X) or (Z, Y, X)."""
    kind = "i" if dataset.PixelRepresentation else "u"
    frames = [int(dataset.NumberOfFrames)] if "NumberOfFrames" in dataset else []
    return np.frombuffer(dataset.PixelData, f"<{kind}{dataset.BitsAllocated // 8}").reshape(*frames, dataset.Rows, dataset.Columns)


def with_attributes(dataset: Dataset, attributes: dict[str, Any]) -> Dataset:
    """Set keywords; None deletes one."""
    for keyword, value in attributes.items():
        if value is not None:
            setattr(dataset, keyword, value)
        elif keyword in dataset:
            delattr(dataset, keyword)
    return dataset


def _code_pixels(dataset: Dataset, transfer_syntax: str) -> None:
    if transfer_syntax == BIG_ENDIAN and dataset.BitsAllocated == 16:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    if transfer_syntax not in ENCODERS:
        return
    pixels = pixels_of(dataset)
    frames = pixels if pixels.ndim == 3 else pixels[None]
    coded = [ENCODERS[transfer_syntax](np.ascontiguousarray(frame), int(dataset.BitsStored)) for frame in frames]
    dataset.PixelData = encapsulate(coded)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True


def _unsigned(frame: NDArray[Any], bits: int) -> NDArray[Any]:
    """The bit pattern within `bits`, as codecs without negative numbers store it."""
    unsigned = frame.view(f"u{frame.dtype.itemsize}")
    return unsigned & np.array(2**bits - 1, unsigned.dtype)


def _jpeg_lossless(frame: NDArray[Any], bits: int, *, predictor: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(_unsigned(frame, bits), lossless=True, predictor=predictor, bitspersample=bits))


def _rle(frame: NDArray[Any]) -> bytes:
    """PS3.5 Annex G: byte planes, most significant first, each row packed by itself and padded to even length."""
    planes = frame.astype(frame.dtype.newbyteorder(">")).view(np.uint8).reshape(*frame.shape, frame.dtype.itemsize)
    segments = [
        b"".join(bytes(imagecodecs.packbits_encode(row.tobytes())) for row in planes[..., plane]) for plane in range(planes.shape[-1])
    ]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = np.zeros(16, "<u4")
    offsets[0] = len(segments)
    offsets[1 : len(segments) + 1] = 64 + np.cumsum([0, *map(len, segments[:-1])])
    return offsets.tobytes() + b"".join(segments)


def _subset(dataset: Dataset, *keywords: str) -> Dataset:
    part = Dataset()
    for keyword in keywords:
        setattr(part, keyword, getattr(dataset, keyword))
    return part
