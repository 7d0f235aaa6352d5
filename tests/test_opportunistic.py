"""Emphysema, coronary calcium and bone on a thorax of known truth, and what each refuses."""

import numpy as np
import pytest
from scipy import ndimage

from models import cards
from models.opportunistic import bone, chest, coronary, emphysema, spine, windpipe
from models.opportunistic.measures import MEASURES, measure
from models.opportunistic.smoothing import median_3x3
from models.refusal import NoResult
from tests.opportunistic_build import AFFINE, axes, calcified, lungs, put, thorax, with_noise

LUNG, HEART, SPINE = (cards.load(name).thresholds for name in ("lung-emphysema", "coronary-calcium", "vertebral-bone"))


@pytest.fixture(scope="module")
def plain():
    return thorax()


@pytest.fixture(scope="module")
def looked(plain):
    return chest.look(plain, AFFINE)


def test_noise_is_measured_in_blood_and_in_the_windpipe(looked):
    assert looked.blood.mean_hu == pytest.approx(43, abs=3)
    assert looked.blood.sd_hu == pytest.approx(10, abs=1.5)
    assert looked.air.mean_hu == pytest.approx(-1000, abs=5)
    assert not looked.contrast


def test_the_windpipe_is_followed_to_where_it_parts(looked):
    z_mm = windpipe.carina(looked.airway) * 2.5 - 160
    assert z_mm == pytest.approx(25, abs=10)


def test_a_tenth_of_the_upper_thirds_below_the_limit_is_found_there_and_nowhere_else(plain):
    hu, rng = plain.copy(), np.random.default_rng(3)
    lung = (hu < -780) & (hu > -940) & lungs()
    upper = lung & (np.arange(len(hu))[:, None, None] * 2.5 - 160 > 125 / 3)
    emptied = upper & (rng.random(hu.shape) < 0.1)
    hu[emptied] = -980
    found = emphysema.measure(chest.look(hu, AFFINE), LUNG)
    assert found.parts["left upper"] == pytest.approx(10, abs=0.7)
    assert found.parts["right upper"] == pytest.approx(10, abs=0.7)
    assert found.parts["left middle"] == found.parts["right lower"] == 0.0
    assert found.laa950 == pytest.approx(100 * emptied.sum() / lung.sum(), abs=0.3)
    assert not found.filtered


def test_the_percentile_is_that_of_the_lung(looked):
    found = emphysema.measure(looked, LUNG)
    assert found.perc15_hu == pytest.approx(-860 - 1.036 * 10, abs=2)
    assert found.laa950 == 0.0, "air in the windpipe is no lung"


def test_noise_is_not_counted_as_emphysema(plain):
    noisy = chest.look(with_noise(plain, 55), AFFINE)
    smoothed = emphysema.measure(noisy, LUNG)
    assert smoothed.filtered
    assert any("smoothed" in warning for warning in smoothed.warnings)
    assert smoothed.laa950 < 0.2
    with pytest.raises(NoResult, match="it alone would count"):
        emphysema.measure(noisy, LUNG, median=False)
    with pytest.raises(NoResult, match="after a median filter"):
        emphysema.measure(noisy, {**LUNG, "noise_most_hu": 15.0})


def test_thick_slices_are_refused():
    thick = AFFINE.copy()
    thick[2, 0] = 6.0
    with pytest.raises(NoResult, match=r"6\.0 mm apart"):
        emphysema.measure(chest.look(thorax()[::2][10:-10], thick * [[1], [1], [1], [1]]), LUNG)


def test_a_scan_that_is_cut_off_has_no_thirds(plain):
    found = emphysema.measure(chest.look(plain[30:], AFFINE), LUNG)
    assert set(found.parts) == {"left", "right"}
    assert any("cuts the lungs off" in warning for warning in found.warnings)


def test_the_median_is_that_of_nine_pixels():
    hu = np.random.default_rng(0).integers(-1000, 300, (3, 20, 17)).astype(np.int16)
    expected = np.stack([ndimage.median_filter(plane, 3, mode="nearest") for plane in hu])
    np.testing.assert_array_equal(median_3x3(hu), expected)


@pytest.mark.parametrize(("count", "value", "category"), [(0, 350, "none"), (1, 250, "mild"), (2, 350, "moderate"), (5, 350, "severe")])
def test_spots_of_known_size_fall_into_their_class(count, value, category):
    found = coronary.measure(chest.look(calcified(count, value), AFFINE), HEART)
    weight = 2 if value < 300 else 3
    assert found.category == category
    assert found.spots == count
    assert found.score == pytest.approx(count * 36 * weight * 2.5 / 3)
    assert found.volume_mm3 == pytest.approx(count * 36 * 2.5)


def test_a_spot_deep_in_the_heart_without_fat_is_a_valve_and_bone_is_no_spot(plain):
    hu = plain.copy()
    put(hu, 500, (15, -20, -50), (2, 4, 4))
    found = coronary.measure(chest.look(hu, AFFINE), HEART)
    assert found.category == "none"
    assert found.set_aside == 1
    assert any("left out" in warning for warning in found.warnings)


def test_an_arc_in_the_wall_of_the_aorta_is_not_coronary(plain):
    hu, (z, y, x) = plain.copy(), axes()
    around = np.hypot(x - 10, y + 40)
    hu[np.broadcast_to((around > 15) & (around < 18) & (np.abs(z + 20) < 4) & (x > 10), hu.shape)] = 600
    found = coronary.measure(chest.look(hu, AFFINE), HEART)
    assert (found.category, found.spots, found.set_aside) == ("none", 0, 1)


def test_metal_is_left_out_and_said():
    hu = calcified(1)
    put(hu, 2900, (15, -50, -80), (1, 3, 3))
    found = coronary.measure(chest.look(hu, AFFINE), HEART)
    assert found.spots == 0
    assert any("metal" in warning for warning in found.warnings)


def test_calcium_is_refused_with_contrast_and_with_noise(plain):
    with pytest.raises(NoResult, match="contrast was given"):
        coronary.measure(chest.look(thorax(blood_hu=250), AFFINE), HEART)
    with pytest.raises(NoResult, match="calcium begins at 130 HU"):
        coronary.measure(chest.look(with_noise(plain, 45), AFFINE), HEART)


@pytest.mark.parametrize("truth", [80.0, 150.0, 220.0])
def test_the_bone_of_a_vertebra_is_measured_between_its_plates(truth):
    found = bone.measure(chest.look(thorax(bone_hu=truth), AFFINE), SPINE)
    assert found.mean_hu == pytest.approx(truth, abs=6)
    assert found.sd_hu < 20
    assert len(found.neighbours_hu) == 2
    assert found.neighbours_hu == pytest.approx([truth, truth], abs=6)
    x, y, z = found.middle_lps_mm
    assert abs(x) < 4
    assert y == pytest.approx(69, abs=6)
    assert np.mod(z, 25) == pytest.approx(15, abs=5.5)


def test_vertebrae_are_counted_once_each(looked):
    found = spine.vertebrae(looked.lung, spine.canal(looked.lung))
    gaps = np.diff([body.middle[0] for body in found]) * 2.5
    assert len(found) >= 8
    np.testing.assert_allclose(gaps, 25, atol=3)


def test_a_vertebra_that_differs_from_those_above_is_said(plain):
    lowest = bone.measure(chest.look(plain, AFFINE), SPINE)
    hu, (z, y, x) = plain.copy(), axes()
    inside = (np.abs(z - lowest.middle_lps_mm[2]) < 12) & (np.hypot(x, y - 70) < 13) & (hu > 110) & (hu < 190)
    hu[inside] += 100
    found = bone.measure(chest.look(hu, AFFINE), SPINE)
    assert found.mean_hu == pytest.approx(250, abs=6)
    assert any("vertebrae above" in warning for warning in found.warnings)


def test_a_scan_without_a_spine_is_refused(plain):
    hu = plain.copy()
    hu[:, 132:, :] = np.minimum(hu[:, 132:, :], 60)  # bodies, but nothing that closes a canal behind them
    with pytest.raises(NoResult, match="spinal canal"):
        bone.measure(chest.look(hu, AFFINE), SPINE)


def test_every_measure_has_a_card_and_answers_with_a_value_or_a_reason(looked):
    for name in MEASURES:
        told = measure(cards.load(name), looked)
        assert (told.value is None) == (told.reason is not None)
        assert told.tag == cards.load(name).tag
        assert told.as_json()["warnings"] == list(told.warnings)
