"""Closing and the two sides on small masks of known shape; resampling in pieces."""

import numpy as np
import pytest
from scipy import ndimage

from models.lung import coverage
from models.lung.closing import around, closed, within
from models.lung.grid import Grid, isotropic
from models.lung.sides import nearer, two_sides


@pytest.mark.parametrize("radius", [1.0, 2.4, 4.8])
def test_within_is_the_euclidean_distance(radius):
    mask = np.random.default_rng(3).random((17, 19, 23)) > 0.997
    np.testing.assert_array_equal(within(mask, radius), ndimage.distance_transform_edt(~mask) <= radius)


def test_a_bay_narrower_than_the_ball_is_closed_and_a_wider_one_is_not():
    lung = np.zeros((30, 40, 40), bool)
    lung[5:25, 5:35, 5:35] = True
    lung[10:15, 5:12, 18:22] = False  # a nodule of 5 × 7 × 4 voxels on the pleura
    lung[5:25, 20:35, 15:31] = False  # 16 voxels wide
    lung[14, 8, 8] = False  # a vessel
    whole = closed(lung, 4.8)
    assert whole[11:14, 7:12, 18:22].all()
    assert whole[14, 8, 8]
    assert not whole[15, 30, 23]
    assert not (lung & ~whole).any()
    assert not whole[:5].any()
    assert not whole[:, :5].any()


def test_nothing_stays_nothing():
    assert not closed(np.zeros((5, 5, 5), bool), 4.8).any()


def test_around_is_the_smallest_box():
    mask = np.zeros((6, 7, 8), bool)
    mask[2, 3:5, 1] = mask[4, 3, 6] = True
    assert around(mask) == (slice(2, 5), slice(3, 5), slice(1, 7))


def lobes(*boxes, shape=(40, 40, 80)):
    mask = np.zeros(shape, bool)
    for box in boxes:
        mask[tuple(slice(a, b) for a, b in box)] = True
    return mask


RIGHT, LEFT = ((5, 35), (10, 30), (8, 32)), ((5, 35), (10, 30), (48, 72))


def test_lungs_that_touch_are_parted_where_they_touch():
    bridge = ((20, 23), (10, 13), (32, 48))
    lung = lobes(RIGHT, LEFT, bridge)
    left, right = two_sides(lung, np.ones_like(lung), 2.5)
    np.testing.assert_array_equal(left | right, lung)
    assert not (left & right).any()
    assert left[tuple(slice(a, b) for a, b in LEFT)].all()
    assert right[tuple(slice(a, b) for a, b in RIGHT)].all()
    assert np.nonzero(left)[2].min() >= 39


def test_two_lobes_of_one_lung_above_each_other_are_no_two_sides():
    upper, lower = ((22, 36), (10, 30), (50, 70)), ((4, 20), (10, 30), (50, 70))
    lung = lobes(upper, lower)
    left, right = two_sides(lung, np.ones_like(lung), 2.5)
    np.testing.assert_array_equal(left, lung)
    assert not right.any()


@pytest.mark.parametrize("body", [(0, 80), (0, 70)])
def test_one_lung_lies_on_the_side_of_the_bodys_middle_it_is_on(body):
    tissue = np.zeros((40, 40, 80), bool)
    tissue[:, :, slice(*body)] = True
    lung = lobes(((5, 35), (10, 30), (4, 38)))  # reaches to near the middle
    left, right = two_sides(lung, tissue, 2.5)
    assert not left.any()
    np.testing.assert_array_equal(right, lung)


def test_nearer_is_decided_far_outside_of_both():
    left, right = lobes(((20, 21), (20, 21), (60, 62))), lobes(((20, 21), (20, 21), (20, 22)))
    near = nearer(left, right, np.ones_like(left))
    assert near[0, 0, 45]
    assert not near[0, 0, 35]


@pytest.mark.parametrize("spacing", [0.8, 2.5])
def test_resampling_in_pieces_is_the_same_as_at_once(spacing):
    rng = np.random.default_rng(5)
    affine = np.diag([1.1, 0.7, 0.9, 1.0])[[2, 1, 0, 3]]
    hu = rng.integers(-1024, 900, (37, 30, 28)).astype(np.int16)
    hu.setflags(write=False)  # as a cache or a file gives it
    grid = Grid(hu, affine)
    whole, pieces = isotropic(grid, spacing, batch=64), isotropic(grid, spacing, batch=5)
    turned = isotropic(Grid(hu[::-1, :, ::-1], affine), spacing)
    assert turned.hu.shape == whole.hu.shape
    np.testing.assert_allclose(pieces.hu, whole.hu, atol=0.01)
    assert whole.hu.dtype == np.float32


def said(*boxes, rim=None):
    left, right = lobes(boxes[0], shape=(60, 60, 120)), lobes(*boxes[1:], shape=(60, 60, 120))
    edge = np.zeros((60, 120), bool) if rim is None else rim
    return " ".join(coverage.warnings(np.full((60, 60, 120), 40, np.float32), left | right, (left, right), edge, 2.5))


NARROW = (((10, 50), (10, 40), (60, 90)), ((10, 50), (10, 40), (20, 50)))
LITTLE = (((10, 50), (10, 40), (88, 110)), ((10, 50), (10, 40), (10, 32)))
WIDE = (((5, 55), (10, 50), (70, 110)), ((5, 55), (10, 50), (10, 50)))


def test_small_chests_and_lungs_with_little_air_are_told_apart():
    assert "only 175 mm wide" in said(*NARROW)
    assert "hold little air (825 ml" in said(*LITTLE)
    assert not said(*WIDE)


def test_the_width_of_a_lung_that_is_cut_off_is_not_judged():
    rim = np.zeros((60, 120), bool)
    rim[:, 90:] = True
    cut = said(*NARROW, rim=rim)
    assert "cuts the lungs off at the side" in cut
    assert "wide" not in cut
