"""Coded frame → stored pixel values, for every transfer syntax that is read here. imagecodecs releases the interpreter lock, so slices
are decoded in parallel by threads; why it was chosen stands in docs/decisions/0003-decoders.md."""

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.parse import transfer_syntax_uid
from core.imaging.pixel_data import check_frame, frame_bytes
from core.imaging.pixel_format import PixelFormat
from core.imaging.run_length import decode_rle
from core.imaging.transfer_syntax import Codec, TransferSyntax, transfer_syntax
from core.words import N_

Stored = NDArray[np.integer[Any]]
DECODERS: dict[Codec, Callable[[bytes], NDArray[Any]]] = {
    Codec.jpeg: imagecodecs.jpeg8_decode,
    Codec.jpeg_ls: imagecodecs.jpegls_decode,
    Codec.jpeg_2000: imagecodecs.jpeg2k_decode,
    Codec.htj2k: imagecodecs.jpeg2k_decode,  # OpenJPEG; htj2k_decode swallows the errors of OpenJPH and returns what it has
}
UNDECODABLE = (RuntimeError, ValueError, TypeError, MemoryError, OverflowError, IndexError)


def stored_values(dataset: Dataset, pixel_format: PixelFormat, *, frame: int = 0) -> Stored:
    """(rows, columns) stored values of one frame, unused high bits cleared, sign extended, in the machine's byte order."""
    syntax = transfer_syntax(transfer_syntax_uid(dataset))
    coded = frame_bytes(dataset, pixel_format, syntax=syntax, frame=frame)
    if syntax.codec is Codec.native:
        return _settled(_native(coded, pixel_format, syntax, swapped=dataset["PixelData"].VR == "OW"), pixel_format)
    return _settled(_decoded(coded, pixel_format, syntax), pixel_format)


def _native(coded: bytes, pixel_format: PixelFormat, syntax: TransferSyntax, *, swapped: bool) -> NDArray[Any]:
    if syntax.big_endian and pixel_format.bits_allocated == 8 and swapped:  # 8-bit pixels in big-endian 16-bit words (PS3.5 8.1.1)
        coded = np.frombuffer(coded[: len(coded) // 2 * 2], ">u2").astype("<u2").tobytes() + coded[len(coded) // 2 * 2 :]
    order = ">" if syntax.big_endian else "<"
    return np.frombuffer(coded, order + pixel_format.dtype).reshape(pixel_format.rows, pixel_format.columns)


def _decoded(coded: bytes, pixel_format: PixelFormat, syntax: TransferSyntax) -> NDArray[Any]:
    try:
        if syntax.codec is Codec.rle:
            return decode_rle(coded, pixel_format)
        check_frame(coded, pixel_format, codec=syntax.codec)
        decoded = DECODERS[syntax.codec](coded)
    except UNDECODABLE as problem:
        raise Rejected(N_("The {syntax} pixels cannot be decoded; the file is damaged, send it again"), syntax=syntax.name) from problem
    if decoded.shape != (pixel_format.rows, pixel_format.columns) or decoded.dtype.kind not in "iu":
        raise Rejected(
            N_("The decoded pixels are {shape}, but Rows and Columns say {rows} × {columns}"),
            shape=" × ".join(map(str, decoded.shape)), rows=pixel_format.rows, columns=pixel_format.columns,
        )  # fmt: skip
    return decoded


def _settled(values: NDArray[Any], pixel_format: PixelFormat) -> Stored:
    """Stored values as numbers: bits above HighBit cleared (old overlays hide there), two's complement where signed."""
    wide = np.dtype(f"{'i' if pixel_format.signed else 'u'}{max(values.dtype.itemsize, pixel_format.bits_allocated // 8)}")
    bits = 8 * wide.itemsize
    if pixel_format.bits_stored == bits and pixel_format.high_bit == bits - 1:
        return values.astype(wide, copy=False)
    left, right = bits - 1 - pixel_format.high_bit, bits - pixel_format.bits_stored
    return (values.astype(wide) << left) >> right  # the shift back is arithmetic where signed
