"""The crops of a labelled set, made once and kept: every network and every run on the same images reads the same bytes."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.breast.table import Labelled
from models.breast.view import SHAPE, Crop, prepare
from models.refusal import NoResult
from models.scoring import pixels
from models.training import whole

log = logging.getLogger(__name__)
OFTEN = 500


@dataclass(frozen=True)
class Kept:
    """`stack` (N, H, W) in the order of the table; `refused`: row → why there is no crop of it."""

    stack: Crop
    refused: dict[int, str]

    @property
    def usable(self) -> NDArray[np.int64]:
        """The rows that have a crop."""
        return np.array([row for row in range(len(self.stack)) if row not in self.refused], np.int64)


def crops(rows: Sequence[Labelled], folder: Path) -> Kept:
    """From `folder`, or made now and put there. The files' names hold which images they are of, so several sets may share a folder.

    Raises NoResult when not a single image can be read.
    """
    name = f"crops-{_mark(rows)}"
    stack, told = folder / f"{name}.npy", folder / f"{name}.json"
    if not told.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        refused = _make(rows, stack)
        if len(refused) == len(rows):
            raise NoResult(f"None of the {len(rows)} images of labels.csv can be read; {rows[0].file.name}: {refused[0]}")
        whole.write(told, json.dumps(refused, ensure_ascii=False).encode())
    refused = {int(row): reason for row, reason in json.loads(told.read_text("utf-8")).items()}
    return Kept(np.load(stack, mmap_mode="r"), refused)


def _make(rows: Sequence[Labelled], path: Path) -> dict[int, str]:
    partial, refused = path.with_suffix(".part"), {}
    stack = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=(len(rows), *SHAPE))
    with ThreadPoolExecutor(os.cpu_count()) as several:
        for number, made in enumerate(several.map(_crop, rows)):
            if isinstance(made, str):
                refused[number] = made
                log.warning("%s is left out: %s", rows[number].file.name, made)
            else:
                stack[number] = made
            if number % OFTEN == OFTEN - 1:
                log.info("%d of %d views are prepared", number + 1, len(rows))
    stack.flush()
    partial.replace(path)
    return refused


def _crop(row: Labelled) -> Crop | str:
    """The crop, or why there is none."""
    try:
        return prepare(pixels.of(row.file, row.laterality)).crop
    except NoResult as reason:
        return str(reason)


def _mark(rows: Sequence[Labelled]) -> str:
    """Of the files: name, size and time of the last change, in the table's order."""
    told = [(row.file.name, row.laterality, *_state(row.file)) for row in rows]
    return hashlib.sha256(json.dumps([SHAPE, told]).encode()).hexdigest()[:16]


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, 0
    return found.st_size, found.st_mtime_ns
