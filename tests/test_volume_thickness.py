"""Slice thickness is told apart from slice spacing from the images to the cache; a localiser makes no volume."""

import numpy as np
import pytest

from core.errors import Rejected
from core.imaging.store import ObjectStore
from core.imaging.volume import read_volume
from core.imaging.volume_cache import open_volume_cache, read_cached_volume, write_volume_cache
from tests.dicom_build import ct_series, ct_slice, dicom_bytes, enhanced_ct


def volume(built):
    return read_volume([dicom_bytes(one) for one in built])


@pytest.mark.parametrize("thickness", [1.0, 2.0, 5.0])
def test_thickness_is_kept_beside_the_spacing(thickness):
    made = volume(ct_series(20, spacing_mm=2.0, SliceThickness=thickness))
    assert (made.slice_thickness_mm, made.spacing_mm[0]) == (thickness, 2.0)


def test_frames_share_their_thickness():
    assert volume([enhanced_ct(20, spacing_mm=2.0)]).slice_thickness_mm == 2.0


@pytest.mark.parametrize("told", [None, 0, -1])
def test_thickness_that_is_not_told_is_none(told):
    assert volume(ct_series(20, SliceThickness=told)).slice_thickness_mm is None


def test_the_thickest_slice_counts_and_is_named():
    built = ct_series(20, SliceThickness=1.0)
    for one in built[10:]:
        one.SliceThickness = 5.0
    made = volume(built)
    assert made.slice_thickness_mm == 5.0
    assert "The slices are of different thickness, from 1.0 to 5.0 mm; the thickest counts" in map(str, made.warnings)


def test_the_cache_keeps_the_thickness(tmp_path):
    store = ObjectStore(tmp_path / "objects", bytes(32))
    made = volume(ct_series(20, SliceThickness=5.0))
    write_volume_cache(store, "exam/1", made)
    again = read_cached_volume(store, open_volume_cache(store, "exam/1"))
    assert again.slice_thickness_mm == 5.0
    np.testing.assert_array_equal(again.hu, made.hu)


def test_the_callers_bytes_stay_whole_when_coded_pixels_are_given_back():
    contents = [dicom_bytes(one) for one in ct_series(20)]
    np.testing.assert_array_equal(read_volume(contents).hu, read_volume(contents).hu)


def test_a_localiser_alone_makes_no_volume():
    with pytest.raises(Rejected, match="no CT slice"):
        read_volume([dicom_bytes(ct_slice(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))])
