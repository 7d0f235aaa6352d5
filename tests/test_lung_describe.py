"""What is said of a nodule, on phantoms of known truth: size, type, solid part, calcium, fat."""

import numpy as np
import pytest

from models.lung import calcium_pattern, solid
from models.lung.describe import with_surroundings
from tests.nodule_build import CALCIUM, FAT, GLASS, LUNG, TISSUE, Shape, ball, lungs, scan

THIN, USUAL, THICK = (0.6, 0.6, 0.6), (1.0, 0.7, 0.7), (2.5, 0.7, 0.7)
SPACINGS = [(0.5, 0.5, 0.5), USUAL, THICK, (2.5, 0.98, 0.98)]


def sphere(diameter: float) -> float:
    return np.pi / 6 * diameter**3


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("turn", [0, 30, 73])
def test_sizes_are_those_of_the_ellipsoid_however_it_lies(spacing, turn):
    found = scan(Shape((6.0, 5.0, 9.0), TISSUE, turn=turn), spacing=spacing).described()
    pixel = spacing[2]
    assert found.long_axis_mm == pytest.approx(18, abs=0.35 + pixel / 2)
    assert found.short_axis_mm == pytest.approx(10, abs=0.35 + pixel / 2)
    assert found.mean_diameter_mm == pytest.approx(14, abs=0.35 + pixel / 2)
    share = 0.03 + 0.04 * pixel
    assert found.volume_mm3 == pytest.approx(4 / 3 * np.pi * 6 * 5 * 9, rel=share)
    assert found.effective_diameter_mm == pytest.approx(2 * (6 * 5 * 9) ** (1 / 3), rel=share / 2)


def test_coarse_pixels_are_said_to_make_diameters_uncertain():
    coarse = scan(Shape((6.0, 5.0, 9.0), TISSUE, turn=30), spacing=(2.5, 2.5, 2.5)).described()
    assert coarse.long_axis_mm == pytest.approx(18, abs=2.5)
    assert any("2.5 mm wide" in reason for reason in coarse.because)
    assert not any("mm wide" in reason for reason in scan(ball(5.0, TISSUE)).described().because)


def test_diameters_have_one_decimal_and_the_mean_is_of_the_unrounded_ones():
    found = scan(Shape((4.0, 4.13, 5.27), TISSUE)).described()
    for value in (found.long_axis_mm, found.short_axis_mm, found.mean_diameter_mm, found.effective_diameter_mm):
        assert value == round(value, 1)
    assert found.mean_diameter_mm == pytest.approx((found.long_axis_mm + found.short_axis_mm) / 2, abs=0.1)


def test_a_nodule_of_two_voxels_is_described_without_a_claim():
    found = scan(ball(0.9, TISSUE), spacing=(1.0, 0.7, 0.7), width=12).described()
    assert found.volume_mm3 < 10
    assert found.calcification == "none"
    assert found.fat is None


@pytest.mark.parametrize("spacing", [THIN, USUAL, THICK])
@pytest.mark.parametrize(("hu", "texture", "kind"), [(TISSUE, 5.0, "solid"), (GLASS, 1.2, "non-solid")])
def test_type_where_ct_numbers_and_network_agree(spacing, hu, texture, kind):
    found = scan(ball(6.0, hu), spacing=spacing).described({"texture": texture})
    assert found.nodule_type == kind
    assert found.solid_mean_mm is None


@pytest.mark.parametrize(("hu", "texture"), [(TISSUE, 1.2), (GLASS, 4.9), (GLASS, 3.0)])
def test_where_they_disagree_no_type_is_named_and_the_reason_is(hu, texture):
    found = scan(ball(6.0, hu)).described({"texture": texture})
    assert found.nodule_type is None
    assert any("a reader has to say the type" in reason for reason in found.because)


def test_without_a_network_ground_glass_is_named_and_what_is_in_doubt_is_not():
    assert scan(ball(6.0, GLASS)).described().nodule_type == "non-solid"
    doubtful = scan(ball(6.0, -330.0), ball(2.4, -180.0))
    assert doubtful.described().nodule_type is None
    assert any("more than one type" in reason for reason in doubtful.described().because)


@pytest.mark.parametrize("spacing", [THIN, USUAL, THICK])
@pytest.mark.parametrize("radius", [3.0, 4.0, 5.5])
def test_the_solid_core_of_a_part_solid_nodule_is_measured_apart(spacing, radius):
    found = scan(ball(10.0, GLASS), ball(radius, TISSUE), spacing=spacing).described({"texture": 3.1})
    assert found.nodule_type == "part-solid"
    assert found.mean_diameter_mm == pytest.approx(20, abs=0.6)
    assert found.solid_mean_mm == pytest.approx(2 * radius, abs=0.9)
    assert found.solid_volume_mm3 == pytest.approx(sphere(2 * radius), rel=1.1 / radius)
    assert found.solid_long_mm >= found.solid_short_mm


def test_of_two_solid_pieces_the_larger_is_measured():
    found = scan(ball(11.0, GLASS), ball(3.5, TISSUE, (0, -4.5, 0)), ball(2.0, TISSUE, (0, 6.0, 0))).described({"texture": 3.0})
    assert found.solid_mean_mm == pytest.approx(7, abs=0.9)


def test_noise_of_a_low_dose_scan_makes_no_solid_part_of_ground_glass():
    found = scan(ball(8.0, GLASS), noise=80).described({"texture": 1.3})
    assert found.nodule_type == "non-solid"


def test_a_ball_of_tissue_is_not_part_solid_because_its_edge_is_blurred():
    for radius in (3.0, 5.0, 9.0):
        one = scan(ball(radius, TISSUE), spacing=THICK)
        assert solid.density(one.mask, one.hu, one.spacing_mm).likely == "solid"


PATTERNS = {
    "none": (ball(9.0, TISSUE),),
    "diffuse": (ball(4.0, CALCIUM),),
    "central": (ball(8.0, TISSUE), ball(3.2, CALCIUM)),
    "eccentric": (ball(8.0, TISSUE), ball(2.2, CALCIUM, (0, 4.5, 0))),
    "laminated": (ball(9.5, TISSUE), Shape((7.0, 7.0, 7.0), CALCIUM, hollow=0.65)),
    "popcorn": (ball(10.0, TISSUE), *(ball(2.7, CALCIUM, at) for at in [(0, 5, 0), (0, -4, 3.5), (0, -3, -5), (5, 0, 0)])),
}


@pytest.mark.parametrize("word", PATTERNS)
def test_the_pattern_of_calcium_is_named(word):
    assert scan(*PATTERNS[word]).described(lung=NO_CONTRAST).calcification == word


@pytest.mark.parametrize("word", ["central", "laminated", "popcorn", "eccentric"])
def test_thick_slices_show_calcium_but_no_pattern(word):
    assert scan(*PATTERNS[word], spacing=(2.5, 0.7, 0.7)).described(lung=NO_CONTRAST).calcification == "present"


def test_a_small_nodule_shows_calcium_but_no_pattern():
    assert scan(ball(3.2, TISSUE), ball(1.4, CALCIUM), width=16).described(lung=NO_CONTRAST).calcification == "present"


NO_CONTRAST = lungs(lambda at: np.abs(at[..., 0]) < 140)
CONTRAST = lungs(lambda at: np.abs(at[..., 0]) < 140, "The scan seems to be contrast enhanced: the model was trained mostly on …")


def test_what_contrast_may_have_made_bright_is_not_called_calcium():
    enhanced = scan(ball(6.0, 240.0))
    assert enhanced.described(lung=NO_CONTRAST).calcification == "diffuse"
    assert enhanced.described(lung=CONTRAST).calcification == "none"
    assert enhanced.described(lung=None).calcification == "none", "nothing is known of the scan"


@pytest.mark.parametrize(
    ("word", "rating", "told"),
    [("central", 6.0, "present"), ("central", 4.8, "central"), ("none", 3.0, None), ("none", 5.8, "none"), ("eccentric", 6.0, "eccentric")],
)
def test_a_benign_pattern_needs_the_network_too(word, rating, told):
    assert calcium_pattern.agreed(word, rating) == told


def test_fat_well_inside_tissue_is_seen_and_the_edge_of_a_nodule_is_not_fat():
    assert scan(ball(9.0, TISSUE), ball(3.5, FAT)).described().fat is True
    assert scan(ball(9.0, TISSUE)).described().fat is False
    assert scan(ball(9.0, TISSUE), ball(3.0, LUNG)).described().fat is False, "a hole"
    assert scan(ball(9.0, GLASS), ball(5.0, TISSUE)).described().fat is False


def test_fat_is_not_told_in_a_small_nodule_or_in_thick_slices():
    assert scan(ball(4.0, TISSUE), ball(2.0, FAT)).described().fat is None
    assert scan(ball(9.0, TISSUE), ball(3.5, FAT), spacing=(3.0, 0.7, 0.7)).described().fat is None


def test_the_tight_block_is_widened_from_the_scan_and_only_where_it_fits():
    one = scan(ball(5.0, TISSUE))
    places = np.argwhere(one.mask)
    box = tuple(slice(a, b) for a, b in zip(places.min(0), places.max(0) + 1, strict=True))
    center = one.grid.to_lps(places.mean(0)[None])[0]
    mask, hu = with_surroundings(one.mask[box], one.hu[box], center, one.grid)
    assert mask.shape == hu.shape
    assert mask.sum() == one.mask.sum()
    assert (hu.min(), min(np.array(mask.shape) - one.mask[box].shape) >= 8) == (int(LUNG), True)
    same, _ = with_surroundings(one.mask[box], one.hu[box], center + 3.0, one.grid)
    assert same.shape == one.mask[box].shape


def test_readers_scales_become_shares_and_what_was_not_told_stays_none():
    found = scan(ball(5.0, TISSUE)).described({"spiculation": 3.0, "lobulation": 0.8})
    assert (found.spiculation, found.lobulation) == (0.5, 0.0)
    nothing = scan(ball(5.0, TISSUE)).described()
    assert nothing.spiculation is None
    assert nothing.side is nothing.third is nothing.upper_lobe is nothing.pleural_mm is None
