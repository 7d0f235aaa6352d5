"""Mammograms: what is shown, which breast and view it is, and which images belong to one exam."""

from datetime import date

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from core.errors import Rejected
from core.imaging.exam import group_exams
from core.imaging.header import read_header
from core.imaging.mammogram import read_mammogram
from core.imaging.view import named_in
from tests.dicom_build import MG_PROCESSING_CLASS, SECONDARY_CAPTURE_CLASS, ct_slice, dicom_bytes, mammogram, pixels_of

RAMP = np.linspace(0, 4095, 60 * 40).reshape(60, 40)


def shown(**attributes):
    return read_mammogram(dicom_bytes(mammogram(**attributes)))


def code(value, *, modifier=None):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "view"
    if modifier:
        item.ViewModifierCodeSequence = Sequence([code(modifier)])
    return item


def lut(first, table, *, bits=12):
    item = Dataset()
    item.LUTDescriptor = [len(table), first, bits]
    item.add_new(0x00283006, "OW", np.asarray(table, "<u2").tobytes())
    item["LUTDescriptor"].VR = "US"
    return item


# --- what is shown -------------------------------------------------------------------------------------------------------------


def test_linear_window_by_the_formula_of_the_standard():
    image = shown(WindowCenter=1000, WindowWidth=401)
    values = pixels_of(mammogram()).astype(float)
    np.testing.assert_allclose(image.pixels, np.clip((values - 999.5) / 400 + 0.5, 0, 1), atol=1e-6)
    assert image.pixels.dtype == np.float32
    assert (image.window.center, image.window.width) == (1000, 401)
    np.testing.assert_array_equal(image.stored, values)


def test_linear_exact_and_sigmoid_windows():
    values = pixels_of(mammogram()).astype(float)
    exact = shown(WindowCenter=1000, WindowWidth=400, VOILUTFunction="LINEAR_EXACT").pixels
    np.testing.assert_allclose(exact, np.clip((values - 1000) / 400 + 0.5, 0, 1), atol=1e-6)
    sigmoid = shown(WindowCenter=1000, WindowWidth=400, VOILUTFunction="SIGMOID").pixels
    np.testing.assert_allclose(sigmoid, 1 / (1 + np.exp(-4 * (values - 1000) / 400)), atol=1e-5)


@pytest.mark.parametrize(("attributes", "words"), [({"VOILUTFunction": "CUBIC"}, "CUBIC"), ({"WindowWidth": 0}, "Window Width .* is 0")])
def test_windows_that_are_none(attributes, words):
    with pytest.raises(Rejected, match=words):
        shown(**attributes)


def test_first_of_several_windows():
    assert shown(WindowCenter=[1000, 2000], WindowWidth=[400, 800]).window.center == 1000


def test_monochrome1_twin_looks_the_same():
    plain = pixels_of(mammogram())
    inverted = shown(pixels=4095 - plain, PhotometricInterpretation="MONOCHROME1", WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_allclose(inverted.pixels, shown().pixels, atol=1e-3)
    assert inverted.inverted


def test_voi_lut_goes_before_the_window():
    table = np.linspace(0, 4095, 4096) ** 2 / 4095
    image = shown(VOILUTSequence=Sequence([lut(0, table)]), WindowCenter=10, WindowWidth=2)
    np.testing.assert_allclose(image.pixels, table.astype("u2")[pixels_of(mammogram())] / 4095, atol=1e-6)


def test_modality_lut_comes_first():
    image = shown(ModalityLUTSequence=Sequence([lut(0, np.arange(4095, -1, -1))]), WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_allclose(image.pixels, 1 - shown().pixels, atol=1e-3)


def test_inputs_beyond_a_table_take_its_end_values():
    image = shown(VOILUTSequence=Sequence([lut(1000, [100, 200, 4095])]))
    assert set(np.unique(image.pixels)) <= {np.float32(100 / 4095), np.float32(200 / 4095), np.float32(1)}


def test_damaged_table_is_refused():
    item = lut(0, [1, 2, 3])
    item.LUTDescriptor = [500, 0, 12]
    with pytest.raises(Rejected, match="500 entries"):
        shown(VOILUTSequence=Sequence([item]))


def test_without_window_the_whole_range_is_shown_and_said():
    image = shown(WindowCenter=None, WindowWidth=None)
    assert (image.pixels.min(), image.pixels.max()) == (0, 1)
    assert any("no window" in str(warning) for warning in image.warnings)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_does_not_stretch_the_range(photometric):
    pixels = np.full((60, 40), 1000, "u2")
    pixels[:, :20] = np.linspace(1000, 2000, 20)
    pixels[:5] = 4000
    image = shown(pixels=pixels, PixelPaddingValue=4000, PixelPaddingRangeLimit=4095, PhotometricInterpretation=photometric,
                  WindowCenter=None, WindowWidth=None)  # fmt: skip
    assert (image.pixels[:5] == 0).all()
    assert image.pixels[5:].min() == 0
    assert image.pixels[5:].max() == 1


def test_raw_detector_values_are_turned_so_that_dense_is_bright():
    exposure = np.full((60, 40), 4000, "u2")
    exposure[20:40] = 400  # dense tissue lets little through
    image = shown(
        pixels=exposure, SOPClassUID=MG_PROCESSING_CLASS, PresentationIntentType="FOR PROCESSING", WindowCenter=None, WindowWidth=None,
        PixelIntensityRelationship="LIN", PixelIntensityRelationshipSign=1,
    )  # fmt: skip
    assert image.view.for_processing
    assert image.pixels[30, 10] > 0.9 > 0.1 > image.pixels[5, 10]
    assert any("raw detector data" in str(warning) for warning in image.warnings)


def test_a_ct_slice_is_no_mammogram():
    with pytest.raises(Rejected, match="no mammogram"):
        read_mammogram(dicom_bytes(ct_slice()))


# --- which breast, which view --------------------------------------------------------------------------------------------------


def view_of(**attributes):
    return read_header(dicom_bytes(mammogram(**attributes))).view


@pytest.mark.parametrize(
    ("attributes", "side", "source"),
    [
        ({"side": "R"}, "R", "ImageLaterality"),
        ({"ImageLaterality": None, "Laterality": "R"}, "R", "Laterality"),
        ({"ImageLaterality": None, "SeriesDescription": "R MLO"}, "R", "SeriesDescription"),
        ({"ImageLaterality": None, "SeriesDescription": "RCC"}, "R", "SeriesDescription"),
        ({"ImageLaterality": None, "PatientID": "P_1_RIGHT_CC"}, "R", "PatientID"),
        ({"ImageLaterality": None, "SeriesDescription": "R and L"}, "", ""),
        ({"ImageLaterality": "B"}, "", ""),
        ({"ImageLaterality": None, "SeriesDescription": "full mammogram images", "PatientOrientation": ["P", "L"]}, "", ""),
    ],
)
def test_side_and_where_it_is_said(attributes, side, source):
    view = view_of(**attributes)
    assert (view.laterality, view.laterality_source) == (side, source)


@pytest.mark.parametrize(
    ("attributes", "name", "source"),
    [
        ({"view": "MLO"}, "MLO", "ViewPosition"),
        ({"view": "", "ViewCodeSequence": Sequence([code("399368009")])}, "MLO", "ViewCodeSequence"),
        ({"view": "", "ViewCodeSequence": Sequence([code("R-10242")])}, "CC", "ViewCodeSequence"),
        ({"view": "MLO", "ViewCodeSequence": Sequence([code("399368009")])}, "MLO", "ViewCodeSequence"),
        ({"view": None, "PatientOrientation": "MLO"}, "MLO", "PatientOrientation"),
        ({"view": None, "SeriesDescription": "Left MLO"}, "MLO", "SeriesDescription"),
        ({"view": None, "SeriesDescription": "screening"}, "", ""),
    ],
)
def test_view_and_where_it_is_said(attributes, name, source):
    view = view_of(**attributes)
    assert (view.view, view.view_source) == (name, source)


def test_contradicting_views_are_refused():
    with pytest.raises(Rejected, match=r"says MLO, View Position .* says CC"):
        view_of(view="CC", ViewCodeSequence=Sequence([code("399368009")]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LCC", ("L", "CC")),
        ("R_MLO", ("R", "MLO")),
        ("Mass_P_1_LEFT_CC", ("L", "CC")),
        ("MEDICAL CLINIC", ("", "")),
        ("L-MLO", ("L", "MLO")),
    ],
)
def test_side_and_view_in_free_text(text, expected):
    assert named_in(text) == expected


@pytest.mark.parametrize(
    ("attributes", "modifier"),
    [
        ({"ViewCodeSequence": Sequence([code("399162004", modifier="399163009")])}, "magnification"),
        ({"ViewCodeSequence": Sequence([code("399162004", modifier="R-102D7")])}, "spot compression"),
        ({"PaddleDescription": "10CM SPOT"}, "spot compression"),
        ({"EstimatedRadiographicMagnificationFactor": 1.8}, "magnification"),
    ],
)
def test_pictures_of_a_part_are_no_screening_view(attributes, modifier):
    view = view_of(**attributes)
    assert modifier in view.modifiers
    assert (view.standard, view.part) == (False, "other")


def test_implants():
    view = view_of(BreastImplantPresent="YES", ViewCodeSequence=Sequence([code("399162004", modifier="399209000")]))
    assert view.implant
    assert view.modifiers == ("implant displaced",)
    assert view.part == "L-CC"


def test_pixel_size():
    assert view_of(EstimatedRadiographicMagnificationFactor=1.05).spacing_mm == pytest.approx((0.07 / 1.05, 0.07 / 1.05))
    assert view_of(PixelSpacing=[0.1, 0.1]).spacing_source == "PixelSpacing"
    assert view_of(ImagerPixelSpacing=None).spacing_mm is None


def test_chest_wall():
    assert view_of(PatientOrientation=["A", "R"]).chest_wall == "left"
    assert view_of(PatientOrientation=["P", "L"]).chest_wall == "right"
    assert view_of(PatientOrientation="CC").chest_wall == ""


def test_secondary_captures_with_modality_mg_are_mammograms():
    built = mammogram(
        SOPClassUID=SECONDARY_CAPTURE_CLASS, ImageLaterality=None, ViewPosition=None, Laterality="R", PatientOrientation="MLO"
    )
    assert read_header(dicom_bytes(built)).view.part == "R-MLO"


# --- which images are one exam -------------------------------------------------------------------------------------------------

FOUR = [("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")]


def header(side, view, **attributes):
    return read_header(dicom_bytes(mammogram(side=side, view=view, **attributes)))


def four(suffixed=False, person="P_1", **attributes):
    names = {"R": "RIGHT", "L": "LEFT"}
    return [header(side, view, PatientID=f"{person}_{names[side]}_{view}" if suffixed else person, **attributes) for side, view in FOUR]


def test_four_views_of_one_study():
    (exam,) = group_exams(four(StudyInstanceUID="1.2.3"))
    assert list(exam.views) == ["R-CC", "L-CC", "R-MLO", "L-MLO"]
    assert (exam.missing, exam.others, exam.study_instance_uids, exam.study_date) == ((), (), ("1.2.3",), date(2025, 3, 1))


def test_each_view_its_own_study_of_one_person_and_day():
    (exam,) = group_exams(four())
    assert len(exam.study_instance_uids) == 4
    assert "4 studies of the same person" in str(exam.rule)


def test_each_view_its_own_study_and_its_own_identifier():
    (exam,) = group_exams(four(suffixed=True))
    assert exam.patient_id == "P_1"
    assert not exam.missing
    assert "differ only by side and view" in str(exam.rule)


def test_two_people_are_never_merged():
    assert len(group_exams(four(suffixed=True) + four(suffixed=True, person="P_2"))) == 2
    assert len(group_exams(four() + four(person="P_2"))) == 2
    assert len(group_exams(four() + four(PatientBirthDate="19610101"))) == 2


@pytest.mark.parametrize("other", [{"StudyDate": "20250302"}, {"PatientBirthDate": "19610101"}, {"PatientSex": "O"}])
def test_suffixed_identifiers_with_another_date_birth_date_or_sex_are_not_merged(other):
    images = four(suffixed=True)
    odd = header("L", "MLO", PatientID="P_1_LEFT_MLO", **other)
    assert sorted(len(exam.headers) for exam in group_exams([*images[:3], odd])) == [1, 3]


def test_suffix_that_contradicts_the_image_is_part_of_the_identifier():
    images = four(suffixed=True)
    odd = header("L", "MLO", PatientID="P_1_RIGHT_MLO")
    exams = group_exams([*images[:3], odd])
    assert sorted(len(exam.headers) for exam in exams) == [1, 3]


def test_the_same_view_twice_stops_the_merge_by_suffix():
    assert len(group_exams([*four(suffixed=True), header("L", "CC", PatientID="P_1_LEFT_CC")])) == 5


def test_without_identifier_or_date_only_the_study_joins():
    assert len(group_exams(four(person=""))) == 4
    assert len(group_exams(four(StudyDate=""))) == 4
    assert len(group_exams(four(person="", StudyInstanceUID="1.2.3"))) == 1


def test_presentation_is_preferred_to_raw_and_extra_views_are_kept_beside():
    raw = header("L", "CC", StudyInstanceUID="1.2.3", PatientID="P_1", SOPClassUID=MG_PROCESSING_CLASS)
    spot = header("L", "CC", StudyInstanceUID="1.2.3", PatientID="P_1", PaddleDescription="SPOT")
    (exam,) = group_exams([raw, spot, *four(StudyInstanceUID="1.2.3")])
    assert not exam.views["L-CC"].view.for_processing
    assert {one.sop_instance_uid for one in exam.others} == {raw.sop_instance_uid, spot.sop_instance_uid}


def test_missing_views_and_images_without_side_are_said():
    (exam,) = group_exams([*four(StudyInstanceUID="1.2.3")[:3], header(None, "MLO", PatientID="P_1", StudyInstanceUID="1.2.3")])
    assert exam.missing == ("L-MLO",)
    assert "One image names no side or view" in str(exam.warnings[0])
