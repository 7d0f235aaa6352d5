"""Bytes → data set: the one place where pydicom opens a file. Whatever it stumbles over becomes a refusal that a sender understands."""

import io
import logging
import warnings
from pathlib import Path

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileDataset

from core.errors import Rejected
from core.imaging.attributes import DAMAGE, text
from core.imaging.transfer_syntax import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from core.words import N_

# Values are checked where they are taken (attributes.py); pydicom's own remarks about odd values and damaged ends would only be noise.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")
logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # it writes values of attributes, that is names, into its log

PREAMBLE = 128
MAGIC = b"DICM"
SHORTEST = 64  # bytes; less cannot name even the identifiers of an image


def has_preamble(content: bytes) -> bool:
    """Whether the bytes announce themselves as DICOM (PS3.10 section 7.1)."""
    return content[PREAMBLE : PREAMBLE + 4] == MAGIC


def parse(content: bytes | Path) -> Dataset:
    """The whole data set, pixels included; Rejected when the bytes are not DICOM or end early."""
    content = content.read_bytes() if isinstance(content, Path) else content
    if len(content) < SHORTEST:
        raise Rejected(N_("The file holds {size} bytes and no image; it was probably cut off, send it again"), size=len(content))
    try:
        dataset = dcmread(io.BytesIO(content), force=True)
    except DAMAGE as problem:
        raise _refusal(content) from problem
    if not has_preamble(content) and "SOPClassUID" not in dataset:
        raise _refusal(content)
    return dataset


def transfer_syntax_uid(dataset: Dataset) -> str:
    """From the file meta information; for a file without it, from how the data set was found to be encoded."""
    meta = getattr(dataset, "file_meta", None)
    named = text(meta, "TransferSyntaxUID") if meta is not None else ""
    if named or not isinstance(dataset, FileDataset):
        return named
    implicit, little = dataset.original_encoding
    return IMPLICIT_LITTLE if implicit else EXPLICIT_LITTLE if little else EXPLICIT_BIG


def _refusal(content: bytes) -> Rejected:
    if has_preamble(content):
        return Rejected(N_("The DICOM file is damaged and cannot be read; send it again"))
    return Rejected(N_("This is not a DICOM file; CT or mammography images as DICOM were expected"))
