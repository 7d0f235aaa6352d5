"""What a coded frame says about itself, read from its first bytes before a decoder is trusted with it: a frame that claims 60000 × 60000
pixels inside a 512 × 512 image must be refused, not allocated. JPEG and JPEG-LS: ITU-T T.81 B.2.2, T.87 C.2.2; JPEG 2000: T.800 A.5.1."""

import struct
from dataclasses import dataclass

from core.errors import Rejected
from core.imaging.transfer_syntax import Codec
from core.words import N_

FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # SOF0…SOF15 and JPEG-LS SOF55
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
END = b"\xff\xd9"
PADDING_MOST = 16  # bytes of filling that writers leave behind the end marker


@dataclass(frozen=True, slots=True)
class Codestream:
    rows: int
    columns: int
    components: int
    bits: int


def read_codestream(frame: bytes, codec: Codec) -> Codestream:
    """Size, components and bits of a coded frame; Rejected when the header cannot be read."""
    try:
        return _jpeg_2000(frame) if codec in (Codec.jpeg_2000, Codec.htj2k) else _jpeg(frame)
    except (struct.error, IndexError, ValueError) as problem:
        raise Rejected(N_("The coded pixels (7FE0,0010) are damaged; send the image again")) from problem


def ends_properly(frame: bytes) -> bool:
    """Whether the end marker is there; without it the frame was cut off and the rest would be made up by the decoder."""
    return END in frame[-PADDING_MOST - len(END) :]


def _jpeg(frame: bytes) -> Codestream:
    if frame[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    at = 2
    while True:
        if frame[at] != 0xFF:
            raise ValueError("no marker")
        code = frame[at + 1]
        if code == 0xFF or code in WITHOUT_LENGTH:
            at += 1 if code == 0xFF else 2
        elif code in FRAME_HEADERS:
            bits, rows, columns, components = struct.unpack_from(">BHHB", frame, at + 4)
            return Codestream(rows, columns, components, bits)
        else:
            at += 2 + struct.unpack_from(">H", frame, at + 2)[0]


def _jpeg_2000(frame: bytes) -> Codestream:
    start = 0 if frame[:4] == b"\xff\x4f\xff\x51" else frame.index(b"\xff\x4f\xff\x51")  # some writers wrap it into a JP2 file
    right, lower, left, upper = struct.unpack_from(">IIII", frame, start + 8)
    components, depth = struct.unpack_from(">HB", frame, start + 40)
    return Codestream(lower - upper, right - left, components, (depth & 0x7F) + 1)
