"""Kept columns as files, so that the first question of a process need not wait for every row."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import feather

from core.columns.rows import Rows
from core.columns.source import SOURCES

FORM = 1
"""Counts up when what is kept changes its form."""
MARK = b"firstlight"


def write(folder: Path, known: Mapping[str, Rows], said: Mapping[str, Any]) -> None:
    """Each table in a file of its own, replaced whole; `said` tells which database they are of and up to where."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shape = {"form": FORM, "columns": _shape(), **said}
    for name, rows in known.items():
        words = {column: list(values) for column, values in rows.words.items()}
        table = pa.table({column: pa.array(values) for column, values in rows.columns.items()})
        table = table.replace_schema_metadata({MARK: json.dumps({**shape, "words": words}).encode()})
        _replace(folder / f"{name}.feather", table)


def read(folder: Path, said: Mapping[str, Any]) -> tuple[dict[str, Rows], dict[str, Any]] | None:
    """The tables and what was said of them; None when a file is missing, of another form or of another moment than the others."""
    found: dict[str, Rows] = {}
    told: dict[str, Any] | None = None
    for source in SOURCES:
        path = folder / f"{source.name}.feather"
        if not path.is_file():
            return None
        table = feather.read_table(path, memory_map=False)
        shape = json.loads((table.schema.metadata or {}).get(MARK, b"{}"))
        words = shape.pop("words", {})
        if shape.get("form") != FORM or shape.get("columns") != _shape() or (told is not None and shape != told):
            return None
        told = shape
        columns = {name: np.asarray(table.column(name)) for name in table.column_names}
        found[source.name] = Rows(columns, {name: tuple(values) for name, values in words.items()})
    if told is None or any(told.get(key) != value for key, value in said.items()):
        return None
    return found, told


def _shape() -> list[str]:
    return [f"{source.name}.{column.name}:{column.kind}" for source in SOURCES for column in source.columns]


def _replace(path: Path, table: pa.Table) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(handle)
    try:
        feather.write_feather(table, name, compression="lz4")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
