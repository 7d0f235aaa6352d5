"""Masks of known size, on voxels as unequal as scanners make them."""

import numpy as np
import pytest

from models.lung.measure import axial_diameters, measure, sphericity
from models.lung.nodule import RunLength

SPACINGS = [(1.0, 0.7, 0.7), (2.5, 0.7, 0.7), (0.6, 0.9, 0.9)]


def ellipsoid(radii_mm: tuple[float, float, float], spacing_mm: tuple[float, float, float]) -> np.ndarray:
    size = [int(2 * radius / step) + 6 for radius, step in zip(radii_mm, spacing_mm, strict=True)]
    grids = np.meshgrid(*[(np.arange(n) - n / 2 + 0.3) * step for n, step in zip(size, spacing_mm, strict=True)], indexing="ij")
    return sum((grid / radius) ** 2 for grid, radius in zip(grids, radii_mm, strict=True)) < 1


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("radius", [4.0, 5.0, 8.0, 14.0])
def test_ball_has_the_volume_and_diameters_of_the_ball(spacing, radius):
    mask = ellipsoid((radius,) * 3, spacing)
    found = measure(mask, np.zeros(mask.shape), np.array(spacing))
    assert found.volume_mm3 == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.05)
    assert found.mean_diameter_mm == pytest.approx(2 * radius, abs=0.35)
    assert found.sphericity > 0.9


def test_long_and_short_axis_are_those_of_the_widest_slice_wherever_it_is_turned():
    mask = ellipsoid((6.0, 5.0, 10.0), (1.0, 0.7, 0.7))
    turned = np.rot90(mask, axes=(1, 2))
    for one in (mask, turned):
        long_axis, short_axis = axial_diameters(one, np.array((1.0, 0.7, 0.7)))
        assert long_axis == pytest.approx(20, abs=0.8)
        assert short_axis == pytest.approx(10, abs=0.8)


def test_a_rod_is_no_ball():
    rod = np.zeros((20, 8, 8), bool)
    rod[:, 3:5, 3:5] = True
    assert sphericity(rod, np.ones(3)) < 0.5


def test_a_single_voxel_is_measured_as_one_voxel():
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    found = measure(mask, np.full((3, 3, 3), -20.0), np.array([2.0, 0.5, 0.5]))
    assert found.volume_mm3 == 0.5
    assert found.mean_diameter_mm == pytest.approx(0.5)
    assert found.mean_hu == -20


@pytest.mark.parametrize("seed", range(3))
def test_run_length_gives_the_same_mask_back(seed):
    mask = np.random.default_rng(seed).random((3, 4, 5)) > 0.5
    coded = RunLength.of(mask, np.array([7, 8, 9]))
    assert coded.first_kji == (7, 8, 9)
    np.testing.assert_array_equal(coded.block(), mask)
