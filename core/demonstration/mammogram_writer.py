"""Writes one view as the mammogram that a unit would have sent: for presentation, 12 of 16 bits, explicit little endian."""

from datetime import date
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian

from core.demonstration.identity import Identity, put_on, stable_uid

BITS = 12


def mammogram_bytes(
    stored: NDArray[np.uint16],  # (Y, X) 0..4095, bright is dense
    *,
    side: str,  # L or R
    view: str,  # CC or MLO
    spacing_mm: float,
    identity: Identity,
    exam_date: date,
) -> bytes:
    """The file of one view; the views of one identity and day are one study (PS3.3 A.26)."""
    dataset = _image(stored, spacing_mm)
    seed = f"{identity.patient_id} {exam_date}"
    dataset.SOPInstanceUID = stable_uid(seed, side, view)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = stable_uid(seed, "study"), stable_uid(seed, "series")
    dataset.ImageLaterality, dataset.ViewPosition = side, view
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    put_on(dataset, identity, exam_date)
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _image(stored: NDArray[np.uint16], spacing_mm: float) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    dataset.Modality, dataset.BodyPartExamined = "MG", "BREAST"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.ImagerPixelSpacing = [spacing_mm, spacing_mm]
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, BITS, BITS - 1, 0
    dataset.RescaleIntercept, dataset.RescaleSlope = 0, 1
    dataset.WindowCenter, dataset.WindowWidth = 2**BITS // 2, 2**BITS
    dataset.PixelData = np.ascontiguousarray(stored, dtype="<u2").tobytes()
    return dataset
