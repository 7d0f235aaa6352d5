"""One file at a time: what is read from a header, what is set aside, and what is refused with which words."""

import json
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from core.errors import Rejected
from core.imaging.decode import stored_values
from core.imaging.header import read_header
from core.imaging.kind import Kind
from core.imaging.parse import parse
from core.imaging.technical import pixel_format_of, planes_of, view_of
from tests.dicom_build import (
    DBT_CLASS,
    DEFLATED,
    EXPLICIT,
    HTJ2K_LOSSLESS,
    IMPLICIT,
    JPEG_2000_LOSSLESS,
    JPEG_LOSSLESS_SV1,
    JPEG_LS,
    RLE,
    SECONDARY_CAPTURE_CLASS,
    SR_CLASS,
    ct_slice,
    dicom_bytes,
    enhanced_ct,
    mammogram,
)


def test_identity_of_a_ct_slice():
    header = read_header(dicom_bytes(ct_slice(k=3)))
    assert header.kind is Kind.ct
    assert (header.patient_id, header.patient_name, header.birth_date, header.sex) == ("P-1", "Example^Ann", date(1960, 2, 29), "F")
    assert (header.modality, header.study_date, header.accession_number) == ("CT", date(2025, 3, 1), "A-1")
    assert (header.kernel, header.slice_thickness_mm, header.series_number, header.instance_number) == ("STANDARD", 2.0, 2, 4)
    assert header.planes[0].position == (-10.0, -20.0, -94.0)
    assert header.planes[0].spacing_mm == (0.7, 0.8)
    assert len(header.sha256) == 64


def test_chinese_name_in_gb18030():
    built = ct_slice(SpecificCharacterSet="GB18030", PatientName="Wang^XiaoDong=王^小东")
    assert read_header(dicom_bytes(built)).patient_name == "Wang^XiaoDong=王^小东"


def test_name_that_does_not_fit_its_character_set_does_not_keep_the_image_out():
    content = dicom_bytes(ct_slice(PatientName="Example^Ann"))
    broken = content.replace(b"Example^Ann ", b"Ex\xff\xfe\xfdle^Ann\x80")
    assert broken != content
    assert read_header(broken).patient_id == "P-1"


def test_wrong_dates_are_left_open():
    header = read_header(dicom_bytes(ct_slice(PatientBirthDate="", StudyDate="00000000")))
    assert (header.birth_date, header.study_date) == (None, None)


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_without_preamble(syntax):
    content = dicom_bytes(ct_slice(), syntax, preamble=False)
    header = read_header(content)
    assert header.transfer_syntax_uid == syntax
    assert stored_values(parse(content), header.pixel_format)[5, 0] == 5


def test_technical_part_names_nobody_and_can_be_read_back():
    for built in (ct_slice(PixelPaddingValue=-2000), enhanced_ct(3), mammogram()):
        header = read_header(dicom_bytes(built))
        kept = json.loads(json.dumps(header.technical()))
        assert planes_of(kept) == header.planes
        assert view_of(kept) == header.view
        assert pixel_format_of(kept) == header.pixel_format
        for personal in ("P-1", "Example", "1960", "A-1"):
            assert personal not in json.dumps(kept)


def test_enhanced_ct_gives_a_place_to_every_frame():
    header = read_header(dicom_bytes(enhanced_ct(4)))
    assert header.kind is Kind.enhanced_ct
    assert [plane.position[2] for plane in header.planes] == [-100, -98, -96, -94]
    assert header.slice_thickness_mm == 2.0


@pytest.mark.parametrize(
    ("built", "reason"),
    [
        (ct_slice(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "Scout"),
        (ct_slice(ImageType=["DERIVED", "SECONDARY", "MPR"]), "Reformatted"),
        (ct_slice(ImageType=["DERIVED", "SECONDARY", "OTHER"]), "Derived"),
        (ct_slice(SOPClassUID=SECONDARY_CAPTURE_CLASS), "Secondary capture"),
        (ct_slice(SOPClassUID=SR_CLASS, PixelData=None, Rows=None), "Structured report"),
        (ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.67", PixelData=None), "dose report"),
        (ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"), "Segmentation"),
        (ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1", PixelData=None), "Presentation state"),
        (ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None), "document"),
    ],
)
def test_set_aside_with_the_reason(built, reason):
    header = read_header(dicom_bytes(built))
    assert header.kind is Kind.set_aside
    assert reason in str(header.set_aside)


def test_older_scanners_call_original_slices_secondary():
    assert read_header(dicom_bytes(ct_slice(ImageType=["ORIGINAL", "SECONDARY", "AXIAL"]))).kind is Kind.ct


def test_lossily_coded_original_slices_are_derived_by_the_standard_but_not_set_aside():
    header = read_header(dicom_bytes(ct_slice(ImageType=["DERIVED", "SECONDARY", "AXIAL"], LossyImageCompression="01")))
    assert header.kind is Kind.ct
    assert header.lossy


@pytest.mark.parametrize(
    ("built", "words"),
    [
        (ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR"), r"MR.*MR Image Storage.*CT or mammography"),
        (mammogram(SOPClassUID=DBT_CLASS, NumberOfFrames=1), "tomosynthesis"),
        (ct_slice(StudyInstanceUID=None), r"\(0020,000D\) Study Instance UID is missing"),
        (ct_slice(SeriesInstanceUID="1.2.x"), r"\(0020,000E\) Series Instance UID is 1\.2\.x"),
        (ct_slice(Rows=None), r"\(0028,0010\) Rows is missing"),
        (ct_slice(Rows=0), r"Rows is 0.*1 to 16384"),
        (ct_slice(Rows=65535, Columns=65535), r"Rows is 65535"),
        (ct_slice(Rows=16000, Columns=16000, NumberOfFrames=1000), "16000 × 16000 pixels in 1000 frames"),
        (ct_slice(NumberOfFrames=2**31 - 1), r"Number of Frames is 2147483647"),
        (ct_slice(SamplesPerPixel=3), r"\(0028,0002\) Samples per Pixel is 3"),
        (ct_slice(BitsAllocated=32), r"\(0028,0100\) Bits Allocated is 32"),
        (ct_slice(BitsStored=17), r"Bits Stored is 17.*1 to 16"),
        (ct_slice(PhotometricInterpretation="RGB"), r"Photometric Interpretation is RGB"),
        (ct_slice(PixelData=None), "no pixel data"),
        (ct_slice(ImagePositionPatient=None), r"\(0020,0032\) Image Position \(Patient\) is missing"),
        (ct_slice(ImageOrientationPatient=None), r"\(0020,0037\)"),
        (ct_slice(PixelSpacing=[0, 0]), r"Pixel Spacing is 0\.0 × 0\.0"),
        (ct_slice(RescaleSlope=None), "no Hounsfield units"),
        (mammogram(ImageLaterality="L", Laterality="R"), "says L, Laterality .* says R"),
    ],
)
def test_refused_with_tag_value_and_expectation(built, words):
    with pytest.raises(Rejected, match=words):
        read_header(dicom_bytes(built))


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7" + bytes(1000), b"\x89PNG\r\n" + bytes(500), bytes(1000)])
def test_not_dicom(content):
    with pytest.raises(Rejected, match=r"not a DICOM file|cut off"):
        read_header(content)


@pytest.mark.parametrize("syntax", [EXPLICIT, DEFLATED, RLE, JPEG_LS, JPEG_2000_LOSSLESS, JPEG_LOSSLESS_SV1, HTJ2K_LOSSLESS])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.97])
def test_truncated_file(syntax, share):
    noise = np.random.default_rng(3).integers(0, 4000, (64, 64)).astype("u2")
    content = dicom_bytes(ct_slice(noise), syntax)
    with pytest.raises(Rejected, match=r"cut off|damaged|missing"):
        read_header(content[: int(share * len(content))])


def test_message_values_stay_apart_from_the_words():
    with pytest.raises(Rejected) as caught:
        read_header(dicom_bytes(ct_slice(Rows=0)))
    assert "{value}" in caught.value.sentence.template
    assert caught.value.sentence.values["value"] == 0


def nested_sequences(depth):
    innermost = Dataset()
    for _ in range(depth):
        outer = Dataset()
        outer.ReferencedStudySequence = Sequence([innermost])
        innermost = outer
    return innermost


def test_absurdly_nested_sequences_do_not_break_the_reader():
    built = ct_slice()
    built.ReferencedStudySequence = Sequence([nested_sequences(60)])
    assert read_header(dicom_bytes(built)).kind is Kind.ct


SEEDS = {
    syntax: dicom_bytes(built, syntax)
    for built, syntax in [
        (ct_slice(), EXPLICIT),
        (ct_slice(), IMPLICIT),
        (ct_slice(), DEFLATED),
        (enhanced_ct(3), RLE),
        (mammogram(), JPEG_LS),
        (mammogram(), JPEG_2000_LOSSLESS),
        (mammogram(), JPEG_LOSSLESS_SV1),
        (ct_slice(), HTJ2K_LOSSLESS),
    ]
}


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    syntax=st.sampled_from(sorted(SEEDS)),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4),
    keep=st.floats(0.2, 1),
)
@example(syntax=EXPLICIT, edits=[(0.5, b"\xff\xff\xff\xff")], keep=1.0)
def test_changed_bytes_are_read_or_refused_but_never_crash(syntax, edits, keep):
    content = bytearray(SEEDS[syntax])
    for place, replacement in edits:
        at = int(place * len(content))
        content[at : at + len(replacement)] = replacement
    try:
        header = read_header(bytes(content[: int(keep * len(content))]))
        if header.pixel_format is not None:
            pixels = stored_values(parse(bytes(content)), header.pixel_format)
            assert pixels.shape == (header.pixel_format.rows, header.pixel_format.columns)
    except Rejected:
        return
