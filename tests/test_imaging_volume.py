"""Slices become a volume by geometry alone; whatever would make it measure wrongly is refused with the reason."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Rejected
from core.imaging.ct_series import gather, pick
from core.imaging.header import read_header
from core.imaging.volume import read_slice, read_volume
from tests.dicom_build import JPEG_LS, ct_series, ct_slice, dicom_bytes, enhanced_ct


def files(built):
    return [dicom_bytes(one) for one in built]


def only(built):
    """The single series of some built instances."""
    (series,) = gather(read_header(content) for content in files(built))
    return series


def refusal(built) -> str:
    series = only(built)
    assert series.stack is None
    return str(series.refusal)


def test_volume_from_slices_in_any_order():
    built = ct_series(20)
    contents = files(built)
    random.Random(1).shuffle(contents)
    volume = read_volume(contents)
    assert volume.hu.shape == (20, 32, 24)
    assert volume.hu.dtype == np.int16
    for k in (0, 7, 19):
        np.testing.assert_array_equal(volume.hu[k, :, 0], 100 * k + np.arange(32) - 1024)
    assert volume.sop_instance_uids == tuple(one.SOPInstanceUID for one in built)
    assert volume.spacing_mm == (2.0, 0.7, 0.8)
    np.testing.assert_allclose(volume.affine, [[0, 0, 0.8, -10], [0, 0.7, 0, -20], [2, 0, 0, -100], [0, 0, 0, 1]])
    np.testing.assert_allclose(volume.lps((3, 2, 1)), (-9.2, -18.6, -94))
    np.testing.assert_allclose(volume.voxel((-9.2, -18.6, -94)), (3, 2, 1), atol=1e-9)
    assert {str(warning) for warning in volume.warnings} == {"The series covers only 40 mm; the lungs are probably not complete"}


def test_multi_frame_gives_the_same_volume_whatever_the_order_of_its_frames():
    plain = read_volume(files(ct_series(20)))
    order = random.Random(2).sample(range(20), 20)
    multi = read_volume([dicom_bytes(enhanced_ct(20, order=order), JPEG_LS)])
    np.testing.assert_array_equal(multi.hu, plain.hu)
    np.testing.assert_allclose(multi.affine, plain.affine)
    assert [order[frame] for frame in multi.frames] == list(range(20))


def test_sources_may_be_paths_and_functions(tmp_path):
    contents = files(ct_series(20))
    (tmp_path / "first").write_bytes(contents[0])
    volume = read_volume([tmp_path / "first", *(lambda content=content: content for content in contents[1:])])
    assert len(volume.hu) == 20
    np.testing.assert_array_equal(read_slice(contents[4]), volume.hu[4])


def test_prone_and_feet_first_slices_still_run_from_foot_to_head():
    turned = ct_series(20, ImageOrientationPatient=[-1, 0, 0, 0, -1, 0])
    for k, built in enumerate(turned):
        built.ImagePositionPatient = [10.0, 20.0, 100.0 - 2 * k]
    volume = read_volume(files(turned))
    assert volume.sop_instance_uids[0] == turned[-1].SOPInstanceUID
    np.testing.assert_allclose(volume.lps((1, 0, 0))[2] - volume.lps((0, 0, 0))[2], 2)
    np.testing.assert_allclose(volume.lps((0, 0, 1)) - volume.lps((0, 0, 0)), (-0.8, 0, 0))


def test_oblique_slices_are_stacked_along_their_normal():
    angle = np.radians(10)
    normal = np.array([0, -np.sin(angle), np.cos(angle)])
    built = ct_series(20, ImageOrientationPatient=[1, 0, 0, 0, float(np.cos(angle)), float(np.sin(angle))])
    for k, one in enumerate(built):
        one.ImagePositionPatient = [float(part) for part in 2 * k * normal]
    volume = read_volume(files(built))
    assert volume.spacing_mm[0] == pytest.approx(2)
    np.testing.assert_allclose(volume.affine[:3, 0], 2 * normal, atol=1e-6)


def test_missing_slices_are_counted_and_placed():
    built = ct_series(20)
    assert refusal(built[:8] + built[9:]) == "One slice is missing between -86.0 and -82.0 mm; send the complete series"
    assert refusal(built[:8] + built[9:12] + built[14:]) == "3 slices are missing between -86.0 and -72.0 mm; send the complete series"


def test_missing_slices_keep_the_volume_from_being_made():
    contents = files(ct_series(20))
    with pytest.raises(Rejected, match="One slice is missing"):
        read_volume(contents[:8] + contents[9:])


def test_doubled_positions():
    built = ct_series(20)
    again = ct_slice(k=5, SeriesInstanceUID=built[0].SeriesInstanceUID, StudyInstanceUID=built[0].StudyInstanceUID)
    assert refusal([*built, again]) == "One slice position is doubled, at -90.0 mm; one slice at each position was expected"


def test_the_same_instance_twice_counts_once():
    contents = files(ct_series(20))
    assert len(read_volume(contents + contents[:5]).hu) == 20


def test_unequal_spacing():
    built = ct_series(20)
    for one in built[10:]:
        one.ImagePositionPatient = [-10, -20, float(one.ImagePositionPatient[2]) + 1]
    assert "spacing is unequal, from 2.0 to 3.0 mm" in refusal(built)


def test_small_unevenness_is_accepted_and_named():
    built = ct_series(80)
    built[10].ImagePositionPatient = [-10, -20, float(built[10].ImagePositionPatient[2]) + 0.1]
    assert [str(warning) for warning in only(built).warnings] == ["The slice spacing varies between 1.9 and 2.1 mm"]


def test_gantry_tilt():
    built = ct_series(20)
    for k, one in enumerate(built):
        one.ImagePositionPatient = [-10, -20 + 2 * k * float(np.tan(np.radians(12))), -100 + 2 * k]
    assert "tilted by 12.0 degrees" in refusal(built)


def test_slices_shifted_sideways():
    built = ct_series(20)
    built[7].ImagePositionPatient = [-5, -20, float(built[7].ImagePositionPatient[2])]
    assert "shifted sideways by up to 5.0 mm" in refusal(built)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}, "mixed orientations"),
        ({"PixelSpacing": [0.9, 0.9]}, "different pixel sizes, from 0.7 to 0.9 mm"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0.9, 0]}, "mixed orientations"),
    ],
)
def test_one_slice_that_does_not_fit(changed, reason):
    built = ct_series(20)
    for keyword, value in changed.items():
        setattr(built[4], keyword, value)
    assert reason in refusal(built)


def test_slices_of_different_size():
    built = ct_series(20)
    uids = {keyword: built[0][keyword].value for keyword in ("SeriesInstanceUID", "StudyInstanceUID")}
    built[3] = ct_slice(np.zeros((16, 16), "i2"), k=3, **uids)
    assert "different sizes (16 × 16, 32 × 24)" in refusal(built)


def test_directions_that_are_none():
    assert "perpendicular" in refusal(ct_series(20, ImageOrientationPatient=[1, 0, 0, 1, 0, 0]))


def test_slices_of_two_patients_in_one_series():
    built = ct_series(20)
    built[3].PatientID = "P-2"
    assert "different patients" in refusal(built)


def test_spectral_maps_are_no_hounsfield_units():
    assert "Rescale Type (0028,1054) is Z_EFF" in refusal(ct_series(20, RescaleType="Z_EFF"))
    assert any("do not say" in str(warning) for warning in only(ct_series(20, RescaleType="US")).warnings)
    assert only(ct_series(20, RescaleType="HU")).stack


def test_coronal_slices():
    built = ct_series(20, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    for k, one in enumerate(built):
        one.ImagePositionPatient = [0, 2 * k, 0]
    assert "coronal" in refusal(built)


def test_too_few_slices():
    assert refusal(ct_series(5)) == "The series has 5 slices; at least 16 were expected"


def test_each_slice_is_converted_with_its_own_rescale():
    built = ct_series(20)
    built[4].RescaleIntercept, built[4].RescaleSlope = 0, 2
    volume = read_volume(files(built))
    assert volume.hu[4, 3, 0] == 2 * 403
    assert volume.hu[5, 3, 0] == 503 - 1024
    assert "2 different rescale values" in " ".join(map(str, volume.warnings))


def test_scouts_in_the_same_series_are_left_out():
    built = ct_series(20)
    scout = ct_slice(np.zeros((64, 64), "i2"), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], SeriesInstanceUID=built[0].SeriesInstanceUID)
    assert len(read_volume(files([scout, *built])).hu) == 20


def test_two_scans_in_one_series_are_kept_apart():
    first = ct_series(20, AcquisitionNumber=1)
    second = ct_series(18, AcquisitionNumber=2, SeriesInstanceUID=first[0].SeriesInstanceUID, StudyInstanceUID=first[0].StudyInstanceUID)
    series = gather(read_header(content) for content in files(first + second))
    assert [(one.acquisition, len(one.sop_instance_uids)) for one in series] == [(1, 20), (2, 18)]
    assert "acquisition 1" in str(series[0].warnings[0])
    with pytest.raises(Rejected, match="2 series or scans"):
        read_volume(files(first + second))
    assert len(read_volume(files(first + second), acquisition=2).hu) == 18


def test_acquisitions_that_continue_each_other_stay_together():
    built = ct_series(20)
    for k, one in enumerate(built):
        one.AcquisitionNumber = 1 + k // 10
    assert only(built).acquisition is None


def test_no_ct_at_all():
    with pytest.raises(Rejected, match="no CT slice"):
        read_volume([dicom_bytes(ct_slice(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))])


def study(**series):
    """Headers of several series of one study; each value is (count, spacing, attributes)."""
    return [
        read_header(dicom_bytes(one))
        for description, (count, spacing, attributes) in series.items()
        for one in ct_series(count, spacing_mm=spacing, StudyInstanceUID="1.2.3", SeriesDescription=description, **attributes)
    ]


def test_the_best_series_is_picked_and_every_other_has_its_reason():
    choice = pick(
        gather(
            study(
                thick=(20, 5.0, {}),
                bone=(80, 1.25, {"ConvolutionKernel": "BONEPLUS"}),
                lung=(80, 1.25, {"ConvolutionKernel": "LUNG"}),
                soft=(80, 1.25, {"ConvolutionKernel": "STANDARD"}),
                short=(20, 1.0, {}),
                broken=(3, 1.0, {}),
                lossy=(80, 1.25, {"LossyImageCompression": "01"}),
            )
        )
    )
    assert choice.taken.description == "soft"
    assert {one.description: str(reason) for one, reason in choice.others} == {
        "thick": "Its slices are 5.0 mm thick, those of the series taken 1.25 mm",
        "bone": "Its kernel BONEPLUS suits less than STANDARD",
        "lung": "Its kernel LUNG suits less than STANDARD",
        "short": "It covers 20 mm of 100 mm",
        "broken": "The series has 3 slices; at least 16 were expected",
        "lossy": "It was compressed with loss",
    }


def test_nothing_to_pick():
    choice = pick(gather(study(broken=(3, 1.0, {}))))
    assert choice.taken is None
    assert len(choice.others) == 1


@pytest.mark.parametrize(
    ("better", "worse"),
    [("B30f", "B70f"), ("B50f", "B80f"), ("STANDARD", "LUNG"), ("Br40d\\3", "Br64d\\3"), ("FC01", "FC51"), ("C", "YC"), ("LUNG", "BONE")],
)
def test_kernels(better, worse):
    choice = pick(gather(study(a=(80, 1.25, {"ConvolutionKernel": worse}), b=(80, 1.25, {"ConvolutionKernel": better}))))
    assert choice.taken.kernel == better


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    count=st.integers(16, 30),
    spacing=st.floats(0.5, 5),
    origin=st.floats(-900, 900),
    dropped=st.sets(st.integers(1, 13), max_size=3),
    seed=st.integers(0, 9),
)
def test_complete_series_stack_and_incomplete_ones_say_how_many_are_missing(count, spacing, origin, dropped, seed):
    built = ct_series(count, spacing_mm=spacing)
    for k, one in enumerate(built):
        one.ImagePositionPatient = [0, 0, round(origin + k * spacing, 5)]
    kept = [one for k, one in enumerate(built) if k not in dropped]
    random.Random(seed).shuffle(kept)
    (series,) = gather((read_header(content) for content in files(kept)), fewest=10)
    if dropped:
        assert ("One slice is missing" if len(dropped) == 1 else f"{len(dropped)} slices are missing") in str(series.refusal)
    else:
        assert series.sop_instance_uids == tuple(one.SOPInstanceUID for one in built)
        assert series.stack.spacing_mm[0] == pytest.approx(spacing, abs=1e-4)
