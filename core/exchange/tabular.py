"""Tables that leave the house as CSV or XLSX: they open well in a spreadsheet, and nothing in them runs there as a formula (CWE-1236)."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHEET_NAME = 31  # signs that a spreadsheet allows
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_SHEET_NAME = re.compile(r"[\\/*?:\[\]]")
Table: TypeAlias = tuple[Sequence[str], Iterable[Sequence[object]]]
"""Header and rows."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV with a byte-order mark, so that Chinese opens well; missing values are empty cells."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(name) for name in header])
    writer.writerows([_written(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """`csv_text` in UTF-8."""
    return csv_text(header, rows).encode()


def xlsx_bytes(sheets: Mapping[str, Table]) -> bytes:
    """One workbook with a sheet for each table, in the order given; numbers and dates stay numbers and dates, text stays text."""
    book = Workbook(write_only=True)
    for place, (name, (header, rows)) in enumerate(sheets.items(), start=1):
        page = book.create_sheet(_NO_SHEET_NAME.sub(" ", name)[:SHEET_NAME] or str(place))
        page.freeze_panes = "A2"
        page.append([_head(page, name) for name in header])
        for row in rows:
            page.append([_cell(page, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet would run, with an apostrophe before it."""
    return f"'{text}" if text.startswith(RUNS) else text


def _written(value: object) -> object:
    """One cell of a CSV file; a float with six decimals, a date as 2026-11-12."""
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return harmless(str(value)) if isinstance(value, str) else value


def _cell(page: Any, value: object) -> Any:
    if value is None or value != value:  # NaN
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)  # a spreadsheet knows no time zones
    if isinstance(value, bool | int | float | date):
        return value
    return _text(page, str(value))


def _text(page: Any, text: str) -> Any:
    """A text cell, whatever it begins with: stored as text, and quoted so that it stays text when it is edited."""
    cell = WriteOnlyCell(page, value=_CONTROL.sub(" ", text))
    if text.startswith(RUNS):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _head(page: Any, name: str) -> Any:
    cell = _text(page, name)
    cell.font = Font(bold=True)
    return cell
