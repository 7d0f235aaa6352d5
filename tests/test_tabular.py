"""Tables as CSV and XLSX: what goes in comes out, and nothing runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.exchange.tabular import RUNS, csv_bytes, xlsx_bytes

DANGEROUS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1+1"]


def read_csv(header: list[str], rows: list[list[object]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(header, rows).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    header, row = read_csv([text], [[text]])
    assert (header[0], row[0]) == (f"'{text}", f"'{text}")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_a_workbook_is_a_formula(text: str) -> None:
    page = load_workbook(io.BytesIO(xlsx_bytes({"one": ([text], [[text]])})))["one"]
    assert [cell.data_type for row in page.iter_rows() for cell in row] == ["s", "s"]
    assert page["A2"].value == text.replace("\r", "\n") or page["A2"].value == text


def test_values_keep_their_kind() -> None:
    row = [12, 0.25, "陈美玲", None, float("nan"), date(2026, 11, 12), datetime(2026, 11, 12, 9, 30, tzinfo=UTC), True, -3]
    assert read_csv(["a"] * 9, [row])[1] == [
        "12", "0.25", "陈美玲", "", "", "2026-11-12", "2026-11-12T09:30:00+00:00", "True", "-3",
    ]  # fmt: skip
    page = load_workbook(io.BytesIO(xlsx_bytes({"one": (["a"] * 9, [row])})))["one"]
    found = [cell.value for cell in page[2]]
    assert found == [12, 0.25, "陈美玲", None, None, datetime(2026, 11, 12), datetime(2026, 11, 12, 9, 30), True, -3]


def test_sheets_stand_in_order_under_names_that_a_spreadsheet_allows() -> None:
    book = load_workbook(io.BytesIO(xlsx_bytes({"2026/27: all [sites]": (["x"], [[1]]), "b" * 40: (["y"], [])})))
    assert book.sheetnames == ["2026 27  all  sites ", "b" * 31]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12), min_size=1, max_size=4))
def test_every_text_comes_back(row: list[str]) -> None:
    found = read_csv(["h"] * len(row), [list(row)])[1]
    assert [text.removeprefix("'") if text[1:].startswith(RUNS) else text for text in found] == row
    page = load_workbook(io.BytesIO(xlsx_bytes({"one": (["h"] * len(row), [row])})))["one"]
    assert [page.cell(2, column + 1).value or "" for column in range(len(row))] == row


def test_numbers_of_a_frame_stay_numbers() -> None:
    page = load_workbook(io.BytesIO(xlsx_bytes({"one": (["a", "b"], [[np.int64(7), np.float64(0.5)]])})))["one"]
    assert [cell.data_type for cell in page[2]] == ["n", "n"]
