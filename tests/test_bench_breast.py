"""The mammography benchmark: a whole exam is really read and scored before its time is told."""

import numpy as np
import pytest

from core.imaging.exam import group_exams
from core.imaging.mammogram import read_mammogram
from models.bench import breast
from models.bench.__main__ import main
from models.bench.breast import Timed
from models.bench.breast_phantom import SHAPE, VIEWS, exam
from models.refusal import NoResult
from tests.breast_build import untrained

SMALL = (832, 640)


@pytest.fixture(scope="module")
def files():
    return breast.dicom(SMALL)


def test_the_four_files_are_one_exam_of_twelve_bits(files):
    images = [read_mammogram(file) for file in files]
    (group,) = group_exams(image.header for image in images)
    assert group.missing == ()
    assert not group.warnings
    assert {(image.view.laterality, image.view.view) for image in images} == set(VIEWS)
    assert all(image.pixels.shape == SMALL and image.header.pixel_format.bits_stored == 12 for image in images)
    for image, (_side, _view, stored) in zip(images, exam(SMALL), strict=True):
        np.testing.assert_array_equal(image.stored, stored)


def test_the_full_exam_has_the_size_of_a_detector():
    side, view, stored = next(exam())
    assert (side, view, stored.shape) == ("R", "CC", SHAPE)
    assert stored.max() > 2000


def test_every_stage_of_a_scored_exam_is_timed(files):
    found = breast.timed(untrained(), files)
    assert list(found.seconds) == ["decode", "prepare", "infer", "explain"]
    assert all(value >= 0 for value in found.seconds.values())
    assert found.total > 0


def test_exams_per_second_count_scored_exams_only(files):
    views = breast.decoded(files)
    assert breast.rate(untrained(), views, 3, 2) > 0
    blank = [breast.View(np.zeros(SMALL, np.float32), "L", "CC", "blank")]
    with pytest.raises(NoResult, match="blank"):
        breast.rate(untrained(), blank, 1, 1)


def test_the_line_holds_the_limit_beside_the_figure():
    line = Timed({"decode": 0.5, "prepare": 0.25, "infer": 1.0, "explain": 0.1}, 9.0).line()
    assert line == "seconds: decode 0.50  prepare 0.25  infer 1.00  explain 0.10  total 1.85 (limit 6; first exam 9.0)"


def test_without_weights_the_command_says_why(monkeypatch, capsys):
    monkeypatch.setattr("models.mammography.CARD", "not-installed")
    assert main(["--mammography"]) == 0
    assert "no result, No model card called not-installed.toml" in capsys.readouterr().out
