"""A table file as rows of text: CSV in the encodings that offices use, or the first sheet of an XLSX workbook."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Rejected
from core.words import N_

ENCODINGS = ("utf-8-sig", "gb18030")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",;\t|"
LARGEST_ROWS = 2_000_000


@dataclass(frozen=True)
class Sheet:
    """The head of a table and how to read it again; nothing of it is kept in memory."""

    path: Path
    head: tuple[str, ...]
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Line number as a person counts (the head is line 1) and the cells as text; empty lines are passed over."""
        lines = enumerate(islice(_cells(self.path, self.encoding, self.delimiter), 1, None), start=2)
        for number, cells in lines:
            if number > LARGEST_ROWS:
                raise Rejected(N_("{file} has more than {limit} rows; split it"), file=self.path.name, limit=LARGEST_ROWS)
            if any(cell.strip() for cell in cells):
                yield number, cells


def open_sheet(path: Path) -> Sheet:
    """The sheet of a file; Rejected naming what it is when it is no table."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise Rejected(N_("{file} is empty; expected a table with a head line"), file=path.name)
    encoding, delimiter = ("xlsx", "") if start.startswith(b"PK") else _csv(path, start)
    head = next(_cells(path, encoding, delimiter), None)
    if not head or sum(bool(name.strip()) for name in head) < 2:
        raise Rejected(N_("The first line of {file} names fewer than two columns; expected the names of the columns there"), file=path.name)
    return Sheet(path, tuple(name.strip() for name in head), encoding, delimiter)


def _csv(path: Path, start: bytes) -> tuple[str, str]:
    """Encoding and delimiter. The whole file must be readable in the encoding: a guess from its start would corrupt names further down."""
    if b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Rejected(N_("{file} is not a table; expected CSV or XLSX"), file=path.name)
    marked = next((encoding for mark, encoding in MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ENCODINGS:
        if _readable(path, encoding):
            return encoding, max(DELIMITERS, key=_first_line(path, encoding).count)
    raise Rejected(N_("{file} is written in neither UTF-8 nor GB18030; save it as “CSV UTF-8”"), file=path.name)


def _readable(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        return False
    return True


def _first_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        return file.readline(100_000)


def _cells(path: Path, encoding: str, delimiter: str) -> Iterator[Sequence[str]]:
    if encoding == "xlsx":
        yield from _workbook(path)
        return
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield from csv.reader(file, delimiter=delimiter)
        except csv.Error as problem:
            raise Rejected(N_("{file} cannot be read as a table: {problem}"), file=path.name, problem=str(problem)) from problem


def _workbook(path: Path) -> Iterator[Sequence[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())).get_sheet_by_index(0)
        for row in sheet.iter_rows():
            yield [_text(cell) for cell in row]
    except (CalamineError, OSError, ValueError, IndexError) as problem:
        raise Rejected(N_("{file} cannot be read as a workbook; save it again as XLSX or CSV"), file=path.name) from problem


def _text(cell: object) -> str:
    """A cell as it would be typed: dates in ISO, whole numbers without a decimal point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
