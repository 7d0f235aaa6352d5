"""How the stored pixel values of one instance are to be understood (PS3.3 C.7.6.3), checked before anything is decoded."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import number, text, whole
from core.words import N_

SIDE_LONGEST = 16384  # pixels; the largest mammography detectors have about 6000
FRAMES_MOST = 20_000
BYTES_MOST = 4 * 2**30


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """Shape of the pixel matrix and meaning of its bits. `padding`: lowest and highest stored value that is no image, or None."""

    rows: int
    columns: int
    frames: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    padding: tuple[int, int] | None

    @property
    def frame_bytes(self) -> int:
        return self.rows * self.columns * self.bits_allocated // 8

    @property
    def dtype(self) -> str:
        return f"{'i' if self.signed else 'u'}{self.bits_allocated // 8}"


def read_pixel_format(dataset: Dataset) -> PixelFormat:
    """The pixel format; Rejected with tag, value and expectation when it is not a single-channel image of sane size."""
    rows = whole(dataset, "Rows", low=1, high=SIDE_LONGEST)
    columns = whole(dataset, "Columns", low=1, high=SIDE_LONGEST)
    frames = whole(dataset, "NumberOfFrames", low=1, high=FRAMES_MOST, default=1)
    allocated = _allocated(dataset)
    if rows * columns * frames * allocated // 8 > BYTES_MOST:
        raise Rejected(
            N_("The image claims {rows} × {columns} pixels in {frames} frames; more than 4 GB is not accepted"),
            rows=rows, columns=columns, frames=frames,
        )  # fmt: skip
    whole(dataset, "SamplesPerPixel", low=1, high=1, default=1)
    stored = whole(dataset, "BitsStored", low=1, high=allocated, default=allocated)
    high_bit = whole(dataset, "HighBit", low=stored - 1, high=allocated - 1, default=stored - 1)
    signed = whole(dataset, "PixelRepresentation", low=0, high=1, default=0) == 1
    return PixelFormat(
        rows, columns, frames, allocated, stored, high_bit, signed, _photometric(dataset), _padding(dataset, bits=stored, signed=signed)
    )


def _allocated(dataset: Dataset) -> int:
    allocated = whole(dataset, "BitsAllocated", low=1, high=64)
    if allocated not in (8, 16):
        raise Rejected(N_("(0028,0100) Bits Allocated is {value}; 8 or 16 was expected"), value=allocated)
    return allocated


def _photometric(dataset: Dataset) -> str:
    value = text(dataset, "PhotometricInterpretation").upper()
    if value not in ("MONOCHROME1", "MONOCHROME2"):
        raise Rejected(N_("(0028,0004) Photometric Interpretation is {value}; MONOCHROME1 or MONOCHROME2 was expected"), value=value or "–")
    return value


def _padding(dataset: Dataset, *, bits: int, signed: bool) -> tuple[int, int] | None:
    """Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2); None when absent or when no stored value can equal it."""
    first = number(dataset, "PixelPaddingValue")
    if first is None:
        return None
    last = number(dataset, "PixelPaddingRangeLimit")
    ends = [_as_stored(int(value), bits=bits, signed=signed) for value in (first, first if last is None else last)]
    known = sorted(end for end in ends if end is not None)
    return (known[0], known[1]) if len(known) == 2 else None


def _as_stored(value: int, *, bits: int, signed: bool) -> int | None:
    """The stored value that `value` names; scanners often write it with the other sign (63536 for -2000)."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    shifts = (0, -(2**bits), -(2**16)) if signed else (0, 2**16)
    return next((value + shift for shift in shifts if low <= value + shift <= high), None)
