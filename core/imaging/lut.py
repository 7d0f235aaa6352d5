"""Look-up tables of modality and VOI LUT sequences (PS3.3 C.11.1.1 and C.11.2.1.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.errors import Rejected
from core.imaging.attributes import DAMAGE, numbers, raw
from core.words import N_


@dataclass(frozen=True, slots=True)
class Lut:
    """`table` (entries,) of `bits`-bit values; input `first` maps to its first entry, inputs beyond the ends to the end entries."""

    first: int
    bits: int
    table: NDArray[np.uint16]

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        return self.table[np.clip(values.astype(np.int64) - self.first, 0, self.table.size - 1)]


def read_lut(dataset: Dataset) -> Lut:
    """The table of one LUT item; Rejected when descriptor and data disagree."""
    descriptor = numbers(dataset, "LUTDescriptor", count=3)
    if descriptor is None:
        raise Rejected(N_("A look-up table has no LUT Descriptor (0028,3002)"))
    entries, first, bits = (int(value) for value in descriptor)
    entries = entries % 2**16 or 2**16
    table = _table(raw(dataset, "LUTData"), entries)
    if table.size < entries or not 1 <= bits <= 16:
        raise Rejected(
            N_("A look-up table (0028,3006) holds {found} entries of {bits} bits; {expected} entries of 8 to 16 bits were expected"),
            found=table.size, bits=bits, expected=entries,
        )  # fmt: skip
    return Lut(first, bits, table[:entries])


def _table(content: Any, entries: int) -> NDArray[np.uint16]:
    try:
        if isinstance(content, bytes):
            wide = len(content) >= 2 * entries
            return np.frombuffer(content[: len(content) // 2 * 2] if wide else content, "<u2" if wide else np.uint8).astype(np.uint16)
        return np.asarray(content if content is not None else [], np.int64).astype(np.uint16).reshape(-1)
    except DAMAGE as problem:
        raise Rejected(N_("A look-up table (0028,3006) cannot be read; the file is damaged, send it again")) from problem
