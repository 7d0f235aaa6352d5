"""Slices come in any order and direction; places in the patient must not depend on it."""

from itertools import permutations, product

import numpy as np
import pytest

from models.lung.grid import Grid, in_reading_order, isotropic

AFFINE = np.array([[0, 0, 0.8, -50.0], [0, 0.7, 0, -60.0], [2.0, 0, 0, -70.0], [0, 0, 0, 1.0]])


def turned(hu, affine, axes, flips):
    matrix = affine[:, [*axes, 3]].copy()
    out = hu.transpose(axes)
    for axis, flip in enumerate(flips):
        if flip:
            matrix[:3, 3] += matrix[:3, axis] * (out.shape[axis] - 1)
            matrix[:3, axis] *= -1
            out = np.flip(out, axis)
    return out, matrix


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("flips", list(product((False, True), repeat=3)))
def test_any_turn_of_the_volume_is_read_as_the_same_volume(axes, flips):
    hu = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    given, affine = turned(hu, AFFINE, axes, flips)
    grid, order = in_reading_order(given, affine)
    np.testing.assert_array_equal(grid.hu, hu)
    np.testing.assert_allclose(grid.affine, AFFINE)
    place = np.array([1.0, 2.0, 3.0])
    back = order.given_voxel(place)
    np.testing.assert_allclose(affine[:3, :3] @ back + affine[:3, 3], grid.to_lps(place[None])[0])
    block, first = order.given_block(hu[1:3, 1:4, 2:6] > 40, np.array([1, 1, 2]))
    window = tuple(slice(a, a + n) for a, n in zip(first, block.shape, strict=True))
    np.testing.assert_array_equal(given[window] > 40, block)


@pytest.mark.parametrize("spacing", [0.9, 1.25, 3.0])
def test_resampling_keeps_a_ramp_in_its_place(spacing):
    k, j, i = np.meshgrid(np.arange(30), np.arange(40), np.arange(40), indexing="ij")
    hu = (5 * k + 7 * j - 3 * i).astype(np.int16)
    grid = Grid(hu, AFFINE)
    out = isotropic(grid, spacing, (slice(5, 30), slice(4, 40), slice(0, 40)))
    inner = np.argwhere(np.ones(out.hu.shape))
    inner = inner[np.all((inner > 3) & (inner < np.array(out.hu.shape) - 4), axis=1)]
    place = grid.to_voxel(out.to_lps(inner.astype(float)))
    expected = place @ [5, 7, -3]
    np.testing.assert_allclose(out.hu[tuple(inner.T)], expected, atol=1.0)  # a seventh of a voxel
    np.testing.assert_allclose(out.spacing_mm, spacing)
