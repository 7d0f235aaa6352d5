"""Sensitivity on crops at a threshold from whole scans: counted by hand, and read with networks that did not see the patient."""

import math

import numpy as np
import pytest

from models.evaluation import crop_figures, lung_crops
from models.evaluation.crop_figures import CropRead, ScanRead, report, threshold_at
from models.lung import crops
from models.lung.crops import Crop, fold_of

SEARCHED = [ScanRead("a", 0, (0.9, 0.6, 0.3)), ScanRead("a", 1, (0.8,)), ScanRead("b", 2, ())]


@pytest.mark.parametrize(("rate", "above", "marks"), [(0.5, 0.8, 1), (1, 0.3, 3), (2, 0.0, 4)])
def test_the_threshold_is_the_lowest_that_keeps_to_the_rate(rate, above, marks):
    threshold = threshold_at(SEARCHED, rate)
    assert sum(p >= threshold for read in SEARCHED for p in read.false) == marks <= rate * len(SEARCHED)
    assert threshold == above or threshold == math.nextafter(above, 2)


def test_found_nodules_are_counted_at_that_threshold_and_by_size():
    reads = [
        CropRead("n0", "p0", 5, (0.95,)),
        CropRead("n1", "p1", 7, (0.2,)),
        CropRead("n2", "p1", 20, (0.31, 0.0)),
        CropRead("n3", "p2", 9, (0.0,)),
    ]
    told = report(reads, SEARCHED)
    one = told["at"]["1"]
    assert (one["n"], one["found"]) == (4, 1.5)
    assert one["sensitivity"]["value"] == pytest.approx(1.5 / 4)
    assert one["sensitivity"]["low"] <= 1.5 / 4 <= one["sensitivity"]["high"]
    assert [(miss["file"], miss["best_probability"]) for miss in told["misses"]] == [("n1", 0.2), ("n3", None)]
    assert (told["scan_equivalents"], told["n_scans"], told["patients"]) == (3, 2, 3)
    assert [line["false_marks"] for line in told["false_marks_per_scan"]] == [2, 1, 0]
    assert told["by_diameter"]["under_6_mm"]["sensitivity"]["value"] == 1
    assert told["at"]["2"]["found"] == 2.5  # a threshold of 0 finds what has a mark, and nothing else


def test_when_all_are_found_the_interval_is_not_a_point():
    told = report([CropRead(f"n{k}", f"p{k}", 8, (0.99,)) for k in range(20)], SEARCHED)
    assert told["at"]["1"]["sensitivity"]["value"] == 1
    assert told["at"]["1"]["sensitivity"]["low"] < 0.9


class Bright:
    """Marks the middle of what is bright, more probable the higher the fold; keeps whom it was asked with."""

    def __init__(self):
        self.asked = []

    def marks(self, hu, affine, networks):
        (fold,) = (member.fold for member in networks.members)
        self.asked.append(fold)
        middle = affine @ np.append(np.argwhere(hu > -400).mean(0), 1)
        return [(tuple(middle[:3]), 0.1 + fold / 10, 4.0)]


@pytest.mark.parametrize("seen", [True, False])
def test_a_crop_is_searched_only_by_networks_that_did_not_see_its_patient(seen):
    k, j, i = np.ogrid[-5:6, -12:13, -12:13]
    ball = (1.5 * k) ** 2 + (0.7 * j) ** 2 + (0.7 * i) ** 2 < 16
    crop = Crop("n0", "LIDC-IDRI-0003", np.where(ball, 20.0, -860.0).astype(np.float32), ball, np.array([1.5, 0.7, 0.7]), True, 8.0, {})
    model = lung_crops.LungCT.load()
    marker = Bright()
    read = lung_crops._crop(crop, model, marker, frozenset({crop.patient} if seen else ()))
    folds = [fold_of(crop.patient)] if seen else list(range(crops.FOLDS))
    assert marker.asked == folds
    assert read.best == tuple(pytest.approx(0.1 + fold / 10) for fold in folds)
    assert crop_figures.report([read], SEARCHED)["n_crops"] == 1
