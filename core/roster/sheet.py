"""A table file as rows of text: CSV in the encodings that offices use, or the first sheet of an XLSX workbook."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Rejected
from core.roster.encoding import encoding_of, lines
from core.words import N_

DELIMITERS = ",;\t|"
LARGEST_ROWS = 200_000
LARGEST_BYTES = 64 * 2**20
LARGEST_UNPACKED = 512 * 2**20  # of a workbook, which is a zip archive
SAMPLE = 5


@dataclass(frozen=True)
class Sheet:
    """A table and how to read it; its bytes are only looked at row by row."""

    name: str
    head: tuple[str, ...]
    encoding: str
    delimiter: str
    content: bytes = field(repr=False)

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """The line on which each row begins, as a person counts (the head is line 1), and its cells as text; empty rows are passed over."""
        for row, (number, cells) in enumerate(islice(_cells(self.name, self.content, self.encoding, self.delimiter), 1, None), start=1):
            if row > LARGEST_ROWS:
                raise Rejected(N_("{file} has more than {limit} rows; split it"), file=self.name, limit=LARGEST_ROWS)
            if any(cell.strip() for cell in cells):
                yield number, cells

    def sample(self) -> list[Sequence[str]]:
        """The first rows, to tell columns by what stands in them."""
        return [cells for _number, cells in islice(self.rows(), SAMPLE)]


def open_sheet(path: Path) -> Sheet:
    """The sheet of a file; Rejected naming what it is when it is no table."""
    return read_sheet(path.name, path.read_bytes())


def read_sheet(name: str, content: bytes) -> Sheet:
    """The sheet in these bytes; Rejected naming what it is when it is no table or too large."""
    if not content:
        raise Rejected(N_("{file} is empty; expected a table with a head line"), file=name)
    if len(content) > LARGEST_BYTES:
        raise Rejected(N_("{file} has {size} MB; at most {limit} MB are taken at once, split it"), file=name,
                       size=len(content) // 2**20, limit=LARGEST_BYTES // 2**20)  # fmt: skip
    encoding, delimiter = ("xlsx", "") if content.startswith(b"PK") else _csv(name, content)
    head = next(_cells(name, content, encoding, delimiter), (1, ()))[1]
    if sum(bool(title.strip()) for title in head) < 2:
        raise Rejected(N_("The first line of {file} names fewer than two columns; expected the names of the columns there"), file=name)
    return Sheet(name, tuple(title.strip() for title in head), encoding, delimiter, content)


def _csv(name: str, content: bytes) -> tuple[str, str]:
    encoding = encoding_of(content, name)
    first = next(lines(content, encoding), "")
    return encoding, max(DELIMITERS, key=first.count)


def _cells(name: str, content: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    if encoding == "xlsx":
        yield from enumerate(_workbook(name, content), start=1)
        return
    reader, begins = csv.reader(lines(content, encoding), delimiter=delimiter), 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as problem:
        raise Rejected(N_("{file} cannot be read as a table: {problem}"), file=name, problem=str(problem)) from problem


def _workbook(name: str, content: bytes) -> Iterator[Sequence[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise Rejected(N_("{file} unpacks to {size} MB; at most {limit} MB are taken at once, split it"), file=name,
                           size=unpacked // 2**20, limit=LARGEST_UNPACKED // 2**20)  # fmt: skip
        for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).iter_rows():
            yield [_text(cell) for cell in row]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as problem:
        raise Rejected(N_("{file} cannot be read as a workbook; save it again as XLSX or CSV"), file=name) from problem


def _text(cell: object) -> str:
    """A cell as it would be typed: dates in ISO, whole numbers without a decimal point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
