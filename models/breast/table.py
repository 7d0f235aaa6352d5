"""The labels of a set laid out like the RSNA one: `images/` and `labels.csv`; further columns are ignored, optional ones may be absent.

docs/training.md describes the columns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.refusal import NoResult

FILE, WOMAN = ("file", "image", "filename"), ("patient_id", "patient", "woman")
REQUIRED = ("laterality", "view", "cancer")
SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}
BIRADS = (0, 1, 2)
YES, NO = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no"}


@dataclass(frozen=True)
class Labelled:
    """One image of the set with what is known of it; None where the set does not say."""

    file: Path
    woman: str
    laterality: str
    view: str
    cancer: bool
    invasive: bool | None
    density: str | None
    age: float | None
    implant: bool | None
    machine: str | None
    site: str | None
    birads: int | None = None  # as in the RSNA set: 0 further images needed, 1 negative, 2 benign

    @property
    def breast(self) -> tuple[str, str]:
        """What one breast of one woman is called."""
        return self.woman, self.laterality


def read(folder: Path) -> tuple[Labelled, ...]:
    """Every row of `labels.csv`. Raises NoResult when the table is missing, lacks a column that is needed, or a row makes no sense."""
    path = folder / "labels.csv"
    if not path.is_file():
        raise NoResult(f"{folder.name} has no labels.csv. Expected: a folder with images/ and labels.csv.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise NoResult(f"labels.csv is no readable table ({problem}). Expected: a CSV in UTF-8, its columns parted by commas.") from problem
    if not rows:
        raise NoResult("labels.csv has no rows.")
    missing = [name for name in REQUIRED if name not in rows[0]]
    missing += [" or ".join(names) for names in (FILE, WOMAN) if not any(name in rows[0] for name in names)]
    if missing:
        raise NoResult(f"labels.csv lacks the columns {', '.join(missing)}.")
    return tuple(_labelled(row, folder, number) for number, row in enumerate(rows, start=2))


def _labelled(row: Mapping[str, str | None], folder: Path, number: int) -> Labelled:
    density = _text(row, "density").upper()
    return Labelled(
        file=_file(folder, _needed(row, FILE, number)),
        woman=_needed(row, WOMAN, number),
        laterality=_side(row, number),
        view=_text(row, "view").upper(),
        cancer=_cancer(row, number),
        invasive=_flag(row, "invasive"),
        density=density if density in ("A", "B", "C", "D") else None,
        age=_number(_text(row, "age")),
        implant=_flag(row, "implant"),
        machine=_text(row, "machine_id") or None,
        site=_text(row, "site_id") or None,
        birads=_category(_text(row, "birads")),
    )


def _cancer(row: Mapping[str, str | None], number: int) -> bool:
    cancer = _flag(row, "cancer")
    if cancer is None:
        raise NoResult(f"labels.csv, line {number}: cancer is {_text(row, 'cancer')!r}, expected 0 or 1.")
    return cancer


def _side(row: Mapping[str, str | None], number: int) -> str:
    """L or R: what else would be a third breast of the woman."""
    side = _text(row, "laterality").upper()
    if side not in SIDES:
        raise NoResult(f"labels.csv, line {number}: laterality is {_text(row, 'laterality')!r}, expected L or R.")
    return SIDES[side]


def _file(folder: Path, name: str) -> Path:
    inside = folder / "images" / name
    return inside if inside.is_file() else folder / name


def _needed(row: Mapping[str, str | None], names: tuple[str, ...], number: int) -> str:
    """Without a file there is no image; all rows without a woman would be one woman."""
    found = next((text for name in names if (text := _text(row, name))), "")
    if not found:
        raise NoResult(f"labels.csv, line {number}: {' or '.join(names)} is empty.")
    return found


def _text(row: Mapping[str, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


def _flag(row: Mapping[str, str | None], name: str) -> bool | None:
    text = _text(row, name).lower()
    return True if text in YES else False if text in NO else None


def _number(text: str) -> float | None:
    try:
        return value if math.isfinite(value := float(text)) else None
    except ValueError:
        return None


def _category(text: str) -> int | None:
    value = _number(text)
    return int(value) if value in BIRADS else None
