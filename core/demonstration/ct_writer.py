"""Writes a volume as the CT series that a scanner would have sent: one instance per slice, explicit little endian."""

from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from core.demonstration.identity import Identity, put_on, stable_uid


def write_ct(
    hu: NDArray[np.int16],  # (Z, Y, X) HU, slices foot to head
    *,
    spacing_mm: tuple[float, float, float],  # (z, y, x)
    origin_lps_mm: tuple[float, float, float],  # centre of voxel (0, 0, 0)
    identity: Identity,
    exam_date: date,
    description: str,
    phantom: bool,
    folder: Path,
) -> Path:
    """Write `hu` into `folder` and return it. Rows run to the patient's left, columns to the back (axial, PS3.3 C.7.6.2)."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, plane in enumerate(hu):
        dataset = _instance(plane, k, spacing_mm, description, phantom, seed=f"{identity.patient_id} {exam_date}")
        put_on(dataset, identity, exam_date)
        x, y, z = origin_lps_mm
        dataset.ImagePositionPatient = [round(x, 4), round(y, 4), round(z + k * spacing_mm[0], 4)]
        dataset.save_as(folder / f"{k + 1:04d}.dcm", enforce_file_format=True)
    return folder


def _instance(
    plane: NDArray[np.int16], k: int, spacing_mm: tuple[float, float, float], description: str, phantom: bool, *, seed: str
) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = stable_uid(seed, "slice", str(k))
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = stable_uid(seed, "study"), stable_uid(seed, "series")
    dataset.FrameOfReferenceUID = stable_uid(seed, "frame")
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.QualityControlImage = "YES" if phantom else "NO"
    dataset.StudyDescription = dataset.SeriesDescription = description
    dataset.BodyPartExamined = "CHEST"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, k + 1
    dataset.SliceThickness = spacing_mm[0]
    dataset.PixelSpacing = [spacing_mm[1], spacing_mm[2]]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.Rows, dataset.Columns = plane.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "HU"
    dataset.WindowCenter, dataset.WindowWidth = -600, 1500
    dataset.PixelData = np.ascontiguousarray(plane, dtype="<i2").tobytes()
    return dataset
