"""The agreement of descriptions with readers' ratings, counted on phantoms whose ratings are chosen here."""

import json

import numpy as np
import pytest

from models.evaluation import lung_description
from models.evaluation.rank_correlation import spearman
from models.lung.crops import Crop
from tests.nodule_build import CALCIUM, GLASS, TISSUE, Shape, ball, scan

THIN = (1.0, 1.0, 1.0)


def crop(patient: str, *shapes: Shape, texture: float = 5, calcification: float = 6, spiculation: float = 1) -> Crop:
    one = scan(*shapes, spacing=THIN, width=20)
    ratings = {"Texture": texture, "Calcification": calcification, "Spiculation": spiculation, "Lobulation": 1.0}
    return Crop(patient, patient, one.hu.astype(np.float32), one.mask, one.spacing_mm, False, 2 * max(shapes[0].radii), ratings)


SOLID, GROUND_GLASS, CALCIFIED = ball(5.0, TISSUE), ball(6.0, GLASS), ball(4.0, CALCIUM)
MIXED = (ball(8.0, GLASS), ball(3.5, TISSUE))


@pytest.fixture(scope="module")
def report():
    crops = [
        crop("a", SOLID),
        crop("b", SOLID, texture=4),
        crop("c", GROUND_GLASS, texture=1),
        crop("d", GROUND_GLASS, texture=5),
        crop("e", *MIXED, texture=3, spiculation=4),
        crop("f", CALCIFIED, calcification=3, spiculation=3),
    ]
    return lung_description.report([lung_description.read(one) for one in crops])


def test_each_crop_is_counted_once_under_both_ways_to_take_solid_mixed(report):
    strict, loose = (report["type"]["agreement_of_the_likeliest"][f"texture_4_{word}"] for word in ("part_solid", "solid"))
    assert strict["readers_by_model"]["part-solid"] == {"non-solid": 0, "part-solid": 1, "solid": 1}
    assert loose["readers_by_model"]["part-solid"] == {"non-solid": 0, "part-solid": 1, "solid": 0}
    assert strict["readers_by_model"]["solid"] == {"non-solid": 1, "part-solid": 0, "solid": 2}
    assert strict["accuracy"]["value"] == pytest.approx(4 / 6)
    assert strict["recall"]["non-solid"]["value"] == 1
    assert [strict["precision"]["non-solid"][key] for key in ("value", "x", "n")] == [0.5, 1, 2]


def test_always_solid_is_beside_it_and_has_no_kappa(report):
    always = report["type"]["baselines"]["always_solid"]["texture_4_part_solid"]
    assert always["accuracy"]["value"] == pytest.approx(3 / 6)
    assert always["kappa"] is None
    assert always["recall"]["part-solid"]["value"] == 0


def test_calcium_is_counted_against_the_rating(report):
    assert report["calcification"]["readers_by_model"] == {"calcium": {"calcium": 1, "none": 0}, "none": {"calcium": 0, "none": 5}}
    assert report["calcification"]["words_by_rating"] == {"3": {"diffuse": 1}, "6": {"none": 5}}
    assert report["calcification"]["of_these_calcified_to_readers"]["x"] == 1


def test_wrong_types_are_listed_largest_first_and_the_report_is_plain_json(report):
    assert [miss["file"] for miss in report["misses"]] == ["d", "b"]
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_rank_correlation_has_the_limits_of_bonett_and_wright():
    first = np.arange(1.0, 11.0)
    second = np.array([2.0, 1, 4, 3, 6, 5, 8, 7, 10, 9])  # sum of squared rank differences 10: 1 - 60 / 990
    found = spearman(first, second)
    assert found.value == pytest.approx(0.939394)
    half = 1.959964 * np.sqrt((1 + 0.939394**2 / 2) / 7)
    assert found.low == pytest.approx(np.tanh(np.arctanh(0.939394) - half), abs=1e-5)
    assert spearman(first, np.ones(10)) is None
