"""Pixels come back as they were written, in every transfer syntax, also from encoders that are not ours."""

import shutil
import subprocess

import numpy as np
import pytest

from core.errors import Rejected
from core.imaging.decode import stored_values
from core.imaging.header import read_header
from core.imaging.parse import parse
from core.imaging.pixel_format import read_pixel_format
from core.imaging.transfer_syntax import TRANSFER_SYNTAXES
from tests.dicom_build import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    HTJ2K,
    HTJ2K_LOSSLESS,
    HTJ2K_RPCL,
    IMPLICIT,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_LOSSLESS,
    JPEG_LOSSLESS_SV1,
    JPEG_LS,
    JPEG_LS_NEAR,
    RLE,
    ct_slice,
    dicom_bytes,
    enhanced_ct,
    image,
    mammogram,
    pixels_of,
    with_attributes,
)

NATIVE = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)
LOSSLESS = (RLE, JPEG_LOSSLESS, JPEG_LOSSLESS_SV1, JPEG_LS, JPEG_2000_LOSSLESS, HTJ2K_LOSSLESS, HTJ2K_RPCL)
LOSSY = {JPEG_LS_NEAR: 2, JPEG_2000: 40, HTJ2K: 40}
Y, X = np.mgrid[0:48, 0:40]
SMOOTH = 50 * Y + 30 * X  # 0 to 3520


def decoded(content, *, frame=0):
    dataset = parse(content)
    return stored_values(dataset, read_pixel_format(dataset), frame=frame)


@pytest.mark.parametrize("syntax", NATIVE + LOSSLESS)
@pytest.mark.parametrize(
    ("kind", "bits"), [("u1", 8), ("u2", 16), ("u2", 12), ("i2", 16), ("i2", 12)], ids=["u8", "u16", "u12", "s16", "s12"]
)
def test_lossless_round_trip(syntax, kind, bits):
    low, high = (0, 2**bits - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    pixels = np.random.default_rng(1).integers(low, high, (48, 40), endpoint=True).astype(kind)
    pixels[0, :2] = low, high
    content = dicom_bytes(with_attributes(ct_slice(pixels), {"BitsStored": bits, "HighBit": bits - 1}), syntax)
    read = decoded(content)
    assert read.dtype == pixels.dtype
    np.testing.assert_array_equal(read, pixels)
    assert read_header(content).transfer_syntax_uid == syntax


@pytest.mark.parametrize("syntax", LOSSY)
@pytest.mark.parametrize("kind", ["u2", "i2"])
def test_lossy_round_trip_stays_close(syntax, kind):
    pixels = (SMOOTH - (2000 if kind == "i2" else 0)).astype(kind)
    content = dicom_bytes(ct_slice(pixels), syntax)
    assert np.abs(decoded(content).astype(int) - pixels).max() <= LOSSY[syntax]
    assert read_header(content).lossy


@pytest.mark.parametrize("syntax", [JPEG_BASELINE, JPEG_EXTENDED])
def test_eight_bit_jpeg(syntax):
    pixels = (SMOOTH // 16).astype("u1")
    assert np.abs(decoded(dicom_bytes(mammogram(pixels, BitsStored=8, HighBit=7), syntax)).astype(int) - pixels).max() <= 6


def test_twelve_bit_jpeg_extended():
    pixels = SMOOTH.astype("u2")
    assert np.abs(decoded(dicom_bytes(mammogram(pixels), JPEG_EXTENDED)).astype(int) - pixels).max() <= 40


@pytest.mark.parametrize("syntax", NATIVE + LOSSLESS)
def test_every_frame_of_a_multi_frame_instance(syntax):
    built = enhanced_ct(5)
    content = dicom_bytes(built, syntax)
    for frame in range(5):
        np.testing.assert_array_equal(decoded(content, frame=frame), pixels_of(built)[frame])


def test_all_transfer_syntaxes_are_covered_here():
    assert {*NATIVE, *LOSSLESS, *LOSSY, JPEG_BASELINE, JPEG_EXTENDED} == set(TRANSFER_SYNTAXES)


def test_overlay_bits_above_the_stored_bits_are_cleared():
    pixels = SMOOTH.astype("u2")
    dirty = mammogram(pixels | 0xF000)
    np.testing.assert_array_equal(decoded(dicom_bytes(dirty)), pixels)


def test_dirty_high_bits_of_signed_pixels_do_not_change_the_sign():
    pixels = (SMOOTH - 2000).astype("i2")
    dirty = ct_slice(((pixels.view("u2") & 0x0FFF) | 0x1000).view("i2"), BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(decoded(dicom_bytes(dirty)), pixels)


def test_bits_stored_at_the_upper_end():
    pixels = SMOOTH.astype("u2")
    np.testing.assert_array_equal(decoded(dicom_bytes(mammogram(pixels << 4, HighBit=15))), pixels)


def test_eight_bit_words_in_big_endian():
    pixels = np.arange(48 * 40).reshape(48, 40).astype("u1")
    built = image(pixels)
    built.PixelData = pixels.reshape(-1, 2)[:, ::-1].tobytes()  # OW: two pixels a word, most significant byte first
    built = with_attributes(ct_slice(pixels), {"PixelData": built.PixelData})
    built["PixelData"].VR = "OW"
    np.testing.assert_array_equal(decoded(dicom_bytes(built, BIG_ENDIAN)), pixels)


@pytest.mark.parametrize("syntax", LOSSLESS)
def test_frame_cut_off_inside_the_coded_pixels_is_refused(syntax):
    pixels = np.random.default_rng(1).integers(0, 4095, (48, 40)).astype("u2")
    built = parse(dicom_bytes(ct_slice(pixels), syntax))
    start = built.PixelData[:16]
    half = len(built.PixelData) // 4 * 2
    fragment = built.PixelData[16:half]
    built.PixelData = start[:12] + len(fragment).to_bytes(4, "little") + fragment + b"\xfe\xff\xdd\xe0\0\0\0\0"
    with pytest.raises(Rejected, match=r"cut off|damaged"):
        stored_values(built, read_pixel_format(built))


def test_coded_size_that_contradicts_the_header_is_refused():
    content = dicom_bytes(with_attributes(ct_slice(SMOOTH.astype("u2")), {}), JPEG_LS)
    built = parse(content)
    built.Rows = 50
    with pytest.raises(Rejected, match="48 × 40 × 1"):
        stored_values(built, read_pixel_format(built))


def test_unknown_transfer_syntax_is_refused_by_name():
    built = parse(dicom_bytes(ct_slice()))
    built.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
    with pytest.raises(Rejected, match=r"1\.2\.840\.10008\.1\.2\.4\.100"):
        stored_values(built, read_pixel_format(built))


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("dcmcjpeg +e1", 0),
        ("dcmcjpeg +el", 0),
        ("dcmcjpeg +el +sv 4", 0),
        ("dcmcjpeg +ee +q 95", 60),
        ("dcmcjpls +el", 0),
        ("dcmcjpls +en +md 2", 3),
        ("dcmcrle", 0),
        ("dcmconv +tb", 0),
        ("dcmconv +td", 0),
        ("dcmconv +ti", 0),
    ],
)
def test_files_written_by_dcmtk(command, near, tmp_path):
    program, *options = command.split()
    if shutil.which(program) is None:
        pytest.skip(f"{program} (dcmtk) is not installed")
    pixels = SMOOTH.astype("u2")
    (tmp_path / "in.dcm").write_bytes(dicom_bytes(mammogram(pixels)))
    subprocess.run([program, *options, tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True, capture_output=True)
    content = (tmp_path / "out.dcm").read_bytes()
    read_header(content)
    assert np.abs(decoded(content).astype(int) - pixels).max() <= near
