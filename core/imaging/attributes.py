"""Reading attributes of a data set that came from outside: every value is checked where it is taken, and a refusal names tag, value
and what was expected. pydicom converts values only when they are asked for, so a damaged element shows itself here."""

import math
import re
import struct
import zlib
from datetime import date, datetime
from typing import Any

from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.sequence import Sequence as DicomSequence

from core.errors import Rejected
from core.words import N_

# What pydicom raises when the bytes are not what they claim to be.
DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, NotImplementedError, OSError, RecursionError, TypeError,
    ValueError, struct.error, zlib.error, BytesLengthException, InvalidDicomError,
)  # fmt: skip
UID = re.compile(r"[0-9]+(\.[0-9]+)*")
UID_LONGEST = 64
TEXT_LONGEST = 1024


def tag_name(keyword: str) -> str:
    """The tag and its name in the standard: Rows → (0028,0010) Rows."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {dictionary_description(tag)}"


def raw(dataset: Dataset, keyword: str) -> Any:
    """The value as pydicom converts it, None when absent or empty; Rejected when it cannot be converted."""
    try:
        value = dataset.get(keyword)
    except DAMAGE as problem:
        raise Rejected(N_("{tag} cannot be read; the file is damaged, send it again"), tag=tag_name(keyword)) from problem
    return None if value is None or value == "" or (isinstance(value, list) and not value) else value


def text(dataset: Dataset, keyword: str) -> str:
    """The value as one line of text, "" when absent; several values are joined by a backslash."""
    value = raw(dataset, keyword)
    try:
        parts = [] if value is None else [str(part) for part in value] if _is_several(value) else [str(value)]
    except DAMAGE as problem:
        raise Rejected(N_("{tag} cannot be read; the file is damaged, send it again"), tag=tag_name(keyword)) from problem
    joined = "\\".join(parts).encode("utf-8", "replace").decode()
    return "".join(letter for letter in joined if letter.isprintable())[:TEXT_LONGEST].strip()


def words(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The values of a code string attribute in capitals, () when absent."""
    joined = text(dataset, keyword)
    return tuple(part.strip().upper() for part in joined.split("\\")) if joined else ()


def uid(dataset: Dataset, keyword: str) -> str:
    """A required unique identifier (PS3.5 section 9.1)."""
    value = text(dataset, keyword)
    if not value:
        raise Rejected(N_("{tag} is missing; every image must carry it"), tag=tag_name(keyword))
    if len(value) > UID_LONGEST or not UID.fullmatch(value):
        raise Rejected(
            N_("{tag} is {value}; numbers and dots were expected, 64 characters at most"), tag=tag_name(keyword), value=value[:80]
        )
    return value


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a finite number, None when absent."""
    value = raw(dataset, keyword)
    first = value[0] if _is_several(value) and len(value) else value
    return None if first is None or first == "" else _finite(first, keyword)


def numbers(dataset: Dataset, keyword: str, *, count: int) -> tuple[float, ...] | None:
    """Exactly `count` finite numbers, None when absent."""
    value = raw(dataset, keyword)
    if value is None:
        return None
    if not _is_several(value) or len(value) != count:
        raise Rejected(N_("{tag} is {value}; {count} numbers were expected"), tag=tag_name(keyword), value=str(value)[:80], count=count)
    return tuple(_finite(part, keyword) for part in value)


def whole(dataset: Dataset, keyword: str, *, low: int, high: int, default: int | None = None) -> int:
    """A whole number from `low` to `high`; `default` when absent, Rejected when absent without one."""
    value = number(dataset, keyword)
    if value is None and default is None:
        raise Rejected(N_("{tag} is missing; every image must carry it"), tag=tag_name(keyword))
    value = default if value is None else value
    if value is None or value != int(value) or not low <= value <= high:
        raise Rejected(
            N_("{tag} is {value}; a whole number from {low} to {high} was expected"), tag=tag_name(keyword), value=value, low=low, high=high
        )
    return int(value)


def day(dataset: Dataset, keyword: str) -> date | None:
    """A date; None when absent or not a date, because a wrong birth date must not keep an image out."""
    try:
        return datetime.strptime(text(dataset, keyword)[:8], "%Y%m%d").date()
    except ValueError:
        return None


def items(dataset: Dataset | None, keyword: str) -> list[Dataset]:
    """The items of a sequence, [] when absent."""
    value = None if dataset is None else raw(dataset, keyword)
    if value is None:
        return []
    if not isinstance(value, DicomSequence):
        raise Rejected(N_("{tag} cannot be read; the file is damaged, send it again"), tag=tag_name(keyword))
    return list(value)


def item(dataset: Dataset | None, keyword: str) -> Dataset | None:
    """The first item of a sequence, None when absent."""
    found = items(dataset, keyword)
    return found[0] if found else None


def _is_several(value: Any) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, str | bytes)


def _finite(value: Any, keyword: str) -> float:
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        result = math.nan
    if not math.isfinite(result):
        raise Rejected(N_("{tag} is {value}; a number was expected"), tag=tag_name(keyword), value=str(value)[:80])
    return result
