"""`models.score` and `models.evaluate` speak JSON, and name a reason for everything they do not score."""

import gzip
import json
import struct
import zipfile

import numpy as np
import pytest

from models import evaluate, score
from models.evaluation import lung_malignancy
from models.lung import known
from models.lung.crops import fold_of
from models.refusal import NoResult
from tests import dicom_build


def said(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_a_ct_that_cannot_be_searched_becomes_an_entry_with_its_reason(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        for n, dataset in enumerate(dicom_build.ct_series(24)):
            archive.writestr(f"{n}.dcm", dicom_build.dicom_bytes(dataset))
        archive.writestr("notes.txt", "nothing to score")
    assert score.main([str(tmp_path / "scan.zip"), str(tmp_path / "gone.zip"), "--json"]) == 0
    answer = said(capsys)
    (series,) = answer["series"]
    assert "findings" not in series
    assert "Hounsfield" in series["reason"]
    assert len(answer["not_scored"]) == 2
    assert all(entry["reason"] for entry in answer["not_scored"])


def test_a_table_whose_images_are_missing_says_so_for_each(tmp_path, capsys):
    (tmp_path / "exam.csv").write_text("file,exam,laterality,view\nnone.png,e1,L,CC\n")
    assert score.main([str(tmp_path / "exam.csv"), "--json"]) == 0
    (exam,) = said(capsys)["exams"]
    assert exam["exam"] == "e1"
    assert exam["reason"]
    assert exam["not_scored"][0]["reason"]


def test_an_empty_folder_gives_empty_lists(tmp_path, capsys):
    assert score.main([str(tmp_path), "--json"]) == 0
    assert said(capsys) == {"series": [], "exams": [], "not_scored": []}


@pytest.mark.parametrize("task", ["lung-malignancy", "lung-detection"])
def test_a_folder_that_cannot_be_evaluated_says_what_is_missing(task, tmp_path, capsys):
    assert evaluate.main([task, "--data", str(tmp_path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert ".csv" in err


def nifti(values: np.ndarray, spacing_mm: tuple[float, float, float]) -> bytes:
    """A NIfTI-1 file of (Z, Y, X) int16 values without orientation."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *values.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<h", header, 70, 4)
    struct.pack_into("<4f", header, 76, 1, *spacing_mm[::-1])
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    struct.pack_into("<h", header, 252, 1)
    return gzip.compress(bytes(header) + values.astype("<i2").tobytes())


@pytest.fixture
def crops(tmp_path):
    """Six balls of 5 to 16 mm in lung, the larger ones called malignant; the first patient is one of the training set."""
    patients = [min(known.patients()), *(f"stranger-{n}" for n in range(5))]
    rows = ["patient_id,file,Diagnosis_value,diameter_mm"]
    for folder in ("image", "mask"):
        (tmp_path / folder).mkdir()
    for n, patient in enumerate(patients):
        diameter = 5.0 + 2.2 * n
        k, j, i = np.ogrid[-8:9, -22:23, -22:23]
        ball = (1.5 * k) ** 2 + (0.7 * j) ** 2 + (0.7 * i) ** 2 < (diameter / 2) ** 2
        keep = ball.any((1, 2))
        image = np.where(ball, 20, -860)[keep]
        (tmp_path / "image" / f"n{n}.nii.gz").write_bytes(nifti(image, (1.5, 0.7, 0.7)))
        (tmp_path / "mask" / f"n{n}.nii.gz").write_bytes(nifti(ball[keep], (1.5, 0.7, 0.7)))
        rows.append(f"{patient},n{n},{int(n > 2)},{diameter}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    return tmp_path


def test_malignancy_is_reported_beside_the_diameter_and_by_networks_that_did_not_see_the_patient(crops):
    report = lung_malignancy.evaluate(crops)
    assert report["n"] == 6
    assert report["scored_by"] == {"own_fold": 1, "all_networks": 5}
    assert report["auc"]["low"] <= report["auc"]["value"] <= report["auc"]["high"]
    assert report["baselines"]["diameter"]["auc"]["value"] == 1
    assert report["segmentation"]["dice_median"] > 0.6
    json.dumps(report, allow_nan=False)


def test_a_crop_whose_mask_is_missing_is_named(crops):
    (crops / "mask" / "n3.nii.gz").unlink()
    with pytest.raises(NoResult, match=r"n3\.nii\.gz is missing"):
        lung_malignancy.evaluate(crops)


def test_folds_are_fixed_by_the_name():
    assert [fold_of(f"LIDC-IDRI-{n:04d}") for n in (1, 2, 3, 4, 5, 6)] == [1, 3, 1, 2, 1, 4]
