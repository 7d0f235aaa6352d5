"""The ways pixels are coded in DICOM files (PS3.5 Annex A) and which of them are read here."""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Rejected
from core.words import N_


class Codec(StrEnum):
    """Family of the coded frames; one decoder each in `decode.py`."""

    native = "native"
    rle = "rle"
    jpeg = "jpeg"
    jpeg_ls = "jpeg_ls"
    jpeg_2000 = "jpeg_2000"
    htj2k = "htj2k"


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    uid: str
    name: str
    codec: Codec
    lossy: bool = False
    big_endian: bool = False


IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"

TRANSFER_SYNTAXES = {
    syntax.uid: syntax
    for syntax in (
        TransferSyntax(IMPLICIT_LITTLE, "Implicit VR Little Endian", Codec.native),
        TransferSyntax(EXPLICIT_LITTLE, "Explicit VR Little Endian", Codec.native),
        TransferSyntax("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", Codec.native),
        TransferSyntax(EXPLICIT_BIG, "Explicit VR Big Endian", Codec.native, big_endian=True),
        TransferSyntax("1.2.840.10008.1.2.5", "RLE Lossless", Codec.rle),
        TransferSyntax("1.2.840.10008.1.2.4.50", "JPEG Baseline", Codec.jpeg, lossy=True),
        TransferSyntax("1.2.840.10008.1.2.4.51", "JPEG Extended", Codec.jpeg, lossy=True),
        TransferSyntax("1.2.840.10008.1.2.4.57", "JPEG Lossless", Codec.jpeg),
        TransferSyntax("1.2.840.10008.1.2.4.70", "JPEG Lossless, first-order prediction", Codec.jpeg),
        TransferSyntax("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", Codec.jpeg_ls),
        TransferSyntax("1.2.840.10008.1.2.4.81", "JPEG-LS Near-lossless", Codec.jpeg_ls, lossy=True),
        TransferSyntax("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", Codec.jpeg_2000),
        TransferSyntax("1.2.840.10008.1.2.4.91", "JPEG 2000", Codec.jpeg_2000, lossy=True),
        TransferSyntax("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", Codec.htj2k),
        TransferSyntax("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless, RPCL", Codec.htj2k),
        TransferSyntax("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", Codec.htj2k, lossy=True),
    )
}


def transfer_syntax(uid: str) -> TransferSyntax:
    """The entry of `uid`; Rejected by name when its pixels cannot be read here."""
    try:
        return TRANSFER_SYNTAXES[uid]
    except KeyError:
        raise Rejected(
            N_("The transfer syntax (0002,0010) {uid} is not read here; export the images again, uncompressed or with a lossless coding"),
            uid=uid or "–",
        ) from None
