"""What an exam says of how it was taken: from the images it is read from, without a word that is not there."""

from dataclasses import replace

import pytest

from core.imaging.header import InstanceHeader, read_header
from core.technique import maker, technique
from tests.dicom_build import ct_series, ct_slice, dicom_bytes, enhanced_ct, mammogram
from tests.test_intake_files import only_exam, taken_in


def header(**attributes: object) -> InstanceHeader:
    return read_header(dicom_bytes(ct_slice(**attributes)))


def test_a_ct_exam_keeps_how_it_was_taken(database: str) -> None:
    said = {
        "Manufacturer": "GE MEDICAL SYSTEMS", "ManufacturerModelName": "Revolution", "StationName": "CT2", "ConvolutionKernel": "LUNG",
        "KVP": "120", "Exposure": "35", "CTDIvol": 1.4,
    }  # fmt: skip
    taken_in(ct_series(18, **said))
    kept = only_exam().technique
    thickness = kept.pop("thickness_mm")
    assert thickness > 0
    assert kept == {
        "manufacturer": "GE", "model": "Revolution", "station": "CT2", "kernel": "LUNG", "kvp": 120.0, "mas": 35.0, "ctdivol_mgy": 1.4
    }  # fmt: skip


def test_a_mammogram_keeps_the_mean_dose_of_its_views_in_mgy(database: str) -> None:
    views = (("L", "CC", 0.012), ("L", "MLO", 0.018), ("R", "CC", 0.012), ("R", "MLO", 0.018))
    taken_in([mammogram(side=side, view=view, OrganDose=dose, Manufacturer="HOLOGIC, Inc.") for side, view, dose in views])
    kept = only_exam().technique
    assert kept["dose_mgy"] == pytest.approx(1.5)
    assert kept["manufacturer"] == "Hologic"


def test_a_zero_or_a_damaged_value_is_not_a_measurement() -> None:
    one = header(KVP="0", CTDIvol=None, ExposureInuAs="2500")
    assert (one.kvp, one.ctdivol_mgy, one.mas) == (None, None, 2.5)
    damaged = dicom_bytes(ct_slice(Exposure="1234")).replace(b"1234", b"12x4")
    assert read_header(damaged).mas is None


def test_an_enhanced_ct_says_it_once_for_all_frames() -> None:
    dataset = enhanced_ct(3)
    shared = dataset.SharedFunctionalGroupsSequence[0]
    part = type(dataset)()
    part.CTDIvol, part.ExposureInmAs = 2.25, 40.0
    shared.CTExposureSequence = [part]
    found = read_header(dicom_bytes(dataset))
    assert (found.ctdivol_mgy, found.mas) == (2.25, 40.0)


def test_the_usual_word_and_the_middle_number() -> None:
    headers = [header(ConvolutionKernel=kernel, Exposure=mas) for kernel, mas in (("B30f", "20"), ("B60f", "30"), ("B60f", "90"))]
    assert technique(headers)["kernel"] == "B60f"
    assert technique(headers)["mas"] == 30.0
    silent = [
        replace(one, kernel="", manufacturer="", model="", station="", slice_thickness_mm=None, kvp=None, mas=None) for one in headers
    ]
    assert technique(silent) == {}


def test_a_maker_has_one_name() -> None:
    assert {maker(written) for written in ("SIEMENS", "Siemens Healthineers", "siemens ")} == {"Siemens"}
    assert maker("Somebody New") == "Somebody New"


def test_what_is_stored_of_older_images_still_reads_back() -> None:
    kept = header(KVP="120").technical()
    assert kept["kvp"] == 120.0
    assert "station" in kept
