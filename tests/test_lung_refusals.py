"""What the front of the lung pipeline does with bad and unusual scans: a refusal or a warning by name, never a silent score.

| input | answer |
|---|---|
| head, abdomen with lung bases, colonography, foam in water | refused: no lung, only a part of the lungs, no bone |
| no air, no tissue, values off by 1000 (no rescale), windowed to 8 bits, MR or PET called CT | refused: no Hounsfield units |
| slices 10 mm thick or apart, too few, no place in the patient | refused: thickness or spacing, what is needed |
| child of two years, mouse | refused: too little lung |
| slices that run against their positions, front and back swapped | refused: sides cannot be trusted |
| one lung missing, fluid, cut off above, below or beside, 5 mm slices, gaps, a child of ten, metal, noise, contrast | warned |
| slices missing, doubled, tilted, unevenly spaced; two scans in one series; a localiser | test_imaging_volume.py |
| 0.5 mm, 256² to 1024², feet first, prone, arms down, padding of any value, air replaced by 0 | searched as any other |
"""

import numpy as np
import pytest

from models.bench import not_a_chest
from models.bench.phantom import Anatomy, thorax
from models.lung import acceptance, field, quality
from models.lung.grid import Grid, in_reading_order
from models.refusal import NoResult

ORDINARY = thorax(slices=80, size=96, vessels=10)


def found(hu, affine):
    grid, _ = in_reading_order(hu, affine)
    return field.find(grid)


def chest(**unlike):
    return thorax(slices=80, size=96, vessels=10, anatomy=Anatomy(**unlike))


def refusal(hu, affine):
    with pytest.raises(NoResult) as reason:
        found(hu, affine)
    return str(reason.value)


def mirrored(hu, affine, *axes):
    """The same voxels under the same positions: the header says what is not so."""
    return np.ascontiguousarray(np.flip(hu, axes)), affine


def turned(hu, affine, *axes):
    """The same patient, stored from the other end."""
    affine = affine.copy()
    for axis in axes:
        affine[:3, 3] += affine[:3, axis] * (hu.shape[axis] - 1)
        affine[:3, axis] *= -1
    return np.ascontiguousarray(np.flip(hu, axes)), affine


def shifted(k):
    hu, affine = ORDINARY
    low = affine.copy()
    low[:3, 3] += low[:3, 0] * k
    return hu[k:], low


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("head", "No lung was found"),
        ("abdomen", "Only a part of the lungs"),
        ("colonography", "Only a part of"),
        ("foam", "No bone was found"),
    ],
)
def test_what_is_no_chest_is_refused_by_what_it_lacks(name, reason):
    assert reason in refusal(*not_a_chest.scan(name))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (lambda hu: hu + 1024, "nothing in the images is as dark as air"),
        (lambda hu: np.clip((hu + 160) * 255 // 400, 0, 255), "nothing in the images is as dark as air"),
        (lambda hu: hu - 1000, "the images hold no tissue"),
        (lambda hu: np.where(hu > -300, 500 + hu, hu), "most tissue lies at 5"),
        (lambda hu: np.where(hu > -300, hu - 300, hu), "most tissue lies at -2"),
        (lambda hu: np.full_like(hu, -1000), "the images hold no tissue"),
        (lambda hu: np.full_like(hu, 40), "nothing in the images is as dark as air"),
    ],
    ids=["no rescale", "windowed", "rescaled twice", "MR with air", "PET or a wrong slope", "air only", "water only"],
)
def test_values_that_are_no_hounsfield_units_are_refused_with_the_values_met(values, reason):
    hu, affine = ORDINARY
    message = refusal(values(hu.astype(np.int32)).astype(np.int16), affine)
    assert reason in message
    assert "The sender has to check" in message


@pytest.mark.parametrize(
    ("spacing", "thickness", "reason"),
    [
        (10.0, 10.0, "10.0 mm apart and 10.0 mm thick; nodules cannot be measured above 6 mm"),
        (10.0, 1.0, "10.0 mm apart and 1.0 mm thick"),
        (5.0, 10.0, "10.0 mm thick, although they lie 5.0 mm apart"),
        (10.0, None, "10.0 mm apart; nodules"),
    ],
)
def test_thick_slices_are_refused_with_thickness_and_spacing(spacing, thickness, reason):
    with pytest.raises(NoResult, match=reason):
        acceptance.require_volume(np.zeros((30, 64, 64), np.int16), np.diag([spacing, 0.7, 0.7, 1])[[2, 1, 0, 3]], thickness)


@pytest.mark.parametrize("spacing", [0.5, 1.25, 2.5, 5.0])
def test_slices_up_to_5_mm_are_searched(spacing):
    acceptance.require_volume(np.zeros((700, 20, 20), np.int16), np.diag([spacing, 0.7, 0.7, 1])[[2, 1, 0, 3]], spacing)


@pytest.mark.parametrize(
    "affine", [np.full((4, 4), np.nan), np.zeros((4, 4)), np.array([[0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])]
)
def test_voxels_without_a_place_are_refused(affine):
    with pytest.raises(NoResult, match="no usable place"):
        acceptance.require_volume(np.zeros((30, 64, 64), np.int16), affine)


@pytest.mark.parametrize(("scale", "lung"), [(0.5, "Too little lung"), (0.08, "No lung was found")], ids=["small child", "mouse"])
def test_a_very_small_chest_is_refused_with_its_volume(scale, lung):
    message = refusal(*chest(scale=scale))
    assert lung in message
    assert "ml of aerated lung over" in message


def test_slices_that_run_against_their_positions_are_refused():
    upright = chest(windpipe=True)
    assert not found(*upright).warnings
    assert "against the positions" in refusal(*mirrored(*upright, 0))


def test_front_and_back_swapped_is_refused_because_sides_would_be_wrong():
    lying = chest(recess=True)
    found(*lying)
    message = refusal(*mirrored(*lying, 1, 2))
    assert "The spine lies in front" in message
    assert "left and right would be swapped" in message


def test_feet_first_and_prone_stored_from_the_other_end_are_the_same_chest():
    same, other = found(*ORDINARY), found(*turned(*ORDINARY, 0, 1, 2))
    assert not same.warnings
    np.testing.assert_array_equal(same.mask, other.mask)
    np.testing.assert_array_equal(same.left, other.left)


@pytest.mark.parametrize(
    ("anatomy", "warning"),
    [
        ({"lungs": ("right",)}, "Only the right lung holds air"),
        ({"fluid_mm": 160.0}, "The left lung holds little air"),
        ({"scale": 0.68}, "The lungs are only"),
        ({"blood_hu": 250}, "contrast enhanced"),
    ],
    ids=["pneumonectomy", "effusion", "child", "contrast"],
)
def test_what_limits_the_search_is_named_and_the_rest_is_searched(anatomy, warning):
    lung = found(*chest(**anatomy))
    assert [one for one in lung.warnings if warning in one]
    assert len(lung.warnings) == 1
    assert lung.mask.any()


def test_the_side_of_a_single_lung_is_right_wherever_the_picture_is_centred():
    hu, affine = chest(lungs=("right",))
    moved = affine.copy()
    moved[:3, 3] += moved[:3, 2] * 15
    lung = found(np.ascontiguousarray(hu[:, :, 15:]), moved)
    assert not lung.left.any()


@pytest.mark.parametrize(
    ("cut", "warning"),
    [
        (lambda hu, affine: (hu[:60], affine), "apices are cut off"),
        (lambda hu, affine: shifted(26), "bases are cut off"),
        (lambda hu, affine: (np.ascontiguousarray(hu[:, :, :70]), affine), "field of view cuts the lungs off at the side"),
    ],
    ids=["above", "below", "beside"],
)
def test_lungs_that_are_cut_off_are_named(cut, warning):
    lung = found(*cut(*ORDINARY))
    assert [one for one in lung.warnings if warning in one]


def test_a_lung_cut_off_beside_is_searched_up_to_the_edge():
    hu, affine = ORDINARY
    whole, cut = found(hu, affine), found(np.ascontiguousarray(hu[:, :, :70]), affine)
    width = cut.mask.shape[2]
    same = cut.mask[:, :, : width - 4] == whole.mask[:, :, : width - 4]
    assert same.mean() > 0.99
    assert cut.mask[:, :, width - 2].sum() > 0.8 * whole.mask[:, :, width - 2].sum()


@pytest.mark.parametrize("padding", [-3024, -2000, -1024, 0])
def test_nothing_reconstructed_outside_a_circle_that_cuts_the_lungs(padding):
    hu, affine = ORDINARY
    part = np.ascontiguousarray(hu[:, 20:76, 20:76])
    moved = affine.copy()
    moved[:3, 3] += moved[:3, 1] * 20 + moved[:3, 2] * 20
    y, x = np.ogrid[:56, :56]
    part[:, (y - 27.5) ** 2 + (x - 27.5) ** 2 > 28**2] = padding
    lung = found(part, moved)
    assert [one for one in lung.warnings if "cuts the lungs off at the side" in one]
    assert lung.volume_ml > 2000


@pytest.mark.parametrize(
    "values",
    [lambda hu: np.where(hu < -980, -3024, hu), lambda hu: np.maximum(hu, -1024), lambda hu: np.where(outside(hu), 0, hu)],
    ids=["padded", "clipped", "air replaced by 0"],
)
def test_padding_and_clipping_make_no_difference(values):
    hu, affine = ORDINARY
    same, other = found(hu, affine), found(values(hu).astype(np.int16), affine)
    assert not other.warnings
    assert 2 * (same.mask & other.mask).sum() > 0.99 * (same.mask.sum() + other.mask.sum())


def outside(hu):
    y, x = np.ogrid[:96, :96]
    return np.broadcast_to(((x - 48) * 3.75 / 170) ** 2 + ((y - 48) * 3.75 / 120) ** 2 > 1, hu.shape)


def finer(scan, slices=1, pixels=1):
    """The same chest with every voxel parted into smaller ones."""
    hu, affine = scan
    parted = np.repeat(np.repeat(np.repeat(hu, slices, 0), pixels, 1), pixels, 2)
    smaller = affine.copy()
    smaller[:3, 0] /= slices
    smaller[:3, 1:3] /= pixels
    smaller[:3, 3] -= affine[:3, :3] @ [0.5 - 0.5 / slices, 0.5 - 0.5 / pixels, 0.5 - 0.5 / pixels]
    return parted, smaller


@pytest.mark.parametrize(("slices", "pixels"), [(9, 1), (1, 4), (1, 16)], ids=["700 slices", "256 pixels", "1024 pixels"])
def test_any_matrix_and_number_of_slices_gives_the_same_field(slices, pixels):
    coarse = thorax(slices=78, size=64, vessels=0)
    given = finer(coarse, slices, pixels)
    same, other = found(*coarse), found(*given)
    assert not other.warnings
    assert other.volume_ml == pytest.approx(same.volume_ml, rel=0.03)


def test_lungs_of_severe_emphysema_are_still_lungs():
    hu, affine = ORDINARY
    blocks = np.random.default_rng(2).random((20, 24, 24)) < 0.65
    empty = np.repeat(np.repeat(np.repeat(blocks, 4, 0), 4, 1), 4, 2) & (hu > -940) & (hu < -780)
    lung = found(np.where(empty, hu - 110, hu).astype(np.int16), affine)
    assert lung.volume_ml == pytest.approx(found(hu, affine).volume_ml, rel=0.02)
    assert not lung.warnings


def test_arms_beside_the_body_are_no_lung():
    with_arms, without = found(*chest(arms=True)), found(*ORDINARY)
    assert abs(with_arms.volume_ml - without.volume_ml) < 0.02 * without.volume_ml
    assert not with_arms.warnings


def told(thickness=None, **unlike):
    hu, affine = chest(**unlike) if unlike else ORDINARY
    grid, _ = in_reading_order(hu, affine)
    return quality.measure(grid, field.find(grid), thickness)


def test_noise_is_measured_where_tissue_is_even():
    quiet, loud = told(noise_hu=20.0), told(noise_hu=140.0)
    assert quiet.noise_hu == pytest.approx(20, rel=0.2)
    assert loud.noise_hu == pytest.approx(140, rel=0.2)
    assert [one for one in loud.warnings if "noisy" in one]
    assert not [one for one in quiet.warnings if "noisy" in one]


def test_metal_is_named_with_its_volume():
    assert told().metal_ml == 0
    fitted = told(metal=True)
    assert fitted.metal_ml == pytest.approx(4 / 3 * np.pi * 1.4**3, rel=0.35)
    assert [one for one in fitted.warnings if "metal" in one]


@pytest.mark.parametrize(
    ("spacing", "thickness", "warning"),
    [
        (1.0, 1.0, None),
        (0.7, 1.0, None),
        (2.5, 5.0, "5.0 mm thick (2.5 mm apart): small nodules"),
        (5.0, 5.0, "5.0 mm thick: small nodules"),
        (5.0, None, "5.0 mm apart: small nodules"),
        (5.0, 1.0, "1.0 mm thick but 5.0 mm apart: what lies in the 4.0 mm between them was not imaged"),
        (2.0, 1.0, "1.0 mm between them was not imaged"),
    ],
)
def test_thickness_and_spacing_are_told_apart(spacing, thickness, warning):
    said = quality._slices(spacing, thickness)
    assert (not said) if warning is None else (len(said) == 1 and warning in said[0])


def test_quality_as_numbers():
    plain = told(thickness=4.0).as_json()
    assert plain["spacing_mm"] == 4.0
    assert plain["thickness_mm"] == 4.0
    assert plain["lung_height_mm"] == pytest.approx(250, abs=6)
    assert plain["above_mm"] == pytest.approx(35, abs=6)
    assert plain["left_ml"] == pytest.approx(plain["right_ml"], rel=0.1)
    assert "warnings" not in plain


def test_sharper_noise_has_a_higher_frequency():
    from scipy import ndimage

    rng = np.random.default_rng(1)
    hu, affine = thorax(slices=40, size=128, vessels=0, anatomy=Anatomy(noise_hu=0.0))
    white = rng.normal(0, 30, hu.shape)
    soft = ndimage.gaussian_filter(white, (0, 1, 1))
    frequencies = []
    for noise in (white, soft * 30 / soft.std()):
        grid = Grid(np.rint(hu + noise).astype(np.int16), affine)
        frequencies.append(quality._noise(grid, (slice(5, 35), slice(0, 128), slice(0, 128)))[1])
    assert frequencies[0] > 1.25 * frequencies[1]
