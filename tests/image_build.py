"""Exams with real images: data sets are written as files and taken in as an upload would be."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from sqlmodel import select

from core.workflow.intake.batch import begin
from core.workflow.intake.take import take_in
from db.engine import snapshot, transaction
from db.tables import Exam
from tests.build import a_site
from tests.dicom_build import ct_series, dicom_bytes, mammogram

VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


def taken_in(folder: Path, datasets: Sequence[Dataset], *, site: str = "NORTH") -> int:
    """The exam that these data sets make at a site."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, dataset in enumerate(datasets):
        paths.append(folder / f"{number:04d}.dcm")
        paths[-1].write_bytes(dicom_bytes(dataset))
    with transaction() as session:
        batch = begin(session, site_id=a_site(session, site).id or 0, programme=None, source="test")
    take_in(batch, paths=paths)
    with snapshot() as session:
        return session.exec(select(Exam.id).order_by(Exam.id.desc())).first() or 0  # type: ignore[union-attr]


def a_ct(folder: Path, *, count: int = 20, site: str = "NORTH", person: str = "P-1") -> int:
    """A regular series; slice k of row r holds 100 k + r stored, so 100 k + r - 1024 HU."""
    return taken_in(folder, ct_series(count, PatientID=person), site=site)


def a_mammography(
    folder: Path, *, pixels: NDArray[np.uint16] | None = None, site: str = "NORTH", person: str = "M-1", **attributes: object
) -> int:
    """Four screening views of one study."""
    datasets = [mammogram(pixels, side=side, view=view, PatientID=person, **attributes) for side, view in VIEWS]
    for dataset in datasets[1:]:
        dataset.StudyInstanceUID = datasets[0].StudyInstanceUID
    return taken_in(folder, datasets, site=site)
