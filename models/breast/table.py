"""The labels of a set laid out like the RSNA one: `images/` and `labels.csv`; further columns are ignored, optional ones may be absent."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.refusal import NoResult

FILE, WOMAN = ("file", "image", "filename"), ("patient_id", "patient", "woman")
REQUIRED = ("laterality", "view", "cancer")
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

    @property
    def breast(self) -> tuple[str, str]:
        """What one breast of one woman is called."""
        return self.woman, self.laterality


def read(folder: Path) -> tuple[Labelled, ...]:
    """Every row of `labels.csv`. Raises NoResult when the table is missing or lacks a column that is needed."""
    path = folder / "labels.csv"
    if not path.is_file():
        raise NoResult(f"{folder.name} has no labels.csv. Expected: a folder with images/ and labels.csv.")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows:
        raise NoResult("labels.csv has no rows.")
    missing = [name for name in REQUIRED if name not in rows[0]]
    missing += [" or ".join(names) for names in (FILE, WOMAN) if not any(name in rows[0] for name in names)]
    if missing:
        raise NoResult(f"labels.csv lacks the columns {', '.join(missing)}.")
    return tuple(_labelled(row, folder, number) for number, row in enumerate(rows, start=2))


def _labelled(row: Mapping[str, str], folder: Path, number: int) -> Labelled:
    cancer = _flag(row, "cancer")
    if cancer is None:
        raise NoResult(f"labels.csv, line {number}: cancer is {row['cancer']!r}, expected 0 or 1.")
    density = (row.get("density") or "").strip().upper()
    return Labelled(
        file=_file(folder, _first(row, FILE)),
        woman=_first(row, WOMAN),
        laterality=row["laterality"].strip().upper()[:1],
        view=row["view"].strip().upper(),
        cancer=cancer,
        invasive=_flag(row, "invasive"),
        density=density if density in ("A", "B", "C", "D") else None,
        age=_number(row.get("age")),
        implant=_flag(row, "implant"),
        machine=(row.get("machine_id") or "").strip() or None,
        site=(row.get("site_id") or "").strip() or None,
    )


def _file(folder: Path, name: str) -> Path:
    inside = folder / "images" / name
    return inside if inside.is_file() else folder / name


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if row.get(name)), "")


def _flag(row: Mapping[str, str], name: str) -> bool | None:
    text = (row.get(name) or "").strip().lower()
    return True if text in YES else False if text in NO else None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
