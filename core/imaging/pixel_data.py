"""The bytes of each frame inside (7FE0,0010), native or encapsulated (PS3.5 section 8.2 and Annex A.4)."""

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

from core.errors import Rejected
from core.imaging.attributes import DAMAGE, raw
from core.imaging.codestream import ends_properly, read_codestream
from core.imaging.pixel_format import PixelFormat
from core.imaging.transfer_syntax import Codec, TransferSyntax
from core.words import N_

RLE_HEADER = 64  # bytes


def check_pixel_data(dataset: Dataset, pixel_format: PixelFormat, *, syntax: TransferSyntax) -> None:
    """Rejected when the pixels are missing, end early or contradict Rows and Columns. Looks at the first and last frame."""
    for frame in sorted({0, pixel_format.frames - 1}):
        coded = frame_bytes(dataset, pixel_format, syntax=syntax, frame=frame)
        if syntax.codec not in (Codec.native, Codec.rle):
            check_frame(coded, pixel_format, codec=syntax.codec)


def check_frame(coded: bytes, pixel_format: PixelFormat, *, codec: Codec) -> None:
    """Rejected when a coded frame is cut off or has another size than the header says."""
    said = read_codestream(coded, codec)
    if (said.rows, said.columns, said.components) != (pixel_format.rows, pixel_format.columns, 1):
        raise Rejected(
            N_("The coded pixels are {coded}, but Rows and Columns say {said}; the file is damaged, send it again"),
            coded=f"{said.rows} × {said.columns} × {said.components}", said=f"{pixel_format.rows} × {pixel_format.columns} × 1",
        )  # fmt: skip
    if not ends_properly(coded):
        raise Rejected(N_("The coded pixels end early, after {size} bytes; the file was cut off, send it again"), size=len(coded))


def frame_bytes(dataset: Dataset, pixel_format: PixelFormat, *, syntax: TransferSyntax, frame: int) -> bytes:
    """The stored bytes of one frame; Rejected when they are not all there."""
    pixels = raw(dataset, "PixelData")
    if not isinstance(pixels, bytes):
        raise Rejected(N_("The image has no pixel data (7FE0,0010); the file was probably cut off, send it again"))
    if syntax.codec is Codec.native:
        return _native(pixels, pixel_format, frame)
    try:
        coded = get_frame(pixels, frame, number_of_frames=pixel_format.frames)
    except DAMAGE as problem:
        raise Rejected(
            N_("Frame {frame} of {frames} cannot be found in the pixel data; the file is damaged, send it again"),
            frame=frame + 1, frames=pixel_format.frames,
        ) from problem  # fmt: skip
    if len(coded) < RLE_HEADER:
        raise Rejected(N_("The coded pixels end early, after {size} bytes; the file was cut off, send it again"), size=len(coded))
    return coded


def _native(pixels: bytes, pixel_format: PixelFormat, frame: int) -> bytes:
    expected = pixel_format.frame_bytes * pixel_format.frames
    if len(pixels) < expected:
        raise Rejected(
            N_("The pixel data end after {found} of {expected} bytes; the file was cut off, send it again"),
            found=len(pixels),
            expected=expected,
        )
    return pixels[frame * pixel_format.frame_bytes : (frame + 1) * pixel_format.frame_bytes]
