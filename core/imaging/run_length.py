"""RLE Lossless (PS3.5 Annex G): byte planes, most significant first, each packed by PackBits."""

import struct

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from core.imaging.pixel_format import PixelFormat

HEADER = 64  # bytes: number of segments and 15 offsets, little endian


def decode_rle(coded: bytes, pixel_format: PixelFormat) -> NDArray[np.unsignedinteger]:
    """(rows, columns) uint8 or uint16; ValueError when the segments do not fit the image."""
    planes = pixel_format.bits_allocated // 8
    count, *offsets = struct.unpack_from("<16I", coded)
    ends = [*offsets[1:count], len(coded)]
    if count != planes or any(not HEADER <= start < end <= len(coded) for start, end in zip(offsets[:count], ends, strict=True)):
        raise ValueError(f"{count} segments, {planes} expected")
    size = pixel_format.rows * pixel_format.columns
    values = np.empty((size, planes), np.uint8)
    for plane, (start, end) in enumerate(zip(offsets[:count], ends, strict=True)):
        unpacked = np.frombuffer(imagecodecs.packbits_decode(coded[start:end]), np.uint8)
        if unpacked.size < size:
            raise ValueError(f"segment {plane} holds {unpacked.size} of {size} bytes")
        values[:, plane] = unpacked[:size]
    return values.view(f">u{planes}").reshape(pixel_format.rows, pixel_format.columns).astype(f"u{planes}")
