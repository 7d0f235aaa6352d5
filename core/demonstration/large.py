"""Images as large as real ones for measuring the reading room: a procedural chest CT of any length and mammograms of 4096 × 3072 pixels."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation, ExplicitVRLittleEndian
from scipy.ndimage import gaussian_filter, zoom

from core.demonstration.identity import Identity, put_on, stable_uid
from core.demonstration.phantom import thorax

SIDE = 512  # columns and rows of a CT slice
ROWS, COLUMNS = 4096, 3072
VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


def chest(count: int, *, seed: int = 1) -> NDArray[np.int16]:
    """(count, 512, 512) HU: the phantom's thorax drawn finer, with noise of its own on every slice."""
    coarse = thorax(seed).astype(np.float32)
    fine = np.empty((count, SIDE, SIDE), np.int16)
    noise = np.random.default_rng(seed).normal(0, 25, (SIDE, SIDE)).astype(np.float32)
    for k in range(count):
        plane = zoom(coarse[k * len(coarse) // count], SIDE / coarse.shape[1], order=1)[:SIDE, :SIDE]
        fine[k] = np.clip(plane + np.roll(noise, (7 * k, 13 * k), (0, 1)), -1024, 1500)
    return fine


def write_mammograms(identity: Identity, exam_date: date, folder: Path, *, seed: int = 1) -> Path:
    """Four screening views of 16 bits in `folder`; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, ((side, view), pixels) in enumerate(zip(VIEWS, _breasts(seed), strict=True)):
        dataset = _instance(pixels, side, view, seed=f"{identity.patient_id} {exam_date}")
        put_on(dataset, identity, exam_date)
        dataset.InstanceNumber = number + 1
        dataset.save_as(folder / f"{side}-{view}.dcm", enforce_file_format=True)
    return folder


def _breasts(seed: int) -> Iterator[NDArray[np.uint16]]:
    """(4096, 3072) stored values of each of the four views: tissue with fine noise before an empty background."""
    rng = np.random.default_rng(seed)
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    for side, _ in VIEWS:
        lumps = gaussian_filter(rng.normal(size=(ROWS // 8, COLUMNS // 8)), 6)
        tissue = 24000 + 9000 * np.kron(lumps / lumps.std(), np.ones((8, 8))) + rng.normal(0, 400, (ROWS, COLUMNS))
        inside = ((rows - ROWS / 2) / (ROWS * 0.44)) ** 2 + (columns / (COLUMNS * 0.62)) ** 2 < 1
        pixels = np.where(inside, np.clip(tissue, 500, 65535), 0).astype(np.uint16)
        yield pixels if side == "L" else pixels[:, ::-1]


def _instance(pixels: NDArray[np.uint16], side: str, view: str, *, seed: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    dataset.SOPInstanceUID = stable_uid(seed, side, view)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = stable_uid(seed, "study"), stable_uid(seed, "series", side, view)
    dataset.Modality, dataset.PresentationIntentType = "MG", "FOR PRESENTATION"
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.QualityControlImage = "YES"
    dataset.BodyPartExamined, dataset.ImageLaterality, dataset.ViewPosition = "BREAST", side, view
    dataset.PatientOrientation = [{"L": "A", "R": "P"}[side], "F" if view == "MLO" else {"L": "R", "R": "L"}[side]]
    dataset.ImagerPixelSpacing = [0.07, 0.07]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.WindowCenter, dataset.WindowWidth = 26000, 50000
    dataset.PixelData = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
    return dataset
