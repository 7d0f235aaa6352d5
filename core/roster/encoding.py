"""In which encoding a list was saved: UTF-8, GB18030 or UTF-16, and lines that stand in another one than the rest.

Lists are put together by copying, so one file may hold both. A line in the other encoding is not guessed at: its bytes are kept as lone
surrogates, by which its row is refused later on. Western one-byte encodings read as GB18030 without an error and turn letters into
Chinese characters; they are told by their high bytes standing alone between letters.
"""

import codecs
import io
import re
from collections.abc import Iterator

from core.errors import Rejected
from core.words import N_

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
HIGH = re.compile(rb"[\x80-\xff]+")
FOREIGN = re.compile("[\ud800-\udfff]")
OUTSIDE_LATIN = re.compile("[\u0800-\U0010ffff]")  # three bytes and more in UTF-8, which no GB18030 line looks like by accident


def encoding_of(content: bytes, name: str) -> str:
    """The encoding of most lines; Rejected naming what to do when it is none of those that are read here."""
    if b"\0" in content[:4096] and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Rejected(N_("{file} is not a table; expected CSV or XLSX"), file=name)
    marked = next((encoding for mark, encoding in MARKS if content.startswith(mark)), None)
    if marked == "utf-16":
        return marked
    utf8, other = _counted(content)
    if marked or utf8 >= len(other):
        return marked or "utf-8-sig"
    if sum(len(run) == 1 for line in other for run in HIGH.findall(line)) * 2 > sum(len(HIGH.findall(line)) for line in other):
        raise Rejected(N_("{file} is written in neither UTF-8 nor GB18030; save it as “CSV UTF-8”"), file=name)
    if not any(_decodes(line, "gb18030") for line in other):
        raise Rejected(N_("{file} is written in neither UTF-8 nor GB18030; save it as “CSV UTF-8”"), file=name)
    return "gb18030"


def lines(content: bytes, encoding: str) -> Iterator[str]:
    """Every line as text; a line in another encoding has lone surrogates in place of its letters."""
    if encoding == "utf-16":
        yield from io.TextIOWrapper(io.BytesIO(content), encoding, errors="surrogatepass", newline="")
        return
    for line in io.BytesIO(content.removeprefix(codecs.BOM_UTF8)):
        yield _line(line, encoding)


def is_foreign(text: str) -> bool:
    """Whether a text comes from a line in another encoding than its list."""
    return FOREIGN.search(text) is not None


def _counted(content: bytes) -> tuple[int, list[bytes]]:
    """How many lines are surely UTF-8, and the lines that are surely not."""
    beyond = [line for line in io.BytesIO(content) if not line.isascii()]
    other = [line for line in beyond if not _decodes(line, "utf-8")]
    return sum(_surely_utf8(line) for line in beyond) if other else len(beyond), other


def _line(line: bytes, encoding: str) -> str:
    if encoding == "gb18030" and (_surely_utf8(line) or not _decodes(line, "gb18030")):
        return line.decode("ascii", "surrogateescape")
    return line.decode("utf-8" if encoding == "utf-8-sig" else encoding, "surrogateescape")


def _surely_utf8(line: bytes) -> bool:
    try:
        return OUTSIDE_LATIN.search(line.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
