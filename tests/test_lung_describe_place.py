"""Where a nodule lies and how its outline runs, on lungs and masks of known truth."""

import numpy as np
import pytest

from models.lung import place
from models.lung.shape import irregularity
from tests.nodule_build import TISSUE, Shape, ball, lungs, scan


def two_ellipsoids(at):
    z, y, x = np.moveaxis(at, -1, 0)
    return ((z / 125) ** 2 + (y / 80) ** 2 + ((np.abs(x) - 75) / 60) ** 2) < 1


def block(at):
    """Two blocks of lung, 200 mm high, 120 mm deep; inner walls at |x| = 20 mm, outer walls at 120 mm."""
    z, y, x = np.moveaxis(np.abs(at), -1, 0)
    return (z < 100) & (y < 60) & (x > 20) & (x < 120)


LUNGS = lungs(two_ellipsoids)
BLOCK = lungs(block)


@pytest.mark.parametrize(
    ("z", "third"), [(110, "upper"), (50, "upper"), (35, "middle"), (0, "middle"), (-35, "middle"), (-50, "lower"), (-115, "lower")]
)
@pytest.mark.parametrize(("x", "side"), [(75, "left"), (-75, "right")])
def test_side_and_third_are_those_of_its_own_lung(x, side, z, third):
    found = place.of(np.array([x, 0.0, z]), LUNGS)
    assert (found.side, found.third) == (side, third)


@pytest.mark.parametrize(
    ("side", "height", "depth", "upper"),
    [
        ("right", 0.95, 0.5, True),
        ("left", 0.95, 0.5, True),
        ("right", 0.2, 0.9, False),
        ("left", 0.4, 0.9, False),
        ("left", 0.35, 0.05, True),  # lingula
        ("right", 0.3, 0.05, False),  # middle lobe
        ("right", 0.55, 0.1, None),  # minor fissure
        ("left", 0.45, 0.5, None),  # oblique fissure
        ("right", 0.8, 0.95, None),  # top of the lower lobe
    ],
)
def test_the_lobe_is_told_only_away_from_the_fissures(side, height, depth, upper):
    assert place.upper_lobe(side, height, depth) is upper


def test_a_lung_that_is_cut_off_has_no_thirds():
    cut = lungs(two_ellipsoids, low=(-40.0, -100.0, -150.0))
    found = place.of(np.array([75.0, 0.0, 60.0]), cut)
    assert found.side == "left"
    assert found.third is None
    assert found.upper_lobe is None
    assert "in full" in found.because[0]


def test_a_place_outside_the_field_still_has_a_side():
    assert place.of(np.array([140.0, 0.0, 0.0]), LUNGS).side == "left"
    assert place.of(np.array([-140.0, 0.0, 0.0]), LUNGS).side == "right"


@pytest.mark.parametrize("depth", [8.0, 12.0, 20.0])
@pytest.mark.parametrize("spacing", [(1.0, 0.7, 0.7), (2.5, 0.7, 0.7)])
def test_the_distance_to_the_pleura_is_from_the_edge_of_the_nodule(depth, spacing):
    found = scan(ball(4.0, TISSUE), spacing=spacing, width=20, first_mm=118.75 - 4 - depth).described(lung=BLOCK)
    assert found.pleural_mm == pytest.approx(depth, abs=1.5)
    assert found.pleural_contact == 0


def test_far_from_the_pleura_is_thirty_millimetres_or_more():
    assert scan(ball(4.0, TISSUE), width=20, first_mm=70).described(lung=BLOCK).pleural_mm == 30


@pytest.mark.parametrize("sign", [1, -1])
def test_a_nodule_on_the_wall_touches_it_on_either_side(sign):
    found = scan(Shape((5.0, 5.0, 2.5), TISSUE), width=20, first_mm=sign * 117.0).described(lung=BLOCK)
    assert found.pleural_mm == 0
    assert found.pleural_contact > 0.2
    assert found.side == ("left" if sign > 0 else "right")


def test_the_mediastinum_counts_as_pleura():
    found = scan(ball(4.0, TISSUE), width=20, first_mm=25.0).described(lung=BLOCK)
    assert found.pleural_mm == 0


def test_the_end_of_the_scan_is_no_pleura():
    whole = lungs(lambda at: np.abs(at[..., 2]) < 120)
    found = scan(Shape((4.0, 4.0, 4.0), TISSUE, at=(4.0, 0, 0)), width=20, first_mm=60).described(lung=whole)
    assert found.pleural_mm == 30
    assert found.third is None, "the lungs end nowhere in this scan"


@pytest.mark.parametrize("radius", [1.5, 4.0, 11.0])
@pytest.mark.parametrize("spacing", [(0.5, 0.5, 0.5), (2.5, 0.7, 0.7)])
@pytest.mark.parametrize("turn", [0, 37])
def test_a_convex_outline_is_regular_at_any_size(radius, spacing, turn):
    one = scan(Shape((radius, radius, 0.7 * radius), TISSUE, turn=turn), spacing=spacing)
    assert irregularity(one.mask) == pytest.approx(0, abs=1e-9)
    assert one.described({"spiculation": 1.0}).smooth is True


def star(points: int, depth: float) -> np.ndarray:
    """One slice: radius 20 pixels, drawn in by `depth` of it between `points` spikes."""
    y, x = np.mgrid[-30:31, -30:31]
    radius = 20 * (1 - depth * (1 + np.cos(points * np.arctan2(y, x))) / 2)
    return (np.hypot(x, y) < radius)[None]


def test_spikes_and_notches_make_an_outline_irregular_and_deeper_ones_more_so():
    shallow, deep = irregularity(star(8, 0.2)), irregularity(star(8, 0.5))
    assert 0.05 < shallow < deep
    assert irregularity(star(3, 0.5)) > 0.05


def test_smoothness_is_not_told_where_outline_and_network_disagree():
    one = scan(ball(6.0, TISSUE))
    assert one.described({"spiculation": 4.5}).smooth is None
    assert one.described().smooth is True


def test_a_line_of_pixels_has_no_outline_to_be_irregular():
    mask = np.zeros((3, 6, 6), bool)
    mask[1, 2, 1:5] = True
    assert irregularity(mask) == 0
