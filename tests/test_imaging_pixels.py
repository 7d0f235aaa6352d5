"""Stored values → Hounsfield units, with padding, odd slopes and values at the ends of their range."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imaging.pixel_format import read_pixel_format
from core.imaging.pixels import AIR_HU, hounsfield
from core.imaging.volume import read_slice
from tests.dicom_build import JPEG_2000_LOSSLESS, ct_slice, dicom_bytes


def test_rescale():
    stored = np.array([[0, 1024, 4095]], "u2")
    np.testing.assert_array_equal(hounsfield(stored, slope=1, intercept=-1024, padding=None), [[-1024, 0, 3071]])
    np.testing.assert_array_equal(hounsfield(stored, slope=0.5, intercept=-1000.4, padding=None), [[-1000, -488, 1047]])


def test_values_beyond_sixteen_bits_are_clipped_not_wrapped():
    np.testing.assert_array_equal(hounsfield(np.array([[0, 65535]], "u2"), slope=1, intercept=-1024, padding=None), [[-1024, 32767]])
    np.testing.assert_array_equal(hounsfield(np.array([[-32768, 0]], "i2"), slope=1, intercept=-1024, padding=None), [[-32768, -1024]])


def test_padding_becomes_air_and_is_compared_before_rescaling():
    stored = np.array([[-2000, -2001, -1999, 976]], "i2")
    np.testing.assert_array_equal(hounsfield(stored, slope=1, intercept=-1024, padding=(-2001, -2000)), [[AIR_HU, AIR_HU, -3023, -48]])


@pytest.mark.parametrize(
    ("kind", "bits", "written", "read"),
    [
        ("i2", 16, 63536, (-2000, -2000)),  # LIDC-IDRI-0001 writes -2000 as an unsigned number
        ("i2", 16, -2000, (-2000, -2000)),
        ("i2", 12, 2096, (-2000, -2000)),
        ("u2", 16, -2000, (63536, 63536)),
        ("u2", 12, 0, (0, 0)),
        ("u2", 12, 63536, None),  # no 12-bit value can equal it
        ("i2", 12, -32768, None),
    ],
)
def test_padding_value_written_with_the_other_sign(kind, bits, written, read):
    built = ct_slice(np.zeros((4, 4), kind), BitsStored=bits, HighBit=bits - 1)
    built.add_new(0x00280120, "SS" if written < 0 else "US", written)
    assert read_pixel_format(built).padding == read


def test_padding_through_a_whole_file():
    pixels = np.arange(48, dtype="i2").reshape(6, 8) + 1000
    pixels[0] = -2000
    built = ct_slice(pixels)
    built.add_new(0x00280120, "US", 63536)
    hu = read_slice(dicom_bytes(built, JPEG_2000_LOSSLESS))
    assert (hu[0] == AIR_HU).all()
    np.testing.assert_array_equal(hu[1:], pixels[1:] - 1024)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(["u1", "u2", "i2"]),
    slope=st.sampled_from([1, 1.0, 2, 0.25, -1]),
    intercept=st.sampled_from([0, -1024, -8192, 0.5, 30000]),
    seed=st.integers(0, 1000),
)
def test_every_path_gives_the_formula(kind, slope, intercept, seed):
    limits = np.iinfo(kind)
    stored = np.random.default_rng(seed).integers(limits.min, limits.max, (5, 7), endpoint=True).astype(kind)
    expected = np.clip(np.rint(stored.astype(float) * slope + intercept), -32768, 32767)
    np.testing.assert_array_equal(hounsfield(stored, slope=slope, intercept=intercept, padding=None), expected)
