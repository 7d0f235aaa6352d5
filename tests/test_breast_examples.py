"""The sheet of right and wrong answers: images of the labelled folder beside their heat maps, nothing where there is nothing to show."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.refusal import NoResult
from models.reports import breast_examples
from tests.breast_build import mammogram, untrained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two women, one with cancer."""
    (tmp_path / "images").mkdir()
    rows = [["file", "patient_id", "laterality", "view", "cancer"]]
    for number in range(2):
        Image.fromarray((mammogram(seed=number, shape=(240, 200)) * 255).astype(np.uint8)).save(tmp_path / "images" / f"{number}.png")
        rows.append([f"{number}.png", f"w{number}", "L", "CC", str(number)])
    with (tmp_path / "labels.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return tmp_path


def test_the_sheet_shows_the_view_and_its_heat_in_the_row_of_its_kind(folder: Path) -> None:
    report = {"hits": [{"file": "1.png", "cancer": True}], "misses": [{"file": "0.png", "cancer": False}]}
    drawn = np.asarray(breast_examples.sheet(report, folder, untrained()))
    height, width = breast_examples.CELL
    found, healthy_wrong = drawn[12 : height + 12], drawn[3 * (height + 12) + 12 :]
    for row in (found, healthy_wrong):
        plain, heated = row[:, :width], row[:, width : 2 * width]
        assert (plain[..., 0] == plain[..., 2]).all()
        assert (heated[..., 0] > heated[..., 2]).any(), "the heat map has the colour of heat"
        assert (row[:, 2 * width :] == 255).all()
    assert (drawn[height + 24 : 2 * (height + 12)] == 255).all(), "no cancer was missed"


def test_a_folder_without_the_examples_is_refused(folder: Path) -> None:
    with pytest.raises(NoResult, match="none of the images"):
        breast_examples.sheet({"hits": [{"file": "other.png", "cancer": True}]}, folder, untrained())
