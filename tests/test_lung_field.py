"""The lung field on a procedural thorax, and what is refused."""

import numpy as np
import pytest

from models.bench.phantom import BALL_LPS_MM, Anatomy, thorax
from models.lung import candidates, field
from models.lung.grid import Grid, in_reading_order, isotropic
from models.lung.region import lung_box
from models.lung.sampling import DETECTION
from models.refusal import NoResult


@pytest.fixture(scope="module")
def scan():
    hu, affine = thorax(slices=80, size=112, vessels=10)
    grid, _ = in_reading_order(hu, affine)
    return grid


@pytest.fixture(scope="module")
def found(scan):
    return field.find(scan)


def at(found: field.Field, *lps_mm: float) -> bool:
    return bool(found.mask[tuple(np.rint(found.coarse.to_voxel(np.array([lps_mm]))[0]).astype(int))])


def test_lungs_are_inside_and_heart_spine_and_trachea_are_not(found):
    assert at(found, 80, 0, 0)
    assert at(found, -80, 0, 0)
    assert not at(found, 0, 85, 0), "spine"
    assert not at(found, 15, -20, -50), "heart"
    assert not at(found, 0, -5, 60), "trachea"
    assert found.volume_ml == pytest.approx(2 * 4 / 3 * np.pi * 6.2 * 8.8 * 12.5, rel=0.2)
    assert not found.warnings


def test_left_is_the_patients_left(found):
    columns = np.nonzero(found.left & found.mask)[2]
    assert found.coarse.to_lps(np.array([[0, 0, columns.mean()]]))[0, 0] > 0


def test_a_ball_on_the_pleura_stays_inside(scan):
    hu = np.array(scan.hu)
    places = scan.to_lps(np.argwhere(np.ones(hu.shape)).astype(float))
    hu.reshape(-1)[np.linalg.norm(places - [78 + 56, 0, 0], axis=1) < 9] = 40
    assert at(field.find(Grid(hu, scan.affine)), 78 + 53, 0, 0)


def test_a_scan_that_ends_inside_the_lungs_says_so(scan):
    affine = scan.affine.copy()
    affine[:3, 3] += affine[:3, 0] * 26
    found = field.find(Grid(scan.hu[26:], affine))
    assert any("bases are cut off" in warning for warning in found.warnings)


def test_contrast_is_named(scan):
    enhanced, affine = thorax(slices=80, size=112, vessels=10, anatomy=Anatomy(blood_hu=250))
    assert any("contrast" in warning for warning in field.find(Grid(enhanced, affine)).warnings)


@pytest.mark.parametrize("value", [-1000, 40])
def test_no_lung_is_refused(value):
    with pytest.raises(NoResult, match="No lung"):
        field.find(Grid(np.full((60, 64, 64), value, np.int16), np.diag([2.0, 2.0, 2.0, 1.0])[[2, 1, 0, 3]]))


def test_the_ball_is_among_the_candidates(scan, found):
    fine = isotropic(scan, DETECTION.spacing_mm, lung_box(scan, found))
    centers = candidates.find(fine, found).centers_mm
    assert np.linalg.norm(centers - np.array(BALL_LPS_MM), axis=1).min() < 3
